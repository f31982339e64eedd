"""Asks the preview worker: one request at a time, late ones dropped, the last one always drawn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QImage

from studio.augment.policy import Policy, seed_for
from studio.core.errors import StudioError
from studio.core.input import InputSpec
from studio.engine.protocol.augment_messages import PreviewPolicy
from studio.engine.protocol.messages import Request
from studio.ui.engines import Engine
from studio.ui.latest import Latest
from studio.ui.panes.augment.choice import Shown
from studio.ui.widgets.image_view import to_image


@dataclass(frozen=True)
class Wish:
    """What is to be seen: pictures, policy, and how many epochs of a run with that seed."""

    pictures: tuple[Shown, ...]
    policy: Policy
    input: InputSpec
    seed: int
    epochs: int

    def request(self, job: int) -> Request:
        """The message for the worker."""
        return PreviewPolicy(
            job,
            self.paths(),
            self.policy.model_dump(mode="json"),
            self.input.model_dump(mode="json"),
            self.seeds(),
        )

    def paths(self) -> tuple[str, ...]:
        """The files of the pictures."""
        return tuple(str(p.path) for p in self.pictures)

    def seeds(self) -> tuple[tuple[int, ...], ...]:
        """The seed of each preview: a row for each picture, in it one for each epoch."""
        epochs = range(1, self.epochs + 1)
        return tuple(tuple(seed_for(self.seed, e, p.index) for e in epochs) for p in self.pictures)


def scaled_images(grid: np.ndarray, size: QSize) -> list[list[QImage]]:
    """A QImage of ``size`` for each picture of ``(rows, columns, height, width, channels)``."""
    mode = Qt.TransformationMode.SmoothTransformation
    aspect = Qt.AspectRatioMode.IgnoreAspectRatio
    return [
        [to_image(picture, bands=True).scaled(size, aspect, mode) for picture in row]
        for row in grid
    ]


class Previewer(QObject):
    """Sends wishes to the worker and scales what comes back, both off the window's thread.

    Signals:
        drawn(object, object, object): a Wish, its pixels ``(rows, epochs, h, w, c) uint8`` and
            the QImages of :func:`scaled_images`.
        failed(object, object): a Wish and the StudioError.
        waiting_changed(bool): whether an answer is awaited.
        paced(object, object): a Wish and how fast it was made, a PolicyPaced.
    """

    drawn = Signal(object, object, object)
    paced = Signal(object, object)
    failed = Signal(object, object)
    waiting_changed = Signal(bool)

    def __init__(self, engine: Engine, size: Callable[[], QSize], parent: QObject) -> None:
        super().__init__(parent)
        self._engine, self._size = engine, size
        self._next: Wish | None = None
        self._current: Wish | None = None
        self._pixels: np.ndarray | None = None
        self._scaler = Latest(self)
        self._scaler.answered.connect(self._finish)

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is awaited."""
        return self._current is not None

    def wish(self, wish: Wish) -> None:
        """Show this as soon as the answer before it has come; a wish still waiting is dropped."""
        self._next = wish
        if self._current is None:
            self._submit()

    def _submit(self) -> None:
        was = self._current is not None
        self._current, self._next = self._next, None
        if self._current is None:
            if was:
                self.waiting_changed.emit(False)
            return
        if not was:
            self.waiting_changed.emit(True)
        try:
            self._engine.submit(
                self._current.request,
                done=self._take,
                failed=self._fail,
                event=self._pace,
                owner=self,
            )
        except StudioError as error:
            self._fail(error)

    def _pace(self, paced: object) -> None:
        self.paced.emit(self._current, paced)

    def _take(self, pixels: np.ndarray) -> None:
        self._pixels = pixels
        size = self._size()
        self._scaler.ask(lambda: (pixels, scaled_images(pixels, size)))

    def _finish(self, answer: tuple[np.ndarray, list[list[QImage]]]) -> None:
        if self._current is None:
            return
        self.drawn.emit(self._current, *answer)
        self._submit()

    def _fail(self, error: StudioError) -> None:
        wish = self._current
        self._submit()
        self.failed.emit(wish, error)

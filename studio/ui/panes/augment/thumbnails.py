"""Thumbnails of the catalogue: one's own picture after each single step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from studio.augment.registry import AUGMENTERS
from studio.augment.step import demonstration
from studio.core.errors import StudioError
from studio.core.input import InputSpec
from studio.engine.protocol.augment_messages import PreviewSteps
from studio.ui.engines import Engine
from studio.ui.panes.augment.tile_words import speed_words
from studio.ui.widgets.image_view import to_image

SIDE = 128
_SEED = 5
_MOST_AT_ONCE = 8
_MOST_SECONDS = 0.03
"""Of work in one request: a slider that moves meanwhile must not wait for longer."""


class StepThumbnails(QObject):
    """Asks the preview worker for a few thumbnails at a time.

    What is on the screen comes first, and what takes long comes last; previews of the policy that
    are asked for meanwhile get their turn in between.

    Signals:
        ready(object): kind → QImage of those that came; empty where there is no picture any more.
        timed(object): kind → a sentence on how slow it is, empty where it is not.
    """

    ready = Signal(object)
    timed = Signal(object)

    def __init__(self, engine: Engine, parent: QObject) -> None:
        super().__init__(parent)
        self._engine = engine
        self._asked: tuple[Path, InputSpec] | None = None
        self._share = 1.0
        self._missing: dict[str, None] = {}
        self._wanted: tuple[str, ...] = ()
        self._seconds: dict[str, float] = {}
        self._is_busy = False

    def show(self, path: Path, input: InputSpec) -> None:
        """Show what each step makes of this picture; asked once for each picture."""
        self._share = input.width * input.height / SIDE**2
        small = InputSpec(width=SIDE, height=SIDE, channels=input.channels, fit="crop")
        if self._asked == (path, small):
            return
        self._asked = (path, small)
        kinds = [kind for kind, step in AUGMENTERS.items() if small.channels in step.channels]
        self._missing = dict.fromkeys(kinds)
        self._is_busy = False
        self._ask()

    def prefer(self, kinds: Sequence[str]) -> None:
        """Say what is on the screen."""
        self._wanted = tuple(kinds)

    def forget(self) -> None:
        """There is no picture any more."""
        self._asked = None
        self._missing = {}
        self.ready.emit({})

    @property
    def is_complete(self) -> bool:
        """Whether every thumbnail of this picture is there."""
        return self._asked is not None and not self._missing

    # --- inside ---------------------------------------------------------------------------------

    def _next(self) -> list[str]:
        """Some kinds to ask for: those in view, the others, and those that take long."""
        in_view = [kind for kind in self._wanted if kind in self._missing]
        order = sorted(in_view or self._missing, key=self._is_slow)
        chosen: list[str] = []
        seconds = 0.0
        for kind in order[:_MOST_AT_ONCE]:
            seconds += self._seconds.get(kind, 0.0)
            if chosen and seconds > _MOST_SECONDS:
                break
            chosen.append(kind)
        return chosen

    def _is_slow(self, kind: str) -> bool:
        """Whether a kind takes long: as measured with the last picture, or as it says of itself."""
        if kind in self._seconds:
            return self._seconds[kind] > _MOST_SECONDS / 2
        return "slow" in AUGMENTERS.get(kind).also.split()

    def _ask(self) -> None:
        if self._is_busy or not self._missing or self._asked is None:
            return
        self._is_busy = True
        kinds, (path, small) = self._next(), self._asked
        steps = tuple(demonstration(AUGMENTERS.get(k)).model_dump(mode="json") for k in kinds)
        self._engine.submit(
            lambda job: PreviewSteps(job, str(path), steps, small.model_dump(mode="json"), _SEED),
            done=lambda found: self._take(kinds, *found),
            failed=self._fail,
            owner=self,
            replaces="catalogue",
        )

    def _take(self, kinds: list[str], pixels: np.ndarray, seconds: Sequence[float]) -> None:
        self._is_busy = False
        for kind, took in zip(kinds, seconds, strict=True):
            self._missing.pop(kind, None)
            self._seconds[kind] = took
        images: dict[str, QImage] = {
            kind: to_image(picture, bands=True) for kind, picture in zip(kinds, pixels, strict=True)
        }
        self.ready.emit(images)
        self.timed.emit({kind: speed_words(self._seconds[kind] * self._share) for kind in kinds})
        self._ask()

    def _fail(self, _error: StudioError) -> None:
        # The previews say why the picture cannot be read; the names are enough to go on.
        self._is_busy = False
        self._asked = None
        self._missing = {}

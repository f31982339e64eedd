"""Thumbnails of the catalogue: one's own picture after each single step."""

from __future__ import annotations

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
from studio.ui.widgets.image_view import to_image

_SIDE = 128
_SEED = 5


class StepThumbnails(QObject):
    """Asks the preview worker for all thumbnails at once.

    Signals:
        ready(object): kind → QImage; empty where there is no picture.
    """

    ready = Signal(object)

    def __init__(self, engine: Engine, parent: QObject) -> None:
        super().__init__(parent)
        self._engine = engine
        self._asked: tuple[Path, InputSpec] | None = None
        self._steps = {
            kind: demonstration(step).model_dump(mode="json") for kind, step in AUGMENTERS.items()
        }

    def show(self, path: Path, input: InputSpec) -> None:
        """Show what each step makes of this picture; asked once for each picture."""
        small = InputSpec(width=_SIDE, height=_SIDE, channels=input.channels, fit="crop")
        if self._asked == (path, small):
            return
        self._asked = (path, small)
        kinds = [k for k in self._steps if small.channels in AUGMENTERS.get(k).channels]
        self._engine.submit(
            lambda job: PreviewSteps(
                job, str(path), tuple(self._steps[k] for k in kinds), small.model_dump(mode="json"),
                _SEED,
            ),
            done=lambda pixels: self._take(kinds, pixels),
            failed=self._fail,
            owner=self,
            replaces="catalogue",
        )  # fmt: skip

    def forget(self) -> None:
        """There is no picture any more."""
        self._asked = None
        self.ready.emit({})

    def _take(self, kinds: list[str], pixels: np.ndarray) -> None:
        images: dict[str, QImage] = {
            kind: to_image(picture, bands=True) for kind, picture in zip(kinds, pixels, strict=True)
        }
        self.ready.emit(images)

    def _fail(self, _error: StudioError) -> None:
        # The previews say why the picture cannot be read; the names are enough to go on.
        self._asked = None

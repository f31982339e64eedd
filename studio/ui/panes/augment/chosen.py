"""Which steps made the chosen preview: asked of the preview worker, anew when settings change."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from studio.augment.policy import seed_for
from studio.core.errors import StudioError
from studio.core.strengths import StepRan
from studio.engine.protocol.augment_messages import TracePicture
from studio.ui.engines import Engine
from studio.ui.panes.augment.grid_model import NONE, Cell
from studio.ui.panes.augment.previewer import Wish

_PAUSE_MS = 90
"""Between two questions while a slider moves: the previews themselves come first."""


class ChosenPreview(QObject):
    """Follows one preview.

    Args:
        wish: gives what the previews show now.

    Signals:
        traced(int, object): the number of the preview, from 1, and its StepRan.
    """

    traced = Signal(int, object)

    def __init__(self, engine: Engine, wish: Callable[[], Wish | None], parent: QObject) -> None:
        super().__init__(parent)
        self._engine, self._wish = engine, wish
        self._cell = NONE
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._ask)

    @property
    def is_there(self) -> bool:
        """Whether a preview is chosen."""
        return self._cell != NONE

    def choose(self, cell: Cell) -> None:
        """Follow this preview; (−1, −1) for none."""
        self._cell = cell
        self._ask()

    def follow(self) -> None:
        """Settings are new: ask again, soon."""
        if self.is_there and not self._pause.isActive():
            self._pause.start()

    def _ask(self) -> None:
        wish, (row, column) = self._wish(), self._cell
        if wish is None or not (0 <= row < len(wish.pictures) and 0 <= column < wish.epochs):
            return
        picture = wish.pictures[row]

        def request(job: int) -> TracePicture:
            return TracePicture(
                job,
                str(picture.path),
                wish.policy.model_dump(mode="json"),
                wish.input.model_dump(mode="json"),
                seed_for(wish.seed, column + 1, picture.index),
            )

        number = row * wish.epochs + column + 1
        self._engine.submit(
            request,
            done=partial(self._take, self._cell, number),
            failed=self._leave,
            owner=self,
            replaces="trace of the chosen preview",
        )

    def _take(self, cell: Cell, number: int, steps: tuple[StepRan, ...]) -> None:
        if cell == self._cell:
            self.traced.emit(number, steps)

    def _leave(self, _error: StudioError) -> None:
        """The previews fail for the same reason, and say it."""

"""Undo for pictures that were added to a data set."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QUndoCommand

if TYPE_CHECKING:
    from studio.ui.panes.data.collecting.collector import Collector

_ID = 20


class AddPictures(QUndoCommand):
    """Pictures that were copied into a data set, which was done before it came here.

    Undo moves the copies aside and redo brings them back, both as jobs of the collector, one
    after the other. Pictures of one burst of the camera are one step.
    """

    def __init__(
        self, collector: Collector, root: Path, paths: tuple[str, ...], words: str, burst: int
    ) -> None:
        super().__init__(words)
        self._collector = collector
        self._root = root
        self._paths = paths
        self._burst = burst
        self._is_new = True
        self._waits_as: list[str] = []

    def id(self) -> int:
        """Steps of one burst may merge."""
        return _ID if self._burst else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        """Swallow the next picture of the same burst."""
        if not isinstance(other, AddPictures) or other._burst != self._burst:
            return False
        if other._root != self._root:
            return False
        self._paths += other._paths
        self.setText(self._collector.words(len(self._paths), ""))
        return True

    def undo(self) -> None:
        """Take the pictures out."""
        self._collector.take_out(self._root, self._paths, self._waits_as)

    def redo(self) -> None:
        """Put them back; nothing when it comes onto the stack."""
        if self._is_new:
            self._is_new = False
        else:
            self._collector.put_back(self._root, self._paths, self._waits_as)

"""Saves a plot to a file that the person names, or puts it on the clipboard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QWidget

from studio.core.control import Control, Progress
from studio.core.files import write_atomic
from studio.core.paths import display_name
from studio.ui.session import Session

if TYPE_CHECKING:
    from studio.ui.panes.data.statistics.drawing import Drawing

_KINDS = {
    "png": "PNG picture (*.png)", "svg": "SVG drawing (*.svg)", "csv": "CSV table (*.csv)",
}  # fmt: skip


class Plotted(Protocol):
    """What shows a plot: a card of a page, or a page with one plot."""

    def drawing(self) -> Drawing | None:
        """The plot shown."""


class Keeper(QObject):
    """Paints and writes in the background: a plot of many classes takes its time."""

    def __init__(self, session: Session, view: QWidget, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._view = session, view

    def ask(self, card: Plotted, kind: str) -> None:
        """Copy a plot, or ask where to save it and do so: ``png``, ``svg``, ``csv``, ``copy``."""
        drawing = card.drawing()
        if drawing is None:
            return
        if kind == "copy":
            self._copy(card, drawing)
            return
        name = f"{drawing.title.lower()}.{kind}"
        chosen, _ = QFileDialog.getSaveFileName(
            self._view, f"Save “{drawing.title}”", str(Path.home() / name), _KINDS[kind]
        )
        if chosen:
            path = Path(chosen)
            self.save(card, path if path.suffix else path.with_suffix(f".{kind}"), kind)

    def save(self, card: Plotted, path: Path, kind: str) -> None:
        """Write a plot as ``png``, ``svg`` or ``csv``; a disk that refuses is shown."""
        from studio.ui.panes.data.statistics import saving
        from studio.ui.panes.data.statistics.card import paper_ink

        drawing, ink = card.drawing(), paper_ink(self._view)
        if drawing is None:
            return

        def work(_progress: Progress, _control: Control) -> None:
            makers: dict[str, Callable[[], bytes | str]] = {
                "png": lambda: saving.png_of(drawing, ink),
                "svg": lambda: saving.svg_of(drawing, ink),
                "csv": lambda: saving.csv_of(drawing),
            }
            write_atomic(path, makers[kind](), f"saving {path.name}")

        self._session.jobs.start(
            f"Saving {display_name(path.name)}", work, failed=self._session.failed.emit, owner=self
        )

    def _copy(self, card: Plotted, drawing: Drawing) -> None:
        from studio.ui.panes.data.statistics import saving
        from studio.ui.panes.data.statistics.card import paper_ink

        ink = paper_ink(self._view)
        self._session.jobs.start(
            f"Copying “{drawing.title}”",
            lambda _progress, _control: saving.image_of(drawing, ink),
            done=QGuiApplication.clipboard().setImage,
            failed=self._session.failed.emit,
            owner=self,
        )

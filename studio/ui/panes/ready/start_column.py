"""A few ready data sets on the first page, and the way to all of them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from studio.data.ready.entry import ReadySet
from studio.ui.panes.ready.downloads import downloads_of
from studio.ui.session import Session
from studio.ui.theme import theme_of
from studio.ui.tokens import H_ROW, R1, REGULAR
from studio.ui.widgets.base import draw_text, look, ringed, rounded, text_width
from studio.ui.widgets.buttons import LinkButton
from studio.ui.widgets.numbers import file_size, percent
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

SHOWN = ("mnist", "fashion-mnist", "kuzushiji-mnist", "cifar-10")


class SetRow(QAbstractButton):
    """A data set's name, and at the right what it shows and its size, or that it is here."""

    def __init__(self, entry: ReadySet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.entry = entry
        self._note = ""
        self.setText(entry.title)
        self.setFixedHeight(H_ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        ringed(self, R1)
        self.set_note("")

    def note(self) -> str:
        """The words at the right."""
        return self._note

    def set_note(self, note: str) -> None:
        """Change the words at the right; empty for what it shows and its size."""
        entry = self.entry
        size = file_size(entry.size)
        self._note = note or f"{entry.short}, {size}"
        what = "Opens it." if note == "on this computer" else f"Licence {entry.licence.name}."
        describe(self, f"{entry.title}, {self._note}", sentence=f"{entry.about} {what}")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(160, H_ROW)

    def paintEvent(self, event: QPaintEvent) -> None:
        t, font = look(self), theme_of(self).font("body", REGULAR)
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.underMouse():
            rounded(painter, rect.adjusted(-8, 0, 8, 0), R1, t.hover)
        width = text_width(font, self._note) + 1
        right = QRectF(rect.right() - width, 0, width, rect.height())
        draw_text(painter, right, self._note, font, t.text_secondary, Qt.AlignmentFlag.AlignRight)
        name = QRectF(0, 0, max(0.0, right.left() - 8), rect.height())
        draw_text(painter, name, self.entry.title, font, t.text)


class ReadyColumn(QWidget):
    """Heading, four rows, and a link to the page of all. A row opens what is here already."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._downloads = downloads = downloads_of(session)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(Text("Get a data set", "title"))
        column.addWidget(
            Text("Downloads show size and licence first.", tone="secondary", wrap=True)
        )
        column.addSpacing(4)
        rows = QVBoxLayout()
        rows.setSpacing(0)
        self.rows = [SetRow(entry) for entry in downloads.catalogue if entry.key in SHOWN]
        for row in self.rows:
            row.clicked.connect(lambda _checked=False, r=row: self._press(r))
            rows.addWidget(row)
        column.addLayout(rows)
        column.addSpacing(4)
        self.all_link = LinkButton(f"All {len(downloads.catalogue)} data sets…")
        describe(
            self.all_link, f"All {len(downloads.catalogue)} data sets",
            sentence="With size, licence and citation; nothing is fetched yet.",
        )  # fmt: skip
        self.all_link.clicked.connect(lambda: downloads.show(None))
        column.addWidget(self.all_link, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        downloads.changed.connect(self._refresh)

    def showEvent(self, event: QShowEvent) -> None:
        """Look what is on this computer now."""
        super().showEvent(event)
        self._downloads.look()

    def _press(self, row: SetRow) -> None:
        if self._downloads.status(row.entry).state == "here":
            self._downloads.open(row.entry)
        else:
            self._downloads.show(row.entry)

    def _refresh(self, key: str) -> None:
        for row in self.rows:
            if key in ("", row.entry.key):
                row.set_note(self._words(row.entry))

    def _words(self, entry: ReadySet) -> str:
        job = self._downloads.job(entry)
        if job is not None and job.in_bytes and job.total:
            return percent(job.done / job.total, 0)
        here = self._downloads.status(entry).state == "here"
        return "on this computer" if here else ""

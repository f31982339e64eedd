"""A log to read and to copy: the time, then what happened, wrapped behind the time."""

from __future__ import annotations

from PySide6.QtGui import QFontMetricsF, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from studio.ui.theme import theme_of
from studio.ui.tokens import S3

_LINE = 17
"""Distance of two lines in pixels."""


class LogView(QTextEdit):
    """Lines of a log; it follows the newest one while its end is in sight."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setAcceptRichText(False)
        self.setFont(theme_of(self).mono())
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(S3 - 4)

    def append_line(self, time: str, words: str) -> None:
        """Add a line; where it is wrapped, it goes on below its words."""
        bar = self.verticalScrollBar()
        follows = bar.value() >= bar.maximum()
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self.document().isEmpty():
            cursor.insertBlock()
        cursor.setBlockFormat(self._hanging(f"{time}  "))
        cursor.insertText(f"{time}  {words}")
        if follows:
            bar.setValue(bar.maximum())

    def _hanging(self, head: str) -> QTextBlockFormat:
        wide = QFontMetricsF(self.font()).horizontalAdvance(head)
        made = QTextBlockFormat()
        made.setLeftMargin(wide)
        made.setTextIndent(-wide)
        made.setLineHeight(_LINE, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        return made

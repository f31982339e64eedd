"""Questions and errors in a window of their own."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from studio.ui.theme import theme_of
from studio.ui.tokens import S2, S3
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.text import IconLabel, Text


class MessageDialog(QDialog):
    """A sentence, what to do, folded details; `answer` is the key of the button pressed.

    Buttons are (key, text, kind), right to left in importance; Escape answers `""`. With a
    `log`, "Copy log" copies details and log.
    """

    def __init__(
        self,
        sentence: str,
        hint: str = "",
        details: str = "",
        buttons: Sequence[tuple[str, str, str]] = (("close", "Close", "primary"),),
        icon: str = "error",
        role: str = "bad",
        title: str = "Classifier Studio",
        log: Callable[[], str] | None = None,
        default: str = "",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.answer = ""
        self._details_text, self._log = details, log
        self.setWindowTitle(title)
        self.setModal(True)
        self.setMinimumWidth(440)
        self.setMaximumWidth(640)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(20, 20, 20, 16)
        outer.setSpacing(S3)
        outer.addLayout(self._words(sentence, hint, icon, role))
        self.details = self._details_box(details)
        outer.addWidget(self.details)
        outer.addSpacing(4)
        outer.addLayout(self._button_row(buttons, default))
        self.setAccessibleName(sentence)

    def _words(self, sentence: str, hint: str, icon: str, role: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S3)
        row.addWidget(IconLabel(icon, role, 20), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(6)
        for text, size, tone in ((sentence, "title", "text"), (hint, "body", "secondary")):
            if text:
                label = Text(text, size, tone, wrap=True)
                label.setTextFormat(Qt.TextFormat.PlainText)
                label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
                column.addWidget(label)
        row.addLayout(column, 1)
        return row

    def _details_box(self, details: str) -> QPlainTextEdit:
        box = QPlainTextEdit(details)
        box.setReadOnly(True)
        box.setFont(theme_of(self).mono())
        box.setMinimumHeight(160)
        box.setAccessibleName("Details")
        box.hide()
        return box

    def _button_row(self, buttons: Sequence[tuple[str, str, str]], default: str) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S2)
        self.details_button = Button("Details", "right", "quiet", checkable=False)
        self.details_button.clicked.connect(self._toggle_details)
        self.details_button.setVisible(bool(self._details_text))
        self.copy_button = Button("Copy log", "copy", "quiet")
        self.copy_button.clicked.connect(self._copy)
        self.copy_button.setVisible(self._log is not None or bool(self._details_text))
        row.addWidget(self.details_button)
        row.addWidget(self.copy_button)
        row.addStretch(1)
        self.buttons: dict[str, Button] = {}
        for key, text, kind in reversed(list(buttons)):
            button = Button(text, kind=kind)
            button.clicked.connect(lambda _checked=False, k=key: self._choose(k))
            self.buttons[key] = button
            row.addWidget(button)
        preferred = default or next((k for k, _, kind in buttons if kind == "primary"), "")
        if preferred in self.buttons:
            self.buttons[preferred].setDefault(True)
            self.buttons[preferred].setFocus()
        return row

    def _toggle_details(self) -> None:
        shown = self.details.isHidden()
        self.details.setVisible(shown)
        self.details_button.set_icon("down" if shown else "right")
        self.adjustSize()

    def _copy(self) -> None:
        log = self._log() if self._log is not None else ""
        parts = [self.accessibleName(), self._details_text, log]
        QGuiApplication.clipboard().setText("\n\n".join(part for part in parts if part))
        self.copy_button.setText("Copied")

    def _choose(self, key: str) -> None:
        self.answer = key
        self.accept()


def show_error(
    parent: QWidget | None,
    sentence: str,
    hint: str = "",
    details: str = "",
    log: Callable[[], str] | None = None,
) -> MessageDialog:
    """Open an error dialog without blocking; returns it."""
    dialog = MessageDialog(sentence, hint, details, log=log, parent=parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def ask(
    parent: QWidget | None,
    sentence: str,
    hint: str,
    buttons: Sequence[tuple[str, str, str]],
    icon: str = "help",
    role: str = "accent",
) -> str:
    """Ask and wait; the key of the button pressed, or "" for Escape.

    A destructive button has kind "danger" and is never the default.
    """
    dialog = MessageDialog(sentence, hint, buttons=buttons, icon=icon, role=role, parent=parent)
    dialog.exec()
    answer = dialog.answer
    dialog.deleteLater()
    return answer

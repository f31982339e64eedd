"""Asks before files are touched: what will be done to the folder, line by line."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QListView,
    QVBoxLayout,
    QWidget,
)

from studio.core.paths import display_name
from studio.data.folder_steps import FolderPlan, pictures
from studio.ui.tokens import S2, S3, SEMIBOLD
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.text import IconLabel, Text
from studio.ui.widgets.tips import describe

_MOST_LINES = 8
_MOST_KEPT = 1000
"""Pictures that stay, told by name; all of them are counted above."""


class ApplyDialog(QDialog):
    """The plan in sentences, the pictures that stay, and two buttons; Enter changes nothing."""

    def __init__(self, plan: FolderPlan, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Apply to folder")
        self.setModal(True)
        self.setMinimumWidth(620)
        self.setMaximumWidth(720)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(S3)
        column.addLayout(self._heading(plan))
        self.lines = _lines("What will be done", plan.lines())
        column.addWidget(self.lines)
        self.kept = _lines("What will stay", _kept(plan))
        if plan.kept:
            column.addWidget(Text("These stay as they are", weight=SEMIBOLD))
            column.addWidget(self.kept)
        column.addSpacing(4)
        column.addLayout(self._buttons(plan))

    def _heading(self, plan: FolderPlan) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S3)
        row.addWidget(IconLabel("folder", "accent", 20), 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(6)
        name = display_name(plan.root.name)
        title = Text(f"Change the files in “{name}” to what you see here?", "title", wrap=True)
        hint = Text(
            "Files are moved and folders renamed on the disk. Nothing is deleted: what leaves "
            "goes to the trash. This cannot be undone here, and your undo steps start anew.",
            tone="secondary", wrap=True,
        )  # fmt: skip
        for text in (title, hint):
            text.setTextFormat(Qt.TextFormat.PlainText)
            words.addWidget(text)
        self.setAccessibleName(title.text())
        row.addLayout(words, 1)
        return row

    def _buttons(self, plan: FolderPlan) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(S2)
        row.addStretch(1)
        self.cancel_button = Button("Change nothing", kind="normal")
        self.cancel_button.setDefault(True)
        self.cancel_button.clicked.connect(self.reject)
        describe(self.cancel_button, "Change nothing", "Esc", "Your changes stay in the project.")
        self.apply_button = Button(apply_words(plan), kind="danger")
        self.apply_button.setAutoDefault(False)
        self.apply_button.clicked.connect(self.accept)
        describe(self.apply_button, apply_words(plan), sentence="Moves the files now.")
        row.addWidget(self.cancel_button)
        row.addWidget(self.apply_button)
        self.cancel_button.setFocus()
        return row


def apply_words(plan: FolderPlan) -> str:
    """Verb and count, for the button."""
    files = sum(step.kind in ("move", "trash") for step in plan.steps)
    folders = len(plan.steps) - files
    if not files:
        return f"Change {folders} folders" if folders != 1 else "Change 1 folder"
    return f"Move {pictures(files)}"


def _kept(plan: FolderPlan) -> list[str]:
    return [f"{display_name(kept.path)}: {kept.reason}" for kept in plan.kept[:_MOST_KEPT]]


def _lines(name: str, lines: Sequence[str]) -> QListView:
    view = QListView()
    view.setModel(QStringListModel(list(lines), view))
    view.setUniformItemSizes(True)
    view.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    view.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
    view.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    view.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    view.setFixedHeight(min(max(len(lines), 1), _MOST_LINES) * max(16, view.sizeHintForRow(0)) + 4)
    view.setAccessibleName(name)
    return view

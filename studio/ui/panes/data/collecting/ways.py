"""The ways in which pictures come into a data set that has none."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.ui.widgets.buttons import Button
from studio.ui.widgets.tips import describe


class WaysIn(QWidget):
    """Three buttons; hidden unless the data set is empty."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.files = Button("Add pictures…", "image", "primary", "big")
        describe(self.files, "Add pictures", sentence="Choose files; they are copied.")
        self.paste = Button("Paste", "paste", size="big")
        describe(self.paste, "Paste", "Ctrl+V", "Files or a picture that you copied elsewhere.")
        self.camera = Button("Use the camera…", "camera", size="big")
        describe(self.camera, "Use the camera", "Ctrl+Shift+C", "One picture, or many at a time.")
        for button in (self.files, self.paste, self.camera):
            row.addWidget(button)
        self.hide()

"""The help that is at hand without a network: the way, the keys, the folders."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QVBoxLayout, QWidget

from studio import __version__
from studio.core.paths import data_folder, log_folder
from studio.ui.tokens import S2, S4, S6, SEMIBOLD
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.text import KeyHint, Text

STEPS = (
    ("Data", "Open a folder with one sub-folder for each class, or the sample."),
    ("Augment", "Vary the pictures until the previews still look like their class."),
    ("Model", "Choose a network. The small CNN learns quickly on any computer."),
    ("Train", "Start, and watch the validation curve. The best epoch is kept."),
    ("Understand", "Look at filters and activations of every layer."),
    ("Classify", "Drop pictures and read what the network says."),
)
WIDTH, FIRST_COLUMN = 600, 104
KEYS = (
    ("Ctrl+O", "Open a folder of pictures"),
    ("Ctrl+Shift+O", "Open a project"),
    ("Ctrl+Shift+N", "Make a new data set: its classes, then its pictures"),
    ("Ctrl+S", "Save the project"),
    ("Ctrl+Z", "Undo"),
    ("Ctrl+Shift+Z", "Do again what was undone"),
    ("Ctrl+1 … 6", "Go to a pane: Data, Augment, Model, Train, Understand, Classify"),
    ("Delete", "Exclude the chosen pictures in Data, or include them again"),
    ("1 … 9", "Give the chosen pictures in Data the first to ninth class"),
    ("F2", "Rename the chosen class in Data"),
    ("Ctrl+L", "Label the pictures in Data that have no label, one key each"),
    ("Ctrl+Shift+C", "Take pictures with the camera in Data"),
    ("Ctrl+V", "Paste a picture: into the chosen class in Data, or in Classify"),
    ("R", "Draw new previews in Augment"),
    ("C", "Hold to see the originals in Augment"),
)


class HelpDialog(QDialog):
    """One page: what to do in which order, and the keys."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Help")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        column = QVBoxLayout(self)
        column.setContentsMargins(S6, S6, S6, S4)
        column.setSpacing(S4)
        column.addWidget(Text("From pictures to a classifier", size="heading", weight=SEMIBOLD))
        column.addLayout(self._rows([(Text(a, weight=SEMIBOLD), b) for a, b in STEPS]))
        column.addWidget(Text("Keys", size="title", weight=SEMIBOLD))
        column.addLayout(self._rows([(KeyHint(a), b) for a, b in KEYS]))
        where = f"Classifier Studio {__version__}. Kept in {data_folder()}, log in {log_folder()}."
        note = Text(where, size="small", tone="secondary", wrap=True)
        note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column.addWidget(note)
        close = Button("Close")
        close.clicked.connect(self.accept)
        close.setDefault(True)
        column.addWidget(close, alignment=Qt.AlignmentFlag.AlignRight)
        # A fixed width, so that every sentence gets the lines that it needs.
        self.setFixedWidth(WIDTH)
        self.setFixedHeight(max(column.totalHeightForWidth(WIDTH), column.minimumSize().height()))

    def _rows(self, rows: list[tuple[QWidget, str]]) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(S4)
        grid.setVerticalSpacing(S2)
        grid.setColumnMinimumWidth(0, FIRST_COLUMN)
        grid.setColumnStretch(1, 1)
        top = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        for row, (left, words) in enumerate(rows):
            if isinstance(left, Text):
                left.setAlignment(top)
            grid.addWidget(left, row, 0, alignment=top)
            grid.addWidget(Text(words, tone="secondary", wrap=True), row, 1)
        return grid

"""Which classes want more pictures, in one quiet line: “fern needs 40 more, moss 25”."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QWidget

from studio.core.paths import display_name
from studio.data.balance import AT_LEAST, more_needed
from studio.data.dataset import Dataset
from studio.ui.panes.data.order import class_names, first_output
from studio.ui.theme import theme_of
from studio.ui.widgets.numbers import shorten
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

NAMED = 2
_LONGEST = 20


def balance_words(names: tuple[str, ...], needed: list[tuple[int, int]]) -> list[tuple[int, str]]:
    """Class and words of each part of the line; the last may stand for all others (−1)."""
    parts = []
    for i, (index, number) in enumerate(needed[:NAMED]):
        name = shorten(display_name(names[index]), _LONGEST)
        parts.append((index, f"{name} needs {number:,} more" if not i else f"{name} {number:,}"))
    if (others := len(needed) - NAMED) > 0:
        parts.append((-1, f"{others:,} others" if others > 1 else "1 other"))
    return parts


class BalanceLine(Text):
    """The line below the classes; hidden where no class wants more.

    Signals:
        class_asked(int): a class was clicked.
    """

    class_asked = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("", "small", "secondary", wrap=True, parent=parent)
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.LinksAccessibleByMouse
            | Qt.TextInteractionFlag.LinksAccessibleByKeyboard
        )
        self.setContentsMargins(16, 8, 16, 8)
        self.linkActivated.connect(lambda link: self.class_asked.emit(int(link)))
        describe(
            self, "Balance",
            sentence="Against the median of all classes, and at least "
            f"{AT_LEAST} pictures. Click a class to show its pictures.",
        )  # fmt: skip
        self._dataset: Dataset | None = None
        theme_of(self).changed.connect(self._write)
        self.show_dataset(None)

    def show_dataset(self, dataset: Dataset | None) -> None:
        """Tell about another data set; None for nothing."""
        self._dataset = dataset
        self._write()

    def _write(self) -> None:
        dataset = self._dataset
        parts: list[tuple[int, str]] = []
        if dataset is not None and (output := first_output(dataset)):
            needed = more_needed(dataset.class_counts(output))
            parts = balance_words(class_names(dataset), needed)
        colour = theme_of(self).current.text_secondary
        palette = self.palette()
        palette.setColor(QPalette.ColorRole.Link, theme_of(self).colour("text_secondary"))
        self.setPalette(palette)
        style = f"color: {colour}; text-decoration: none"
        self.setText(
            ", ".join(
                f'<a href="{index}" style="{style}">{escape(words)}</a>' if index >= 0 else words
                for index, words in parts
            )
        )
        self.setVisible(bool(parts))

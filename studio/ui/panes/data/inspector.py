"""The right panel of Data: the chosen picture, its facts, and what the network sees of it."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from studio.core.input import InputSpec
from studio.ui.panes.data.band_choice import BandChoice
from studio.ui.panes.data.facts import PictureFacts, fit_sentence
from studio.ui.panes.data.fits import FitChooser
from studio.ui.panes.data.label_box import LabelBox
from studio.ui.panes.data.link_text import LinkText, them
from studio.ui.tokens import R1
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.facts import FactList
from studio.ui.widgets.image_view import ImageView
from studio.ui.widgets.numbers import count, file_size, picture_size
from studio.ui.widgets.panel import Panel, ScrollColumn, Section
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

WIDTH = 284
_NONE, _ONE, _MANY = range(3)


@dataclass(frozen=True)
class ManyFacts:
    """Several pictures: how many, and the rows of their facts."""

    count: int
    facts: tuple[tuple[str, str], ...]


class WidePicture(ImageView):
    """A picture as wide as the panel, at most 0.8 times as high: what follows stays in sight."""

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        image = self.image()
        shape = image.height() / image.width() if not image.isNull() else 0.72
        return round(width * min(max(shape, 0.4), 0.8))

    def sizeHint(self) -> QSize:
        return QSize(WIDTH - 33, self.heightForWidth(WIDTH - 33))


class Inspector(Panel):
    """One picture, several, or none.

    Signals:
        fit_chosen(str): the person wants the network to see it so.
        show_in_folder_asked: open the picture's folder in the file manager.
        clear_asked: choose nothing.
        others_asked: list the pictures that lose much of their area.
        exclude_asked: leave the chosen pictures out, or take them in again.
    """

    fit_chosen = Signal(str)
    show_in_folder_asked = Signal()
    clear_asked = Signal()
    exclude_asked = Signal()
    others_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("right", "", WIDTH, parent=parent)
        self.clear_button = Button("Clear", kind="quiet", size="small")
        describe(self.clear_button, "Clear", sentence="Choose no picture.")
        self.clear_button.clicked.connect(lambda: self.clear_asked.emit())
        self.bar.add(self.clear_button)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._none_page())
        self._pages.addWidget(self._one_page())
        self._pages.addWidget(self._many_page())
        self.add(self._pages, 1)
        self.set_foot(self._foot())
        self.show_nothing()

    # --- layout ---------------------------------------------------------------------------------

    def _none_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 16, 16, 16)
        column.addWidget(Text("Choose a picture to see what it is.", tone="secondary", wrap=True))
        column.addStretch(1)
        return page

    def _one_page(self) -> QWidget:
        column = ScrollColumn(over=True)
        top = Section()
        top.body.setContentsMargins(16, 16, 16, 12)
        self.picture = WidePicture("Chosen picture", R1)
        self.size_label = Text("", "small", "secondary")
        self.format_label = Text("", "small", "secondary")
        row = QHBoxLayout()
        row.addWidget(self.size_label)
        row.addStretch(1)
        row.addWidget(self.format_label)
        top.add(self.picture)
        top.add(row)
        column.add(top)
        self.labels = LabelBox()
        column.add(self.labels)
        facts = Section()
        self.facts = FactList()
        facts.add(self.facts)
        column.add(facts)
        self.bands = BandChoice()
        column.add(self.bands)
        column.add(self._network_section())
        column.body.addStretch(1)
        return column

    def _network_section(self) -> Section:
        self.network = Section("What the network sees", " ")
        self.fits = FitChooser()
        self.fits.fit_chosen.connect(self.fit_chosen)
        self.sentence = LinkText("small")
        self.sentence.linkActivated.connect(lambda _link: self.others_asked.emit())
        self._sentence, self._fit, self._others = "", "", -1
        self.network.add(self.fits)
        self.network.add(self.sentence)
        return self.network

    def _many_page(self) -> QWidget:
        column = ScrollColumn(over=True)
        top = Section()
        top.body.setContentsMargins(16, 16, 16, 12)
        grid = QGridLayout()
        grid.setSpacing(4)
        self.four = [ImageView(f"Chosen picture {i + 1}", R1, minimum=120) for i in range(4)]
        for i, view in enumerate(self.four):
            view.setFixedHeight(124)
            grid.addWidget(view, i // 2, i % 2)
        top.add(grid)
        column.add(top)
        self.many_labels = LabelBox()
        column.add(self.many_labels)
        facts = Section()
        self.many_facts = FactList()
        facts.add(self.many_facts)
        column.add(facts)
        column.body.addStretch(1)
        return column

    def _foot(self) -> QWidget:
        foot = Section(line="top")
        self.folder_button = Button("Show in folder", "folder")
        describe(
            self.folder_button, "Show in folder", sentence="Opens the folder that holds the file."
        )
        self.folder_button.clicked.connect(lambda: self.show_in_folder_asked.emit())
        self.exclude_button = Button("Exclude", "eyeoff")
        describe(
            self.exclude_button, "Exclude or include", "Del",
            "Excluded pictures are not trained on. The files stay as they are.",
        )  # fmt: skip
        self.exclude_button.clicked.connect(lambda: self.exclude_asked.emit())
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.exclude_button, 1)
        row.addWidget(self.folder_button, 1)
        foot.add(row)
        return foot

    # --- what is shown --------------------------------------------------------------------------

    def show_nothing(self) -> None:
        """No picture is chosen."""
        self._turn_to(_NONE, "")

    def show_loading(self, name: str, facts: list[tuple[str, str]]) -> None:
        """A picture is chosen; its name, class and split are known, the rest is being read."""
        self._turn_to(_ONE, name)
        self.facts.set_facts(facts)

    def show_one(self, facts: PictureFacts, spec: InputSpec) -> None:
        """What was read of the chosen picture."""
        if facts.info is None:
            self.picture.set_message("Could not be read", "broken", "bad")
            self.size_label.setText("")
            self.format_label.setText("")
            self.fits.set_views({})
            self.set_sentence(facts.error)
            return
        self.picture.set_picture(facts.preview)
        info = facts.info
        self.size_label.setText(picture_size(info.width, info.height))
        self.format_label.setText(f"{info.format}, {info.mode} · {file_size(info.bytes)}")
        self.format_label.setToolTip(f"{info.bytes:,} bytes")
        self.fits.set_views(facts.views)
        self.set_sentence(fit_sentence(spec.fit, facts.lost, info.width, info.height, spec))

    def scroll_to(self, part: QWidget) -> None:
        """Bring a control into sight, where the panel is too low for all."""
        page = self._pages.currentWidget()
        if isinstance(page, ScrollColumn):
            page.ensureWidgetVisible(part)

    def set_exclude(self, words: str) -> None:
        """What the button does to the chosen pictures; empty while nothing can be changed."""
        self.exclude_button.setVisible(bool(words))
        self.exclude_button.setText(words)

    def show_many(self, many: ManyFacts) -> None:
        """Several pictures are chosen; their thumbnails come by :meth:`set_four`."""
        self._turn_to(_MANY, f"{many.count:,} pictures selected")
        self.many_facts.set_facts(list(many.facts))

    def set_four(self, images: list[QImage | None]) -> None:
        """Thumbnails of the first four chosen pictures; None where there is none (yet)."""
        for view, image in zip(self.four, images, strict=True):
            view.set_picture(image)

    def set_input(self, spec: InputSpec) -> None:
        """The input's size and the fit in use."""
        self.network.set_note(picture_size(spec.width, spec.height))
        self.fits.set_fit(spec.fit)
        self._fit = spec.fit
        self._tell()

    def set_sentence(self, sentence: str) -> None:
        """What the fit in use does to this picture."""
        self._sentence = sentence
        self._tell()

    def set_others(self, number: int) -> None:
        """How many pictures lose much of their area when cropped; negative while not known."""
        self._others = number
        self._tell()

    def _tell(self) -> None:
        if self._fit != "crop" or self._others < 1:
            self.sentence.set_words(self._sentence)
            return
        lose = "loses" if self._others == 1 else "lose"
        words = f"{self._sentence} {count(self._others, 'picture')} {lose} more than 30 %."
        self.sentence.set_words(words.strip(), them(self._others))

    def _turn_to(self, page: int, title: str) -> None:
        self._pages.setCurrentIndex(page)
        self.set_title(title or "No picture chosen")
        self.clear_button.setVisible(page == _MANY)
        assert self.foot is not None
        self.foot.setVisible(page != _NONE)
        self.folder_button.setVisible(page == _ONE)

"""The Model pane: choose a network, see what it is made of, and use it."""

from __future__ import annotations

from html import escape
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from studio.core.errors import SpecError, StudioError
from studio.core.input import InputSpec
from studio.core.paths import display_name
from studio.core.results import NetworkSummary
from studio.engine.protocol.messages import Summarise
from studio.models.registry import ArchitectureSpec
from studio.ui.panes.model import catalogue
from studio.ui.panes.model.catalogue import ORDERS, Card
from studio.ui.panes.model.details import Details
from studio.ui.panes.model.gallery import Gallery
from studio.ui.session import Session
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.drop import DropOverlay
from studio.ui.widgets.empty import EmptyState
from studio.ui.widgets.fields import SearchField
from studio.ui.widgets.numbers import count
from studio.ui.widgets.pane_frame import PaneFrame
from studio.ui.widgets.panel import WorkArea
from studio.ui.widgets.segmented import SegmentedControl
from studio.ui.widgets.text import Text

FAMILIES = [("scratch", "From scratch"), ("pretrained", "Pretrained")]
SUMMARY_AFTER_MS = 250
CLASSES_WITHOUT_DATA = 10

Draft = tuple[ArchitectureSpec, InputSpec]


class ModelPane(QWidget):
    """Cards at the left, the chosen network at the right.

    What is edited here is a draft until “Use this model” hands it to the session; then it can be
    undone there.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._cards: list[Card] = []
        self._drafts: dict[str, Draft] = {}
        self._kind = session.model.kind
        self._summary_for: object = None
        self._build_work()
        self.details = Details(session.jobs)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        self.frame = PaneFrame(self.work, right=self.details, right_name="Show the network")
        column.addWidget(self.frame)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(SUMMARY_AFTER_MS)
        self._timer.timeout.connect(self._ask_for_summary)
        self.overlay = DropOverlay(self, self._describe_drop)
        self._connect()
        self._choose(self._kind)

    def _build_work(self) -> None:
        self.work = WorkArea()
        self.families = SegmentedControl(FAMILIES, name="Kind of network")
        self.search = SearchField("Name, year", key="Ctrl+F")
        self.search.setFixedWidth(150)
        self.sort = Combo(list(ORDERS.items()), "advised", name="Order of the cards", icon="sort")
        self.sort.setFixedWidth(146)
        self.work.bar.add(self.families)
        self.work.bar.add_stretch()
        self.work.bar.add(self.search)
        self.work.bar.add(self.sort)
        holder = QWidget()
        self._top = QVBoxLayout(holder)
        self._top.setContentsMargins(16, 12, 16, 0)
        self.banner = Banner("info")
        self._top.addWidget(self.banner)
        self.work.add(holder)
        self.gallery = Gallery()
        self.nothing = EmptyState("No such network", "", "Show all", icon="model")
        self.pages = QStackedWidget()
        inside = QWidget()
        room = QVBoxLayout(inside)
        room.setContentsMargins(0, 12, 0, 0)
        room.addWidget(self.gallery)
        self.pages.addWidget(inside)
        self.pages.addWidget(self.nothing)
        self.work.add(self.pages, 1)
        foot = self.work.add_foot()
        self.foot_words = Text("", "small", "secondary")
        foot.add(self.foot_words)
        foot.add_stretch()
        foot.add(Text("At the usual input size, with ten classes", "small", "secondary"))

    def _connect(self) -> None:
        session = self._session
        self.families.changed.connect(lambda _key: self._list(follow=True))
        self.search.textChanged.connect(lambda _text: self._list())
        self.sort.chosen.connect(lambda _key: self._list())
        self.nothing.action.connect(self.search.clear)
        self.gallery.card_chosen.connect(self._show)
        self.gallery.use_requested.connect(lambda _kind: self._use())
        self.details.spec_edited.connect(self._spec_edited)
        self.details.input_edited.connect(self._input_edited)
        self.details.use_requested.connect(self._use)
        self.details.weights_arrived.connect(self._weights_arrived)
        self.overlay.dropped.connect(lambda paths: self.details.weights.choose_file(Path(paths[0])))
        session.model_changed.connect(self._session_changed)
        session.input_changed.connect(self._session_changed)
        session.dataset_changed.connect(self._dataset_changed)
        session.labels_changed.connect(self._dataset_changed)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        find.activated.connect(self._find)

    # --- the gallery ------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """What may have changed meanwhile: files, pictures. The layer table is asked for now."""
        super().showEvent(event)
        self._read_cards()
        self._list()
        self._show(self._kind)

    def _read_cards(self) -> None:
        pictures = len(self._session.dataset) if self._session.dataset is not None else None
        self._cards = catalogue.cards(pictures, self._session.model.kind)

    def _list(self, follow: bool = False) -> None:
        """List the family in view; with ``follow`` its first card is chosen if none is."""
        family = str(self.families.current())
        cards = catalogue.listed(self._cards, family, self.search.text(), str(self.sort.current()))
        self.gallery.cards.set_cards(cards)
        self.pages.setCurrentIndex(0 if cards else 1)
        text = self.search.text().strip()
        self.nothing.set_texts("No such network", f"No network here is called “{text}”.")
        self.gallery.choose(self._kind)
        if follow and cards and self.gallery.chosen() != self._kind:
            self.gallery.choose(cards[0].kind)
            self._show(cards[0].kind)
        self._write_words(family)

    def _write_words(self, family: str) -> None:
        mine = [card for card in self._cards if card.family == family]
        words = count(len(mine), "network")
        if family == "pretrained":
            here = sum(card.weights == "here" for card in mine)
            words = f"{count(len(mine), 'backbone')}, {here} with weights on this computer"
        self.foot_words.setText(words)
        pictures = len(self._session.dataset) if self._session.dataset is not None else None
        number, rest = catalogue.advice(family, pictures)
        if number:
            self.banner.set_text(f"<b>{escape(number)}:</b> {escape(rest)}")
        holder = self.banner.parentWidget()
        if holder is not None:
            holder.setVisible(bool(number))

    def _find(self) -> None:
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    # --- one network ------------------------------------------------------------------------------

    def _choose(self, kind: str) -> None:
        """Bring a network's card into view and show it."""
        self._read_cards()
        card = next((c for c in self._cards if c.kind == kind), None)
        if card is not None and self.families.current() != card.family:
            self.families.set_current(card.family)
        self._kind = kind
        self._list()
        self._show(kind)

    def draft(self) -> Draft:
        """The network in view with its settings, and its input."""
        session = self._session
        if self._kind not in self._drafts:
            if self._kind == session.model.kind:
                return session.model, session.input
            self._drafts[self._kind] = catalogue.first_draft(self._kind, session.input.fit)
        return self._drafts[self._kind]

    def _show(self, kind: str) -> None:
        self._kind = kind
        spec, input = self.draft()
        self.details.show_network(spec, input)
        self._show_use()
        self._want_summary()

    def _spec_edited(self, spec: ArchitectureSpec) -> None:
        self._drafts[self._kind] = (spec, self.draft()[1])
        self._show(self._kind)

    def _input_edited(self, input: InputSpec) -> None:
        self._drafts[self._kind] = (self.draft()[0], input)
        self._show(self._kind)

    def _show_use(self) -> None:
        spec, input = self.draft()
        session = self._session
        problem = self._problem(spec, input)
        self.details.show_input_problem(problem)
        if (spec, input) == (session.model, session.input):
            note = ""
            if self.details.weights.status.state == "missing" and spec.family == "pretrained":
                note = "It is in use, but its weights are not on this computer."
            self.details.show_use("In use", False, note)
        elif problem:
            self.details.show_use("Use this model", False, "")
        elif spec.family == "pretrained" and self.details.weights.status.state != "here":
            self.details.show_use(
                "Use this model", False,
                "Its weights are not on this computer: download them or choose a local file.",
            )  # fmt: skip
        else:
            self.details.show_use("Use this model", True)

    def _problem(self, spec: ArchitectureSpec, input: InputSpec) -> str:
        try:
            spec.check(input, self._outputs())
        except SpecError as error:
            return str(error)
        return ""

    def _use(self) -> None:
        spec, input = self.draft()
        if self.details.use_button.isEnabled():
            self._drafts.pop(self._kind, None)
            self._session.set_model(spec, input)

    def _weights_arrived(self) -> None:
        self._read_cards()
        self._list()
        self._show(self._kind)

    # --- the layer table --------------------------------------------------------------------------

    def _outputs(self) -> dict[str, int]:
        dataset = self._session.dataset
        found = {} if dataset is None else {n: len(c) for n, c in dataset.outputs.items() if c}
        return found or {"class": CLASSES_WITHOUT_DATA}

    def _want_summary(self) -> None:
        spec, input = self.draft()
        wanted = (spec, input, tuple(self._outputs().items()))
        if wanted == self._summary_for or not self.isVisible():
            return
        self._summary_for = wanted
        if problem := self._problem(spec, input):
            self._timer.stop()
            self.details.show_summary(None, self._outputs(), problem)
            return
        self.details.show_summary(None, self._outputs(), "Waiting for the computing process…")
        self._timer.start()

    def _ask_for_summary(self) -> None:
        spec, input = self.draft()
        outputs = self._outputs()
        asked = self._summary_for
        model, picture = spec.model_dump(mode="json"), input.model_dump(mode="json")

        def begin() -> None:
            if asked == self._summary_for:
                self.details.show_summary(None, outputs, "Building the network…")

        def show(summary: NetworkSummary) -> None:
            if asked == self._summary_for:
                self.details.show_summary(summary, outputs)

        def fail(error: StudioError) -> None:
            if asked == self._summary_for:
                self._summary_for = None
                self.details.show_summary(None, outputs, str(error))

        self._session.engines.inspector.submit(
            lambda job: Summarise(job, model, picture, outputs), done=show, failed=fail,
            started=begin, replaces="model summary", owner=self,
        )  # fmt: skip

    # --- the session ------------------------------------------------------------------------------

    def _session_changed(self) -> None:
        self._drafts.pop(self._session.model.kind, None)
        self._choose(self._session.model.kind)

    def _dataset_changed(self) -> None:
        self._read_cards()
        self._list()
        self._show(self._kind)

    def _describe_drop(self, paths: list[str]) -> tuple[bool, str]:
        """What a file means that is dragged over the pane."""
        name = display_name(Path(paths[0]).name)
        if len(paths) > 1:
            return False, "Drop one weights file"
        if self.draft()[0].family != "pretrained":
            return False, "A network from scratch takes no weights: choose one under Pretrained"
        if not name.lower().endswith((".h5", ".hdf5")):
            return False, f"“{name}” is no weights file (.h5 or .weights.h5)"
        return True, f"Use the weights in “{name}”"

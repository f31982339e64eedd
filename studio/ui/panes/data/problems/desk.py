"""What the Problems page does: fills it from the findings, and turns choices into actions."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut

from studio.data.checks.standing import COPIES
from studio.data.dataset import count_classes
from studio.data.split import SplitSpec
from studio.ui.findings import AT_ONCE
from studio.ui.latest import Latest
from studio.ui.panes.data.problems.advice import ALL, ONE
from studio.ui.panes.data.problems.cards import CardGrid
from studio.ui.panes.data.problems.choices import Case, Choice, accept, choices_for
from studio.ui.panes.data.problems.entries import Entry, as_text
from studio.ui.panes.data.problems.kinds import PAIRS, kind_of
from studio.ui.panes.data.problems.kinds import ROWS as AS_ROWS
from studio.ui.panes.data.problems.listing import Listed, listing
from studio.ui.panes.data.problems.page import GALLERY, LEAST_ALIKE, NOTHING, ROWS, ProblemPage
from studio.ui.panes.data.problems.rows import RowList
from studio.ui.session import Session
from studio.ui.widgets.numbers import count, duration, number, percent

_NONE = Listed("", [], 0, False, False, False, False, [], None)


class ProblemDesk(QObject):
    """Keeps one :class:`ProblemPage` up to date and does what is decided there.

    Signals:
        back_asked: show the pictures again.
        check_asked: check the data set once more.
    """

    back_asked = Signal()
    check_asked = Signal()

    def __init__(self, session: Session, page: ProblemPage, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._page = session, page
        self._listed = _NONE
        self._latest = Latest(self)
        self._latest.answered.connect(self._show)
        self._as_rows = False
        self._is_filling = False
        self._is_stale = True
        for button in (page.back_button, page.narrow_back):
            button.clicked.connect(lambda: self.back_asked.emit())
        page.nothing.action.connect(self.back_asked)
        page.check_button.clicked.connect(lambda: self.check_asked.emit())
        page.more_menu.add("Copy list", self.copy_list, "copy")
        self.rows_action = page.more_menu.add("Show as a list", self.toggle_rows, "list")
        page.kinds.kind_chosen.connect(lambda _kind: self._fill())
        page.kinds.kind_chosen.connect(lambda _kind: self._view().scrollToTop())
        page.alike.number_changed.connect(lambda _value: self._fill())
        for view in (page.grid, page.rows):
            view.entry_changed.connect(self._entry_changed)
            view.exclude_asked.connect(self.exclude_one)
            view.keep_asked.connect(self.keep_one)
        page.advice.chosen.connect(self._advise)
        page.advice.acted.connect(self.act)
        session.findings.changed.connect(self.refresh)
        session.dataset_changed.connect(self._forget_check)
        escape = QShortcut(QKeySequence(Qt.Key.Key_Escape), page)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.back_asked)
        page.alike.set_number(LEAST_ALIKE)
        self._forget_check()

    # --- what is shown --------------------------------------------------------------------------

    def show(self, kind: str = "") -> None:
        """The page comes into sight; with one kind chosen, where it was found."""
        if self._is_stale:
            self._refill()
        if kind:
            self._page.kinds.choose(kind)
        view = self._view()
        view.setFocus()

    def refresh(self) -> None:
        """Other problems stand now: the chosen kind and entry stay where they can."""
        self._is_stale = True
        if self._page.isVisible():
            self._refill()

    def _refill(self) -> None:
        self._is_stale = False
        found = self._session.findings
        counts = dict(found.counts)
        self._page.kinds.show_counts(counts, self._notes(counts))
        self._fill()

    def _notes(self, counts: dict[str, int]) -> dict[str, str]:
        """How uneven the classes are, in place of a count."""
        now = self._session.findings.situation
        problems = self._session.findings.problems if "imbalance" in counts else []
        problems = [p for p in problems if p.kind == "imbalance"]
        if now is None or counts.get("imbalance") != 1 or problems[0].label:
            return {}
        output = problems[0].output
        if output not in now.dataset.outputs:
            return {}
        labels, names = now.dataset.labels[output], now.dataset.outputs[output]
        used = count_classes(labels[now.assignment >= 0], len(names))
        some = used[used > 0]
        return {"imbalance": f"{round(some.max() / some.min()):,} : 1"} if len(some) else {}

    def _fill(self) -> None:
        """List the chosen kind; where its chosen entry is gone, the next takes its place.

        Very many are listed in the background: until then those of before stand.
        """
        page, session = self._page, self._session
        least = page.alike.number() / 100
        page.alike_number.setText(percent(least, 0 if float(least * 100).is_integer() else 1))
        found = session.findings
        key = page.kinds.chosen()
        work = listing(key, found.problems, found.situation, session.split, least)
        self._latest.forget()
        if len(found.problems) <= AT_ONCE:
            self._show(work())
            return
        if key != self._listed.kind:  # the entries of another kind mean nothing under this one
            self._show(replace(_NONE, kind=key, situation=found.situation))
        self._latest.ask(work)

    def _show(self, listed: Listed) -> None:
        page, dataset = self._page, self._session.dataset
        self._listed, key, shown = listed, listed.kind, listed.shown
        for part in (page.alike_label, page.alike, page.alike_number):
            part.setVisible(listed.has_alike and key in COPIES)
        before, place = self._current(), self._view().currentIndex().row()
        self._is_filling = True
        is_rows = self._as_rows or kind_of(key).view == AS_ROWS or listed.are_gone
        page.grid.set_pictures(2 if listed.are_pairs else 1)
        page.model.show(shown, listed.situation, str(dataset.root) if dataset is not None else "")
        page.pages.setCurrentIndex(NOTHING if not key else ROWS if is_rows else GALLERY)
        if before is not None:
            place = next((i for i, e in enumerate(shown) if _is_same(e, before)), place)
        if shown:
            index = page.model.index(min(max(place, 0), len(shown) - 1))
            self._view().setCurrentIndex(index)
        self._is_filling = False
        self._say(key, shown)
        self._advise()

    def _say(self, key: str, shown: list[Entry]) -> None:
        page, kind = self._page, kind_of(key)
        page.heading.setText(kind.sentence(len(shown)) if key else "")
        is_pairs = kind.view == PAIRS and self._listed.are_pairs
        words = ""
        if is_pairs:
            words = f"{count(len(shown), 'pair')}, most alike first"
            if len(shown) < self._listed.total:
                words = f"{number(len(shown))} of {count(self._listed.total, 'pair')}"
        elif shown and kind.view != AS_ROWS:
            words = count(len(shown), "picture")
        page.summary.setText(words)
        for hint in page.hints:
            hint.setVisible(bool(shown))

    def _view(self) -> CardGrid | RowList:
        page = self._page
        return page.rows if page.pages.currentIndex() == ROWS else page.grid

    def _current(self) -> Entry | None:
        place = self._view().currentIndex().row()
        entries = self._page.model.entries
        return entries[place] if 0 <= place < len(entries) else None

    # --- what to do -----------------------------------------------------------------------------

    def _entry_changed(self) -> None:
        if not self._is_filling and self._page.advice.scope.current() == ONE:
            self._advise()

    def _advise(self) -> None:
        """The choices for all entries, or for the chosen one."""
        page, key = self._page, self._page.kinds.chosen()
        entries, current = page.model.entries, self._current()
        if not key or self._session.findings.situation is None:
            page.advice.show_nothing()
            page.model.set_choice(None)
            return
        is_one = key == page.advice.kind() and page.advice.scope.current() == ONE
        if not is_one:
            page.advice.scope.set_current(ALL)
        choices, can_go = self._listed.choices, self._listed.can_go
        case = self._case([current]) if is_one and current is not None else None
        if case is not None:
            choices, can_go = choices_for(case), bool(case.copies)
        for hint in page.exclude_hints:
            hint.setVisible(can_go and bool(entries))
        page.advice.show_choices(key, kind_of(key).meaning, choices, len(entries))
        page.model.set_choice(page.advice.choice())

    def _case(self, entries: list[Entry]) -> Case | None:
        now = self._session.findings.situation
        if now is None:
            return None
        return Case(self._page.kinds.chosen(), entries, now, self._session.split)

    def act(self, choice: Choice, option: str) -> None:
        """Do what a choice says; one step of undo."""
        made = choice.make(option)
        if isinstance(made, SplitSpec):
            self._session.set_split(made)
        elif len(made) == 1:
            self._session.changes.perform(made[0])
        else:
            self._session.changes.perform_all(made, choice.button)

    def exclude_one(self) -> None:
        """Leave out the picture of the chosen entry; of two the copy."""
        from studio.data.overlay.actions import Exclude

        case = self._case([e] if (e := self._current()) is not None else [])
        if case is not None and case.copies:
            self._session.changes.perform(Exclude(paths=case.copies))

    def keep_one(self) -> None:
        """Keep the chosen entry as it is, and list it no more."""
        entry = self._current()
        if entry is not None:
            for action in accept(self._page.kinds.chosen(), [entry]):
                self._session.changes.perform(action)

    # --- the menu and the foot ------------------------------------------------------------------

    def copy_list(self) -> None:
        """All problems as text on the clipboard."""
        QGuiApplication.clipboard().setText(as_text(self._session.findings.problems))
        self._page.summary.setText("The list is on the clipboard.")

    def toggle_rows(self) -> None:
        """Every kind as rows with their reasons, or those with pictures as a gallery again."""
        self._as_rows = not self._as_rows
        self.rows_action.setText("Show as a gallery" if self._as_rows else "Show as a list")
        self._fill()
        self._view().setFocus()

    def checking(self) -> None:
        """A check is under way."""
        self._tell_checked("Checking…")

    def checked(self, files: int, seconds: float) -> None:
        """A check has ended."""
        self._tell_checked(f"{count(files, 'file')} checked in {duration(max(1.0, seconds))}.")

    def _forget_check(self) -> None:
        self._tell_checked("The files are not checked yet.")

    def _tell_checked(self, words: str) -> None:
        self._page.checked.setText(f"{words}\nNothing changes until you decide.")


def _is_same(entry: Entry, other: Entry) -> bool:
    """Whether two entries are about the same; most are told apart by less than their keys."""
    return entry.paths[-1:] == other.paths[-1:] and entry.key == other.key

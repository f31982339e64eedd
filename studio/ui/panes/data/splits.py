"""The form of the split while it is open: what it offers, and what came of the last change."""

from __future__ import annotations

from PySide6.QtCore import QObject

from studio.data.dataset import SPLITS, Split
from studio.ui.latest import Latest
from studio.ui.panes.data.split_box import SplitBox
from studio.ui.panes.data.split_form import SplitFacts
from studio.ui.panes.data.split_report import SplitReport
from studio.ui.session import Session


class Splits(QObject):
    """Fills the form of the split and counts in the background."""

    def __init__(self, session: Session, box: SplitBox, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._box = session, box
        self._counting = Latest(self)
        self._counting.answered.connect(self._show)
        box.form_opened.connect(self._refresh)
        session.split_changed.connect(self._refresh)
        session.labels_changed.connect(self._refresh)

    def _refresh(self) -> None:
        popover, session = self._box.popover(), self._session
        dataset, spec = session.dataset, session.split
        if popover is None or dataset is None:
            return
        found = frozenset(s for s in SPLITS if (dataset.found_split == int(s)).any())
        facts = SplitFacts(found, tuple(dataset.groups), session.splitting.waits(spec))
        popover.form.show_spec(spec, facts)
        if session.splitting.is_drawing or len(session.assignment) != len(dataset):
            return
        split, splitting = session.assignment, session.splitting

        def count() -> SplitReport:
            from studio.data.split_counts import class_table, part_counts

            return SplitReport(
                dataset.outputs,
                {name: class_table(dataset, split, name) for name in dataset.outputs},
                part_counts(split),
                splitting.leaks(dataset, spec, split),
                not (spec.mode == "folders" and found >= {Split.VALIDATION, Split.TEST}),
            )

        self._counting.ask(count)

    def _show(self, report: SplitReport) -> None:
        popover = self._box.popover()
        if popover is not None:
            popover.report.show_report(report, self._session.split)

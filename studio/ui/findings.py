"""The problems of the open data set that still stand; the one list that the window counts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from studio.data.checks.standing import Situation, rows_of_paths, standing
from studio.data.dataset import Problem

if TYPE_CHECKING:
    from studio.ui.session import Session


class Findings(QObject):
    """``session.problems`` without what a person has settled.

    Attributes:
        problems: those that stand, see :func:`studio.data.checks.standing.standing`.
        situation: what they were judged by; None where no data set is open.

    Signals:
        changed: another list, or the same problems of pictures that changed.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._judged_by: tuple[object, ...] = ()
        self._paths: list[str] | None = None
        self._asked: set[str] = set()
        self._rows: dict[str, int] = {}
        self.problems: list[Problem] = []
        self.situation: Situation | None = None
        for signal in (
            session.dataset_changed, session.problems_changed, session.labels_changed,
            session.split_changed,
        ):  # fmt: skip
            signal.connect(self._look)

    def _look(self) -> None:
        session = self._session
        result = session.changes.result
        judged_by = (session.dataset, session.problems, session.assignment, result)
        if len(judged_by) == len(self._judged_by) and all(
            a is b for a, b in zip(judged_by, self._judged_by, strict=True)
        ):
            return  # one action tells by several signals
        self._judged_by = judged_by
        dataset = session.dataset
        if dataset is None or result is None or len(session.assignment) != len(dataset):
            self.problems, self.situation = list(session.problems), None
        else:
            self.situation = Situation(
                dataset, self._known_rows(), session.assignment, result.excluded,
                np.asarray(result.moved != _not_moved()), session.changes.accepted(),
            )  # fmt: skip
            self.problems = standing(session.problems, self.situation)
        self.changed.emit()

    def _known_rows(self) -> dict[str, int]:
        """The rows of what the problems name; looked up anew only where other names came."""
        dataset, problems = self._session.dataset, self._session.problems
        assert dataset is not None
        names = {path for p in problems for path in (p.path, p.other)}
        if self._paths is not dataset.paths or not names <= self._asked:
            self._paths, self._asked = dataset.paths, names
            self._rows = rows_of_paths(dataset, problems)
        return self._rows


def _not_moved() -> int:
    from studio.data.overlay.apply import NOT_MOVED  # here: the first paint need not wait for it

    return NOT_MOVED

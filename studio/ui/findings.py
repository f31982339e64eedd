"""The problems of the open data set that still stand; the one list that the window counts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, Signal

from studio.data.checks.counting import counted
from studio.data.checks.standing import Situation, rows_of_paths, standing
from studio.data.dataset import Dataset, Problem
from studio.ui.latest import Latest

if TYPE_CHECKING:
    from studio.ui.session import Session

AT_ONCE = 2_000
"""So many problems are judged within a frame."""

LOOKED_UP_AT_ONCE = 50_000
"""Among the rows of a data set of this size their pictures are looked up within a frame."""


@dataclass(frozen=True)
class _Known:
    """The rows of what problems name; looked up anew only where other names came."""

    paths: Sequence[str] = ()
    asked: frozenset[str] = frozenset()
    rows: dict[str, int] | None = None

    def fits(self, dataset: Dataset) -> bool:
        return self.rows is not None and self.paths is dataset.paths

    def of(self, dataset: Dataset, problems: list[Problem]) -> _Known:
        names = frozenset(path for p in problems for path in (p.path, p.other))
        if self.fits(dataset) and names <= self.asked:
            return self
        return _Known(dataset.paths, names, rows_of_paths(dataset, problems))


@dataclass(frozen=True)
class _Judged:
    problems: list[Problem]
    counts: dict[str, int]
    situation: Situation | None
    known: _Known


class Findings(QObject):
    """``session.problems`` without what a person has settled.

    Of very many problems it is worked out in the background; until then those of before stand,
    and none where another data set was opened.

    Attributes:
        problems: those that stand, see :func:`studio.data.checks.standing.standing`.
        counts: kind → how many of them, see :func:`studio.data.checks.counting.counted`.
        situation: what they were judged by; None where no data set is open.

    Signals:
        changed: another list, or the same problems of pictures that changed.
    """

    changed = Signal()

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._session = session
        self._judged_by: tuple[object, ...] = ()
        self._known = _Known()
        self._latest = Latest(self)
        self._latest.answered.connect(self._take)
        self.problems: list[Problem] = []
        self.counts: dict[str, int] = {}
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
        self._latest.forget()
        judge = self._question()
        dataset = session.dataset
        is_known = dataset is None or self._known.fits(dataset)
        many_rows = not is_known and dataset is not None and len(dataset) > LOOKED_UP_AT_ONCE
        if len(session.problems) <= (0 if many_rows else AT_ONCE):
            self._take(judge())
            return
        self._latest.ask(judge)
        if not is_known:
            self._take(_Judged([], {}, None, _Known()))

    def _question(self) -> Callable[[], _Judged]:
        """What judges the problems as everything is now; for any thread."""
        session, known = self._session, self._known
        problems, dataset, split = list(session.problems), session.dataset, session.assignment
        result, accepted = session.changes.result, session.changes.accepted()

        def judge() -> _Judged:
            if dataset is None or result is None or len(split) != len(dataset):
                return _Judged(problems, counted(problems), None, known)
            now_known = known.of(dataset, problems)
            situation = Situation(
                dataset, now_known.rows or {}, split, result.excluded,
                np.asarray(result.moved != _not_moved()), accepted,
            )  # fmt: skip
            stand = standing(problems, situation)
            return _Judged(stand, counted(stand), situation, now_known)

        return judge

    def _take(self, judged: _Judged) -> None:
        self._known = judged.known
        self.problems, self.counts = judged.problems, judged.counts
        self.situation = judged.situation
        self.changed.emit()


def _not_moved() -> int:
    from studio.data.overlay.apply import NOT_MOVED  # here: the first paint need not wait for it

    return NOT_MOVED

"""What the page lists of one kind, worked out in any thread: entries, and what can be done."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from studio.data.checks.standing import COPIES, Situation
from studio.data.dataset import Problem
from studio.data.split import SplitSpec
from studio.ui.panes.data.problems.choices import Case, Choice, choices_for
from studio.ui.panes.data.problems.entries import Entry, entries_of
from studio.ui.panes.data.problems.page import LEAST_ALIKE


@dataclass(frozen=True)
class Listed:
    """The entries of one kind.

    Attributes:
        kind: which one; empty where there is no problem at all.
        shown: those that are alike enough.
        total: how many there are without that.
        has_alike: whether it is known how alike they are.
        are_pairs: whether some are of two pictures.
        are_gone: whether they are rows of a table about pictures that are not there.
        can_go: whether there are pictures that could be left out.
        choices: what can be done about all that are shown.
        situation: what it was worked out by.
    """

    kind: str
    shown: list[Entry]
    total: int
    has_alike: bool
    are_pairs: bool
    are_gone: bool
    can_go: bool
    choices: list[Choice]
    situation: Situation | None


def listing(
    kind: str, problems: list[Problem], now: Situation | None, split: SplitSpec, least: float
) -> Callable[[], Listed]:
    """What lists one kind as everything is now.

    Args:
        least: 0 … 1, how alike two pictures must be to be shown.
    """

    def work() -> Listed:
        every = entries_of(kind, problems, now) if kind else []
        shown = [e for e in every if least <= LEAST_ALIKE / 100 or _is_alike(e, least)]
        is_there = now is not None and any(path in now.rows for e in shown for path in e.paths)
        case = Case(kind, shown, now, split) if now is not None else None
        return Listed(
            kind, shown, len(every),
            has_alike=any(e.problem.alike is not None for e in every),
            are_pairs=any(len(e.paths) == 2 for e in shown),
            are_gone=kind in COPIES and now is not None and not is_there,
            can_go=case is not None and bool(case.copies),
            choices=choices_for(case) if case is not None and shown else [],
            situation=now,
        )  # fmt: skip

    return work


def _is_alike(entry: Entry, least: float) -> bool:
    alike = entry.problem.alike
    return alike is not None and alike >= least - 1e-9

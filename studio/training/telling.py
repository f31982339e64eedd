"""Tells which pictures went into a training without a step, or did not go into it at all."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from studio.augment.policy import FaultAt, Transform
from studio.core.events import ProblemFound
from studio.core.paths import display_name
from studio.core.runs import RunFolder
from studio.data.batches import Batches
from studio.data.dataset import Problem
from studio.training.feed import Feed, keep_problems

log = logging.getLogger(__name__)

MOST_TOLD = 1000
"""Lost pictures that are told one by one; the others are counted."""

_DEADLY = "It ended the process that prepared it, twice, and was left out from then on."
_UNREADABLE = "It could no longer be read, and was left out from then on."


class Teller:
    """Tells of what went wrong since it was asked last, and keeps it in the run's list.

    Args:
        transform: the augmentation, None without one.
    """

    def __init__(
        self,
        run: RunFolder,
        emit: Callable[[Any], None],
        feed: Feed,
        batches: Batches,
        transform: Transform | None,
    ) -> None:
        self._run, self._emit = run, emit
        self._feed, self._batches, self._transform = feed, batches, transform
        self._faults = self._lost = 0
        self._trouble = ""

    def tell(self, is_end: bool = False) -> None:
        """Tell what is new. Raises StorageError.

        Args:
            is_end: nothing will come after it, so what is only counted is told, too.
        """
        problems = self._new_faults(is_end) + self._new_losses(is_end)
        if self._batches.trouble != self._trouble:
            self._trouble = self._batches.trouble
            problems.append(Problem("augmentation", "", self._trouble))
        for problem in problems:
            self._emit(ProblemFound(problem.kind, display_name(problem.path), problem.message))
        keep_problems(self._run, problems)

    def _new_faults(self, is_end: bool) -> list[Problem]:
        """Steps that failed on a picture."""
        if self._transform is None:
            return []
        problems = [self._of_fault(at) for at in self._transform.faults[self._faults :]]
        self._faults += len(problems)
        untold = self._transform.fault_count - self._faults
        if untold and is_end:
            words = f"{untold:,} more steps of the augmentation failed on pictures."
            problems.append(Problem("augmentation", "", words))
        return problems

    def _of_fault(self, at: FaultAt) -> Problem:
        fault = at.fault
        words = f"“{fault.step}” failed and was left out in epoch {at.epoch}: {fault.message}"
        return Problem("augmentation", self._feed.paths[at.index], words)

    def _new_losses(self, is_end: bool) -> list[Problem]:
        """Pictures that could not be delivered."""
        lost = list(self._batches.lost.items())
        problems = [self._of_loss(row, why) for row, why in lost[self._lost : MOST_TOLD]]
        self._lost += len(problems)
        untold = len(lost) - self._lost
        if untold and is_end:
            words = f"{untold:,} more pictures could not be read during the training."
            problems.append(Problem("unreadable", "", words))
        return problems

    def _of_loss(self, row: int, why: str) -> Problem:
        path = self._feed.paths[row]
        if why == "deadly":
            return Problem("unreadable", path, _DEADLY)
        return self._feed.pictures.problem(row) or Problem("unreadable", path, _UNREADABLE)

"""Has strengths measured one after the other, and keeps what came out for the network."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, partial
from typing import Any

from PySide6.QtCore import QObject, Signal

from studio.augment.step import Step
from studio.core.errors import StudioError
from studio.core.strengths import Strengths
from studio.engine.protocol.augment_messages import MeasureSafety
from studio.ui.engines import Engine, EngineJob
from studio.ui.panes.augment.belief_judge import Judge
from studio.ui.panes.augment.safety_words import question_of, strengths_of, told

_MOST_KEPT = 2000


@dataclass(frozen=True)
class Target:
    """One setting to measure with one judge; ``question`` is what the answer depends on."""

    judge: str
    epoch: int
    question: str
    name: str
    step: dict[str, Any] = field(compare=False, hash=False)


def targets_of(judge: Judge, step: Step) -> dict[str, Target]:
    """The question about each setting of a step that can be measured."""
    return _targets(judge.key, judge.epoch, step)


@lru_cache(maxsize=512)  # while a slider moves, the other steps are the same ones as before
def _targets(judge: str, epoch: int, step: Step) -> dict[str, Target]:
    asked = told(step)
    return {
        name: Target(judge, epoch, question_of(step, name), name, asked)
        for name in strengths_of(step)
    }


class SafetyQueue(QObject):
    """Asks the inspector about one target at a time.

    Answers stay in memory. A target that is no longer wanted is given up while it is measured;
    while :attr:`is_held` nothing new is asked. What is being measured need not stop for more
    urgent questions: the inspector answers those in between.

    Signals:
        progressed: the share of what is being measured is another.
        changed: a target was measured, or cannot be.
    """

    progressed = Signal()
    changed = Signal()

    def __init__(
        self,
        engine: Engine,
        run_of: Callable[[Target], str],
        is_lost: Callable[[Target, StudioError], bool],
        parent: QObject,
    ) -> None:
        """Make an empty queue.

        Args:
            run_of: how the engine knows the judge of a target now; empty while it does not.
            is_lost: whether a failure only means that the engine no longer knows the judge.
        """
        super().__init__(parent)
        self._engine, self._run_of, self._is_lost = engine, run_of, is_lost
        self._found: dict[Target, Strengths] = {}
        self._errors: dict[Target, StudioError] = {}
        self._wanted: list[Target] = []
        self._job: EngineJob | None = None
        self.current: Target | None = None
        self.fraction = 0.0
        self.is_held = False

    def found(self, target: Target) -> Strengths | None:
        """What was measured; None where nothing was yet."""
        return self._found.get(target)

    def error(self, target: Target) -> StudioError | None:
        """Why it cannot be measured."""
        return self._errors.get(target)

    def is_known(self, target: Target) -> bool:
        """Whether it was measured, or cannot be."""
        return target in self._found or target in self._errors

    def want(self, targets: Sequence[Target]) -> None:
        """Measure these, the first first; what is known is not measured again."""
        self._wanted = [t for t in dict.fromkeys(targets) if not self.is_known(t)]
        if self.current is not None and self.current not in self._wanted:
            self._drop()
        self.go_on()

    def hold(self, on: bool) -> None:
        """Let others go first: begin nothing new."""
        self.is_held = on

    def go_on(self) -> None:
        """Ask the next question, unless one is asked already or others go first."""
        if self.current is not None or self.is_held or not self._wanted:
            return
        target = self._wanted[0]
        run = self._run_of(target)
        if not run:
            return
        self.current, self.fraction = target, 0.0
        try:
            self._job = self._engine.submit(
                lambda job: MeasureSafety(job, run, target.step, target.name),
                done=partial(self._take, target), failed=partial(self._fail, target),
                progress=self._tell, owner=self,
            )  # fmt: skip
        except StudioError as error:
            self._fail(target, error)

    def _drop(self) -> None:
        if self._job is not None:
            self._job.drop()
        self._job = self.current = None

    def _tell(self, done: int, total: int | None, _words: str) -> None:
        self.fraction = done / total if total else 0.0
        self.progressed.emit()

    def _take(self, target: Target, found: Strengths) -> None:
        while len(self._found) >= _MOST_KEPT:
            del self._found[next(iter(self._found))]
        self._found[target] = found
        self._over(target)

    def _fail(self, target: Target, error: StudioError) -> None:
        if self._is_lost(target, error):
            self._job = self.current = None
            return
        self._errors[target] = error
        self._over(target)

    def _over(self, target: Target) -> None:
        self._job = self.current = None
        self._wanted = [t for t in self._wanted if t != target]
        self.go_on()
        self.changed.emit()

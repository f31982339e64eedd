"""The safety meter in the window: marks on sliders, advice on cards, the curves behind them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QAction

from studio.augment.groups import Group
from studio.augment.step import Step
from studio.core.errors import StudioError
from studio.core.strengths import Strengths
from studio.ui.jobs import Job
from studio.ui.panes.augment import edits
from studio.ui.panes.augment import safety_advice as tell
from studio.ui.panes.augment import safety_words as say
from studio.ui.panes.augment.belief import BeliefFollower
from studio.ui.panes.augment.belief_judge import Judge
from studio.ui.panes.augment.edits import Place
from studio.ui.panes.augment.safety_queue import SafetyQueue, Target, targets_of
from studio.ui.panes.augment.step_list import StepList
from studio.ui.panes.augment.survival_dialog import SurvivalDialog
from studio.ui.relay import Relay
from studio.ui.session import Session
from studio.ui.widgets.menu import Menu

SOURCE = "safety"
_SETTLE_MS = 400
"""After a change until something is measured: people go on changing."""


class SafetyMeter(QObject):
    """Measures the open step, tells what was measured of all, and sets what is safe."""

    def __init__(
        self, session: Session, steps: StepList, beliefs: BeliefFollower, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._session, self._steps, self._beliefs = session, steps, beliefs
        self.queue = SafetyQueue(session.engines.inspector, self._run_of, self._is_lost, self)
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._measure)
        self._all: list[Target] = []
        self._total = 0
        self._relay = Relay()
        self._job: Job | None = None
        self.dialog: SurvivalDialog | None = None
        self._shown_in_dialog: Place | None = None
        steps.open_changed.connect(lambda _place: self._changed())
        steps.advice_acted.connect(self._act)
        session.policy_changed.connect(self._changed)
        session.run_in_view_changed.connect(self._changed)
        session.runs_changed.connect(self._changed)
        beliefs.quick.changed.connect(self._changed)
        beliefs.quick.failed.connect(lambda _error: self._give_up())
        beliefs.quick.stopped.connect(self._give_up)
        beliefs.waiting_changed.connect(self._let_beliefs_first)
        self.queue.progressed.connect(self._show_open)
        self.queue.changed.connect(self._measured)
        steps.installEventFilter(self)
        self._changed()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Go on when the steps come into sight, give up when they leave it."""
        if event.type() in (QEvent.Type.Show, QEvent.Type.Hide):
            self._settle.start()
        return False

    # --- what is to be measured -----------------------------------------------------------------

    @property
    def judge(self) -> Judge | None:
        """Who is asked: the run in view, or a quick network before there is one."""
        return self._beliefs.judge

    def targets(self, step: Step) -> dict[str, Target]:
        """What can be measured of a step now."""
        judge = self.judge
        return {} if judge is None else targets_of(judge, step)

    def _found(self, targets: Mapping[str, Target]) -> dict[str, Strengths]:
        """What was measured of these, setting → answer."""
        return {name: f for name, t in targets.items() if (f := self.queue.found(t)) is not None}

    def _run_of(self, target: Target) -> str:
        judge = self.judge
        return judge.run if judge is not None and judge.key == target.judge else ""

    def _is_lost(self, target: Target, error: StudioError) -> bool:
        judge = self.judge
        if judge is None or judge.key != target.judge:
            return False
        is_lost = self._beliefs.quick.lost(judge, error)
        if is_lost:
            self._settle.start()  # it learns again, and is asked then
        return is_lost

    def places(self) -> Iterator[tuple[Place, Step]]:
        """All steps of the policy, those in groups with them."""
        yield from _places((), self._session.policy.steps)

    def _changed(self) -> None:
        """Steps, the open one or the run are others."""
        self._want()
        self._show()
        self._settle.start()

    def _want(self, begin: bool = False) -> None:
        """Give up what nobody wants any more; begin nothing new before things have settled."""
        wanted = [*self._open_targets(), *self._all]
        current = self.queue.current
        self.queue.want(wanted if begin else [t for t in wanted if t == current])

    def _measure(self) -> None:
        if self._beliefs.is_waiting:
            return  # it will be told when the answer is there
        self.queue.hold(False)
        wanted, judge = [*self._open_targets(), *self._all], self.judge
        if judge is not None and not judge.run and not all(map(self.queue.is_known, wanted)):
            self._beliefs.quick.ask()  # it tells when it has learned the classes
        self._want(begin=True)
        self._show_open()

    def _open_targets(self) -> list[Target]:
        step = self._step_at(self._steps.open_place)
        visible = self._steps.isVisible()
        return list(self.targets(step).values()) if step is not None and visible else []

    def _step_at(self, place: Place | None) -> Step | None:
        return next((step for at, step in self.places() if at == place), None)

    def _let_beliefs_first(self, waiting: bool) -> None:
        self.queue.hold(waiting)
        if not waiting:
            self._settle.start()

    # --- measuring all --------------------------------------------------------------------------

    def add_to(self, menu: Menu, before: QAction) -> None:
        """Offer to measure all steps in the menu of the policy."""
        action = self.action = menu.add("Measure all steps", self.measure_all, "speed")
        menu.insertAction(before, action)
        menu.insertSeparator(before)
        menu.aboutToShow.connect(self._offer)
        self._offer()

    def _offer(self) -> None:
        judge, steps = self.judge, self._session.policy.steps
        self.action.setEnabled(judge is not None and bool(steps) and not self.is_measuring_all)
        if judge is None:
            words = "There is no trained run in view that could be asked."
        elif self.is_measuring_all:
            words = "They are being measured; the strip below shows how far it is."
        else:
            words = f"Finds out for every setting up to where {judge.name} still sees the labels."
        self.action.setToolTip(words)

    @property
    def is_measuring_all(self) -> bool:
        """Whether all steps are being measured."""
        return self._job is not None

    def measure_all(self) -> None:
        """Measure every step that is on, one after the other; the strip shows how far it is."""
        judge = self.judge
        if self._job is not None or judge is None:
            return
        steps = [step for _place, step in self.places() if step.enabled]
        targets = [t for step in steps for t in self.targets(step).values()]
        self._all = [t for t in dict.fromkeys(targets) if not self.queue.is_known(t)]
        if not self._all:
            self._show()
            return
        self._relay = Relay()
        self._job = self._session.jobs.start(
            f"Measuring which labels survive ({judge.name})", self._relay.work,
            done=lambda _result: self._end_all(), failed=lambda _error: self._end_all(),
            cancelled=self._end_all, owner=self,
        )  # fmt: skip
        self._total = len(self._all)
        self._relay.report(0, self._total, "Asking the network")
        self._beliefs.quick_again()
        self._measure()

    def _end_all(self) -> None:
        self._job, self._all = None, []
        self._want(begin=True)
        self._show()

    def _give_up(self) -> None:
        """The quick network has not learned the classes: there is nobody to ask."""
        if self._job is not None:
            self._relay.finish()

    def _measured(self) -> None:
        if self._job is not None:
            left = [t for t in self._all if not self.queue.is_known(t)]
            self._relay.report(self._total - len(left), self._total, "Asking the network")
            if not left:
                self._relay.finish()
        self._show()

    # --- telling --------------------------------------------------------------------------------

    def _show(self) -> None:
        for place, step in self.places():
            self._show_step(place, step)
        self._show_dialog()

    def _show_open(self) -> None:
        place = self._steps.open_place
        step = self._step_at(place)
        if place is not None and step is not None:
            self._show_step(place, step)

    def _show_step(self, place: Place, step: Step) -> None:
        targets, judge = self.targets(step), self.judge
        found = self._found(targets)
        if judge is None or not targets:
            advice = []
        elif place == self._steps.open_place:
            state = tell.state(targets, self.queue, judge, self._beliefs.quick.is_learning)
            advice = [*tell.advice(step, found, judge), *state]
        else:
            advice = tell.warnings(step, found, judge)
        self._steps.set_advice(SOURCE, place, advice)
        self._steps.set_marks(place, say.marks_of(found))

    # --- acting ---------------------------------------------------------------------------------

    def _act(self, place: Place, key: str) -> None:
        step = self._step_at(place)
        if step is None:
            return
        if key == tell.CURVES:
            self._open_dialog(place)
        elif key.startswith(tell.SAFEST):
            setting = key.removeprefix(tell.SAFEST)
            found = self._found(self.targets(step))
            if setting in found:
                self._set_safe(place, say.made_safest(step, setting, found[setting]))

    def _set_safe(self, place: Place, step: Step) -> None:
        try:
            policy = edits.replaced(self._session.policy, place, step)
        except StudioError as error:
            self._session.failed.emit(error)
            return
        self._session.set_policy(policy, f"Set {step.title} to the safe maximum")

    def _open_dialog(self, place: Place) -> None:
        if self.dialog is None:
            self.dialog = SurvivalDialog(self._session, self._steps.window())
        self._shown_in_dialog = place
        self.dialog.show()
        self.dialog.raise_()
        self._show_dialog()

    def _show_dialog(self) -> None:
        dialog, judge = self.dialog, self.judge
        if dialog is None or not dialog.isVisible():
            return
        step = self._step_at(self._shown_in_dialog)
        if step is None or judge is None:
            dialog.close()
            return
        dialog.show_found(step, self._found(self.targets(step)), judge.name)


def _places(before: Place, steps: Sequence[Step]) -> Iterator[tuple[Place, Step]]:
    for index, step in enumerate(steps):
        yield (*before, index), step
        if isinstance(step, Group):
            yield from _places((*before, index), step.steps)

"""Hints that know the data, on the cards that they are about and in one banner."""

from __future__ import annotations

import logging
from html import escape

from PySide6.QtCore import QObject, QTimer, Signal

from studio.augment.policy import Policy
from studio.augment.step import Step
from studio.core.errors import StudioError
from studio.core.strengths import Hint
from studio.engine.protocol.augment_messages import StudyPictures
from studio.ui.engines import EngineJob
from studio.ui.latest import Latest
from studio.ui.panes.augment import edits
from studio.ui.panes.augment.advice import Advice
from studio.ui.panes.augment.catalogue import CataloguePanel
from studio.ui.panes.augment.edits import Place
from studio.ui.panes.augment.hint_match import (
    active_steps,
    is_about,
    is_harmful,
    link_of,
    mended,
    suggested,
)
from studio.ui.panes.augment.hint_store import Choice, HintStore, choose
from studio.ui.panes.augment.stage import PreviewStage
from studio.ui.panes.augment.step_list import StepList
from studio.ui.session import Session
from studio.ui.widgets.banner import Banner

log = logging.getLogger(__name__)

_SOURCE = "hints"
_WAIT = 1200
"""Milliseconds of quiet before the pictures are studied: previews and edits come first."""

_MOST_ON_A_CARD = 2


class Hints(QObject):
    """Has the training pictures studied once, quietly, and shows what they say.

    Signals:
        studied: the hints of the pictures that are open now are known.
    """

    studied = Signal()

    def __init__(
        self,
        session: Session,
        steps: StepList,
        stage: PreviewStage,
        catalogue: CataloguePanel,
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.session, self.steps, self.stage, self.catalogue = session, steps, stage, catalogue
        self.hints: tuple[Hint, ...] = ()
        self.dismissed: frozenset[str] = frozenset()
        self._choice: Choice | None = None
        self._running: list[EngineJob] = []
        self._offered: Hint | None = None
        self._advised: set[Place] = set()
        self.banner = Banner("good", dismissible=True)
        self.banner.hide()
        stage.work.body.insertWidget(stage.work.body.indexOf(stage.pages), self.banner)
        self._quiet = QTimer(self)
        self._quiet.setSingleShot(True)
        self._quiet.setInterval(_WAIT)
        self._quiet.timeout.connect(self._choose)
        self._chooser = Latest(self)
        self._chooser.answered.connect(self._chosen)
        self._connect()

    def _connect(self) -> None:
        session = self.session
        session.dataset_changed.connect(self.forget)
        session.labels_changed.connect(self.forget)
        session.input_changed.connect(self.forget)
        session.split_changed.connect(self.look_again)
        session.policy_changed.connect(self.show)
        self.stage.drawn.connect(self.look_again)
        self.steps.advice_acted.connect(self._act)
        self.banner.action.connect(self._take_offer)
        self.banner.dismissed.connect(self._wave_off)
        running = self._running
        self.destroyed.connect(lambda: _drop_all(running))

    # --- finding out ----------------------------------------------------------------------------

    def forget(self) -> None:
        """Other pictures, classes or another input: what was said may be wrong now."""
        self._drop()
        self.hints, self._choice = (), None
        self.show()
        self.look_again()

    def look_again(self) -> None:
        """See in a moment whether there is something to study; nothing happens where hidden."""
        if self.session.dataset is None:
            self._quiet.stop()
        elif self.stage.work.isVisible():
            self._quiet.start()

    def _drop(self) -> None:
        self._quiet.stop()
        self._chooser.forget()
        _drop_all(self._running)

    def _choose(self) -> None:
        session, dataset = self.session, self.session.dataset
        if dataset is None or len(session.assignment) != len(dataset):
            return
        if self.stage.previewer.is_waiting:
            self._quiet.start()
            return
        assignment, input = session.assignment.copy(), session.input
        store = self._store()
        known = self._choice.key if self._choice is not None else ""

        def find() -> tuple[Choice, tuple[Hint, ...] | None, frozenset[str]]:
            choice = choose(dataset, assignment, input)
            if choice.key == known or store is None:
                return choice, None, frozenset()
            return choice, *store.load(choice.key)

        self._chooser.ask(find)

    def _chosen(self, found: tuple[Choice, tuple[Hint, ...] | None, frozenset[str]]) -> None:
        choice, hints, dismissed = found
        if self._choice is not None and choice.key == self._choice.key:
            return  # known, or being studied
        self._drop()
        self._choice, self.dismissed = choice, dismissed
        if hints is not None:
            self._take(hints)
        elif choice.paths:
            self._submit(choice)

    @property
    def is_studying(self) -> bool:
        """Whether the pictures are being looked at."""
        return bool(self._running)

    def _submit(self, choice: Choice) -> None:
        try:
            job = self.session.engines.previewer.submit(
                lambda job: StudyPictures(
                    job, choice.paths, choice.labels, choice.classes,
                    choice.input.model_dump(mode="json"),
                ),
                done=self._studied, failed=self._failed, owner=self, replaces="hints",
            )  # fmt: skip
        except StudioError as error:
            self._failed(error)
        else:
            self._running.append(job)

    def _studied(self, hints: tuple[Hint, ...]) -> None:
        self._running.clear()
        store = self._store()
        if store is not None and self._choice is not None:
            store.save(self._choice.key, hints, self.dismissed)
        self._take(hints)

    def _failed(self, error: StudioError) -> None:
        # Advice that nobody asked for is not worth an error; the log has it.
        self._running.clear()
        log.warning("the pictures could not be studied: %s", error)

    def _store(self) -> HintStore | None:
        project = self.session.project
        return None if project is None else HintStore(project.cache_folder)

    def _take(self, hints: tuple[Hint, ...]) -> None:
        self.hints = hints
        self.show()
        self.studied.emit()

    # --- showing --------------------------------------------------------------------------------

    def show(self) -> None:
        """Show what concerns the policy as it is now."""
        found = self.advice(self.session.policy)
        for place in self._advised - set(found):
            if self.steps.card_at(place) is not None:
                self.steps.set_advice(_SOURCE, place, ())
        for place, advice in found.items():
            self.steps.set_advice(_SOURCE, place, advice)
        self._advised = set(found)
        self._warn_in_catalogue()
        self._offer()

    def advice(self, policy: Policy) -> dict[Place, tuple[Advice, ...]]:
        """What is to be said of each step, the worst first."""
        found: dict[Place, tuple[Advice, ...]] = {}
        active = list(active_steps(policy))
        kinds = {step.kind for _place, step in active}
        for place, step in active:
            about = [h for h in self.hints if is_about(h, step, kinds)][:_MOST_ON_A_CARD]
            if about:
                found[place] = tuple(
                    Advice(h.key, h.kind, h.words, link_of(h, step)) for h in about
                )
        return found

    def _warn_in_catalogue(self) -> None:
        warnings: dict[str, str] = {}
        for hint in self.hints:
            for kind in hint.kinds:
                if is_harmful(hint, kind):
                    warnings.setdefault(kind, hint.words)
        self.catalogue.set_warnings(warnings)

    def _offer(self) -> None:
        """One step that suits these pictures and is not there yet, in the banner."""
        present = {step.kind for _place, step in active_steps(self.session.policy)}
        offers = (
            h
            for h in self.hints
            if suggested(h) is not None and h.key not in self.dismissed
            if not present & set(h.kinds)
        )
        hint = next(offers, None)
        if hint == self._offered and hint is not None:
            return
        self._offered = hint
        if hint is None:
            self.banner.hide()
        else:
            self.banner.show_text(hint.kind, escape(hint.words), hint.action)

    # --- acting ---------------------------------------------------------------------------------

    def _act(self, place: Place, key: str) -> None:
        """The link of an advice was pressed."""
        step = edits.step_at(self.session.policy, place)
        active = list(active_steps(self.session.policy))
        kinds = {s.kind for _place, s in active}
        hint = next((h for h in self.hints if h.key == key and is_about(h, step, kinds)), None)
        if hint is None:
            return
        better = mended(hint, step)
        if better is None:
            self.session.set_policy(
                edits.removed(self.session.policy, place), f"Leave out {step.title}"
            )
        else:
            self._set(place, better)

    def _set(self, place: Place, step: Step) -> None:
        policy = edits.replaced(self.session.policy, place, step)
        self.session.set_policy(policy, f"Change {step.title}")

    def _take_offer(self) -> None:
        step = None if self._offered is None else suggested(self._offered)
        if step is None:
            return
        policy = self.session.policy
        try:
            changed = Policy(steps=(*policy.steps, step))
        except StudioError as error:
            self.session.failed.emit(error)
            return
        self.session.set_policy(changed, f"Add {step.title}")

    def _wave_off(self) -> None:
        if self._offered is None:
            return
        self.dismissed |= {self._offered.key}
        self._offered = None
        store = self._store()
        if store is not None and self._choice is not None:
            store.save(self._choice.key, self.hints, self.dismissed)
        self._offer()


def _drop_all(jobs: list[EngineJob]) -> None:
    for job in jobs:
        job.drop()
    jobs.clear()

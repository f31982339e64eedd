"""Has a pretrained network learn the classes, for the time before the first training."""

from __future__ import annotations

from functools import partial

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal

from studio.core.errors import StudioError
from studio.core.input import InputSpec
from studio.core.strengths import QuickJudge
from studio.data.dataset import Dataset
from studio.ui.engines import EngineJob, JobError
from studio.ui.jobs import Job
from studio.ui.latest import Latest
from studio.ui.panes.augment.belief_judge import Judge, quick_judge
from studio.ui.panes.augment.belief_material import Material, Offer, material_of, offer_of
from studio.ui.relay import Relay
from studio.ui.session import Session

_SETTLE_MS = 200
"""After a wish until the network learns: what comes at once with it may change the pictures."""

_MOST_LOST = 3


class QuickLearner(QObject):
    """Knows which pretrained network is at hand, and has it learn the classes once when asked.

    Signals:
        changed: another network is at hand, or none; it begins to learn, has learned, or what
            it has learned is of other pictures now.
        failed(object): the StudioError that it could not learn for.
        stopped: a person has stopped the learning.
    """

    changed = Signal()
    failed = Signal(object)
    stopped = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self.offer: Offer | None = None
        self.found: QuickJudge | None = None
        self.held_out = False
        self._number = 0
        self._given_up = False
        self._lost = 0
        self._relay: Relay | None = None
        self._job: Job | None = None
        self._learning: EngineJob | None = None
        self._settle = QTimer(self)
        self._settle.setSingleShot(True)
        self._settle.setInterval(_SETTLE_MS)
        self._settle.timeout.connect(self._prepare)
        self._looker, self._preparer = Latest(self), Latest(self)
        self._looker.answered.connect(self._looked)
        self._preparer.answered.connect(self._submit)
        self._preparer.failed.connect(self._fail)
        self._seen: tuple[Dataset | None, NDArray[np.int8], InputSpec] | None = None
        for signal in (session.dataset_changed, session.labels_changed, session.split_changed,
                       session.input_changed):  # fmt: skip
            signal.connect(self._compare)
        session.engines.inspector.died.connect(lambda _death: self._drop_name())

    # --- what is at hand ------------------------------------------------------------------------

    @property
    def judge(self) -> Judge | None:
        """The quick network; None where no pretrained weights are at hand."""
        dataset, offer = self._session.dataset, self.offer
        if offer is None or dataset is None:
            return None
        outputs = {offer.output: dataset.outputs[offer.output]}
        return quick_judge(f"quick {self._number}", offer.title, self.found, outputs)

    @property
    def is_learning(self) -> bool:
        """Whether it learns the classes now."""
        return self._job is not None or self._settle.isActive()

    def look(self) -> None:
        """Find out, in the background, which pretrained network could learn these classes."""
        session, dataset, input = self._session, self._session.dataset, self._session.input
        if dataset is None or not self._has_split or self.is_learning or self.found is not None:
            return
        assignment = session.assignment.copy()
        self._looker.ask(lambda: offer_of(dataset, assignment, input))

    @property
    def _has_split(self) -> bool:
        session, dataset = self._session, self._session.dataset
        if dataset is None or session.splitting.is_drawing:
            return False
        return len(session.assignment) == len(dataset)

    def _looked(self, offer: Offer | None) -> None:
        if offer != self.offer and not self.is_learning and self.found is None:
            self.offer = offer
            self.changed.emit()

    def _compare(self) -> None:
        """Something was told about the pictures: only where they are others it is learned anew."""
        session, seen = self._session, self._seen
        dataset, split, input = session.dataset, session.assignment, session.input
        if seen is None or seen[0] is not dataset or seen[2] != input:
            same = False
        else:
            same = np.array_equal(seen[1], split)
        if not same:
            self._seen = dataset, split.copy(), input
            self._forget()

    def _forget(self) -> None:
        """Other pictures, classes or another input: what was learned is of others."""
        self._stop()
        self._looker.forget()
        self._number += 1
        self._given_up, self._lost = False, 0
        self.found = self.offer = None
        self.changed.emit()

    def _drop_name(self) -> None:
        """The process that knew it has ended; what it said stays true."""
        self.found = None
        self.changed.emit()

    def lost(self, judge: Judge, error: StudioError) -> bool:
        """Whether the engine no longer knows it, so that it has to learn again and be asked."""
        is_lost = judge.is_quick and isinstance(error, JobError) and error.kind == "RunError"
        if not is_lost or self._lost >= _MOST_LOST:
            return False
        if self.found is not None and self.found.run == judge.run:
            self._lost += 1
            self._drop_name()
        return True

    def worked(self) -> None:
        """It has answered."""
        self._lost = 0

    # --- learning -------------------------------------------------------------------------------

    def ask(self, again: bool = False) -> None:
        """Learn the classes, unless that is done, being done, or was given up.

        Args:
            again: try it even where it has failed or was stopped before.
        """
        self._given_up = self._given_up and not again
        if self.offer is None or self.found is not None or self._given_up or self.is_learning:
            return
        self._settle.start()
        self.changed.emit()

    def _prepare(self) -> None:
        session, dataset, offer = self._session, self._session.dataset, self.offer
        if dataset is None or offer is None or not self._has_split:
            return
        relay = self._relay = Relay()
        self._job = session.jobs.start(
            f"A quick {offer.title} is learning the classes", relay.work,
            failed=partial(self._tell, relay), cancelled=partial(self._cancelled, relay),
            owner=self,
        )  # fmt: skip
        assignment, input = session.assignment.copy(), session.input
        self._preparer.ask(lambda: material_of(dataset, assignment, input, offer.output))

    def _submit(self, material: Material) -> None:
        if self._relay is None:
            return
        self.held_out = material.has_held_out
        try:
            self._learning = self._session.engines.inspector.submit(
                material.request, done=self._take, failed=self._fail, progress=self._report,
                replaces="quick network", owner=self,
            )  # fmt: skip
        except StudioError as error:
            self._fail(error)

    def _report(self, _done: int, _total: int | None, words: str) -> None:
        # It reads, looks and reads again: time left would jump from one to the next.
        if self._relay is not None:
            self._relay.report(0, None, words)

    def _take(self, found: QuickJudge) -> None:
        self._stop()
        self.found = found
        self.changed.emit()

    def _fail(self, error: StudioError) -> None:
        if self._relay is not None:
            self._relay.fail(error)  # told as soon as its job has ended

    def _tell(self, relay: Relay, error: StudioError) -> None:
        if relay is self._relay:
            self._give_up()
            self.failed.emit(error)

    def _cancelled(self, relay: Relay) -> None:
        if relay is self._relay:
            self._give_up()
            self.stopped.emit()

    def _give_up(self) -> None:
        self._stop()
        self._given_up = True
        self.changed.emit()

    def _stop(self) -> None:
        """Learn no more; tells nobody."""
        self._settle.stop()
        self._preparer.forget()
        if self._learning is not None:
            self._learning.drop()
        if self._relay is not None:
            self._relay.finish()
        self._relay = self._job = self._learning = None

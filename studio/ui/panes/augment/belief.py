"""What the run in view still believes of the previews: asked of the inspector, newest first."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from studio.augment.policy import seed_for
from studio.core.errors import StudioError
from studio.core.results import Prediction
from studio.core.runs import RunFolder
from studio.engine.protocol.augment_messages import Believe
from studio.engine.protocol.messages import Request
from studio.ui.panes.augment.belief_words import (
    Belief,
    belief_of,
    question_for,
    true_classes,
    unknown_words,
)
from studio.ui.panes.augment.previewer import Wish
from studio.ui.panes.augment.stage import PreviewStage
from studio.ui.session import Session
from studio.ui.widgets.choices import CheckBox
from studio.ui.widgets.numbers import shorten
from studio.ui.widgets.tips import describe

_PAUSE_MS = 60
"""Between drawn previews and the question: while a slider moves, the next ones come first."""

_LONGEST = 16
_REMEMBERED = "beliefs"
Answers = tuple[tuple[Prediction, ...], ...]


@dataclass(frozen=True)
class Question:
    """Whom to ask about what. ``epoch`` tells weights of the same run apart."""

    run: str
    epoch: int
    wish: Wish

    def request(self, job: int) -> Request:
        """The message for the inspector."""
        wish, epochs = self.wish, range(1, self.wish.epochs + 1)
        return Believe(
            job,
            self.run,
            tuple(str(p.path) for p in wish.pictures),
            wish.policy.model_dump(mode="json"),
            tuple(tuple(seed_for(wish.seed, e, p.index) for e in epochs) for p in wish.pictures),
        )


class BeliefFollower(QObject):
    """A check box in the toolbar, and beliefs under the previews while it is on.

    One question at a time: a newer one takes the place of what is still asked. While previews
    have no belief of their own yet, only their class stands below them.

    Signals:
        waiting_changed(bool): whether an answer is awaited.
    """

    waiting_changed = Signal(bool)

    def __init__(self, session: Session, stage: PreviewStage, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._stage = session, stage
        self._asked: Question | None = None
        self._shown: Question | None = None
        self._failed: tuple[str, int] | None = None
        self.box = CheckBox("Belief")
        self.box.setChecked(bool(session.settings.current.window.get(_REMEMBERED, True)))
        stage.tools.add_belief(self.box)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.box.clicked.connect(self._switch)
        stage.previewer.drawn.connect(self._previews_came)
        stage.drawn.connect(self._pause.start)
        session.run_in_view_changed.connect(self._run_changed)
        session.runs_changed.connect(self._run_changed)
        stage.work.installEventFilter(self)
        self._run_changed()

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is awaited."""
        return self._asked is not None

    @property
    def run(self) -> RunFolder | None:
        """The run that can be asked: the one in view, once it has weights."""
        run = self._session.run_in_view
        return run if run is not None and run.best_weights.is_file() else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Catch up when the previews come into sight."""
        if event.type() is QEvent.Type.Show:
            self._pause.start()
        return False

    # --- the box --------------------------------------------------------------------------------

    def _run_changed(self) -> None:
        run, box = self._session.run_in_view, self.box
        box.setVisible(run is not None)
        if run is None:
            self._forget()
            return
        can = self.run is not None
        box.setText(f"Belief of {shorten(run.title, _LONGEST)}")
        box.updateGeometry()
        box.setEnabled(can)
        describe(
            box, f"Belief of {run.title}",
            sentence="Shows under every preview which class this run takes it for, and how sure "
            "it is (probability). Its own size of input is used." if can
            else f"{run.title} has no finished epoch yet, so it believes nothing.",
        )  # fmt: skip
        if self._failed is not None and self._failed != (str(run.path), run.record.best_epoch):
            self._failed = None
            box.setChecked(bool(self._session.settings.current.window.get(_REMEMBERED, True)))
        self._pause.start()

    def _switch(self, on: bool) -> None:
        settings = self._session.settings
        settings.change(window={**settings.current.window, _REMEMBERED: on})
        self._failed = None
        if on:
            self._ask()
        else:
            self._forget()

    # --- asking ---------------------------------------------------------------------------------

    def _question(self) -> Question | None:
        """What is to be known now; None where nothing is."""
        run, wish = self.run, self._stage.wish()
        if run is None or wish is None or self._session.dataset is None:
            return None
        if not self.box.isChecked():
            return None
        return Question(str(run.path), run.record.best_epoch, wish)

    def _previews_came(self, wish: Wish, _pixels: object, _images: object) -> None:
        """Previews of these settings are drawn: the beliefs of others must not stand below."""
        known = self._shown
        if self.box.isChecked() and self.run is not None and (known is None or known.wish != wish):
            self._shown = None
            self._show_waiting(wish)

    def _show_waiting(self, wish: Wish) -> None:
        rows: list[list[Belief]] = [[(p.caption, True, None)] * wish.epochs for p in wish.pictures]
        self._stage.grid.set_beliefs(rows)

    def _ask(self) -> None:
        if not self._stage.work.isVisible():
            return  # it will be asked for when it can be seen
        question = self._question()
        if question is None:
            self._forget()
            return
        if question in (self._shown, self._asked) or self._stage.previewer.is_waiting:
            return  # newer previews are on their way, and will ask
        if self._shown is None or self._shown.wish != question.wish or self._asked is not None:
            self._show_waiting(question.wish)
        was_waiting, self._asked = self.is_waiting, question
        try:
            self._session.engines.inspector.submit(
                question.request, done=partial(self._take, question),
                failed=partial(self._fail, question), cancelled=self._end,
                replaces="beliefs", owner=self,
            )  # fmt: skip
        except StudioError as error:
            self._fail(question, error)
            return
        if not was_waiting:
            self.waiting_changed.emit(True)

    def _take(self, question: Question, answers: Answers) -> None:
        self._end()
        dataset, wish = self._session.dataset, question.wish
        run = self.run
        if question != self._question() or dataset is None or run is None:
            self._pause.start()
            return
        output = question_for(run.record.outputs, dataset)
        truths = [true_classes(dataset, shown, output) for shown in wish.pictures]
        rows = [[belief_of(each, output, truth) for each in answer]
                for answer, truth in zip(answers, truths, strict=True)]  # fmt: skip
        self._shown = question
        self._stage.grid.set_beliefs([row[1:] for row in rows], [row[0] for row in rows])
        unknown = unknown_words(run.title, run.record.outputs.get(output, ()), truths)
        if unknown and not self._stage.chosen.is_there:
            self._stage.foot.show_note("Other classes", unknown)

    def _fail(self, question: Question, error: StudioError) -> None:
        """The run cannot be asked: say so once, and leave it until another one is in view."""
        self._end()
        self._failed = question.run, question.epoch
        self.box.setChecked(False)
        self._forget()
        words = f"{error.message} {error.hint}".strip()
        self._stage.foot.show_note("No belief", words, "bad")
        describe(self.box, self.box.text(), sentence=words)

    def _end(self) -> None:
        if self._asked is not None:
            self._asked = None
            self.waiting_changed.emit(False)

    def _forget(self) -> None:
        """Show and await nothing any more."""
        self._asked = self._shown = None
        self._pause.stop()
        if any(line.beliefs for line in self._stage.grid.lines()):
            self._stage.grid.set_beliefs([])
        self.waiting_changed.emit(False)

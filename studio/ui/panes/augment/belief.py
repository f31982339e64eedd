"""What a network still believes of the previews: asked of the inspector, newest first."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QObject, QTimer, Signal

from studio.core.errors import StudioError
from studio.core.results import Prediction
from studio.core.runs import RunFolder
from studio.ui.panes.augment.belief_judge import (
    Judge,
    judge_of_run,
    knows,
    quick_sentence,
    run_sentence,
)
from studio.ui.panes.augment.belief_question import Question
from studio.ui.panes.augment.belief_quick import QuickLearner
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
_ROOMY = 680
"""Pixels of the work area below which the box says less of a quick network."""
_REMEMBERED = {False: "beliefs", True: "quick_beliefs"}
"""Whether beliefs are wanted, of runs and of a quick network: learning is not begun unasked."""
Answers = tuple[tuple[Prediction, ...], ...]


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
        self._failed: Judge | None = None
        self._is_quick = False
        self.quick = QuickLearner(session, self)
        self.box = CheckBox("Belief")
        self.box.setChecked(self._is_wanted())
        stage.tools.add_belief(self.box)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(_PAUSE_MS)
        self._pause.timeout.connect(self._ask)
        self.box.clicked.connect(self._switch)
        stage.previewer.drawn.connect(self._previews_came)
        stage.drawn.connect(self._pause.start)
        self._looking = QTimer(self)
        self._looking.setSingleShot(True)
        self._looking.timeout.connect(self._look)
        for signal in (session.run_in_view_changed, session.runs_changed, session.dataset_changed,
                       session.labels_changed):  # fmt: skip
            signal.connect(self._judge_changed)
        for signal in (session.run_in_view_changed, session.dataset_changed,
                       session.labels_changed, session.split_changed,
                       session.input_changed):  # fmt: skip
            signal.connect(self._looking.start)
        self.quick.changed.connect(self._judge_changed)
        self.quick.failed.connect(self._not_learned)
        self.quick.stopped.connect(self._learning_stopped)
        stage.work.installEventFilter(self)
        self._judge_changed()

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is awaited."""
        return self._asked is not None

    @property
    def run(self) -> RunFolder | None:
        """The run in view, once it has weights."""
        run = self._session.run_in_view
        return run if run is not None and run.best_weights.is_file() else None

    @property
    def judge(self) -> Judge | None:
        """Who can be asked: the run in view, or a quick network where that one does not fit."""
        run, dataset = self.run, self._session.dataset
        if run is not None and (dataset is None or knows(run, dataset)):
            return judge_of_run(run)
        quick = self.quick.judge
        return quick if quick is not None or run is None else judge_of_run(run)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Catch up when the previews come into sight."""
        if event.type() is QEvent.Type.Show:
            self._pause.start()
            self._looking.start()
        elif event.type() is QEvent.Type.Resize and self._is_quick and self.judge is not None:
            self._name_box(self.judge)
        return False

    def _look(self) -> None:
        """See whether pretrained weights are at hand, where no run can be asked."""
        run, dataset = self.run, self._session.dataset
        if self._stage.work.isVisible() and (run is None or (dataset and not knows(run, dataset))):
            self.quick.look()

    # --- the box --------------------------------------------------------------------------------

    def _is_wanted(self) -> bool:
        window = self._session.settings.current.window
        return bool(window.get(_REMEMBERED[self._is_quick], not self._is_quick))

    def _remember(self, on: bool) -> None:
        settings = self._session.settings
        settings.change(window={**settings.current.window, _REMEMBERED[self._is_quick]: on})

    def _judge_changed(self) -> None:
        run, judge = self._session.run_in_view, self.judge
        self.box.setVisible(run is not None or judge is not None)
        if judge is None and run is None:
            self._forget()
            return
        is_other = self._failed is not None and self._failed != judge
        if judge is not None and (judge.is_quick != self._is_quick or is_other):
            self._is_quick, self._failed = judge.is_quick, None
            self.box.setChecked(self._is_wanted())
        self.box.setEnabled(judge is not None)
        self._name_box(judge)
        self._pause.start()

    def _name_box(self, judge: Judge | None) -> None:
        run, offer = self._session.run_in_view, self.quick.offer
        if judge is not None and judge.is_quick and offer is not None:
            title, words = f"a quick {offer.title}", shorten(offer.title, _LONGEST)
            if self._stage.work.width() >= _ROOMY:
                words = f"a quick {words}"
            sentence = quick_sentence(offer.title, self.quick.found, self.quick.held_out)
        else:
            title = judge.title if judge is not None else run.title if run is not None else ""
            words, sentence = shorten(title, _LONGEST), run_sentence(title, judge is not None)
        if self.box.text() != f"Belief of {words}":
            self.box.setText(f"Belief of {words}")
            self.box.updateGeometry()
        describe(self.box, f"Belief of {title}", sentence=sentence)

    def _switch(self, on: bool) -> None:
        self._remember(on)
        self._failed = None
        if on:
            self.quick_again()
            self._ask()
        else:
            self._forget()

    def quick_again(self) -> None:
        """Have the quick network learn, even where that has failed or was stopped before."""
        judge = self.judge
        if judge is not None and judge.is_quick:
            self.quick.ask(again=True)

    def _not_learned(self, error: StudioError) -> None:
        self.box.setChecked(False)
        self._forget()
        self._tell("Not learned", error)

    def _learning_stopped(self) -> None:
        if self.box.isChecked() and self._is_quick:
            self.box.setChecked(False)
            self._remember(False)
            self._forget()

    # --- asking ---------------------------------------------------------------------------------

    def _question(self) -> Question | None:
        """What is to be known now; None where nothing is."""
        judge, wish = self.judge, self._stage.wish()
        if judge is None or wish is None or self._session.dataset is None:
            return None
        return Question(judge, wish) if self.box.isChecked() else None

    def _previews_came(self, wish: Wish, _pixels: object, _images: object) -> None:
        """Previews of these settings are drawn: the beliefs of others must not stand below."""
        known = self._shown
        if self.box.isChecked() and self.judge and (known is None or known.wish != wish):
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
        if not question.judge.run:
            self._end()
            self.quick.ask()  # it tells when it has learned the classes
            return
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
        dataset, wish, judge = self._session.dataset, question.wish, question.judge
        self.quick.worked()
        if question != self._question() or dataset is None:
            self._pause.start()
            return
        output = question_for(judge.outputs, dataset)
        truths = [true_classes(dataset, shown, output) for shown in wish.pictures]
        rows = [[belief_of(each, output, truth) for each in answer]
                for answer, truth in zip(answers, truths, strict=True)]  # fmt: skip
        self._shown = question
        self._stage.grid.set_beliefs([row[1:] for row in rows], [row[0] for row in rows])
        unknown = unknown_words(judge.title, judge.outputs.get(output, ()), truths)
        if unknown and not self._stage.chosen.is_there:
            self._stage.foot.show_note("Other classes", unknown)

    def _fail(self, question: Question, error: StudioError) -> None:
        """It cannot be asked: say so once, and leave it until another one can be."""
        self._end()
        if self.quick.lost(question.judge, error):
            self._pause.start()
            return
        self._failed = question.judge
        self.box.setChecked(False)
        self._forget()
        words = self._tell("No belief", error)
        describe(self.box, self.box.text(), sentence=words)

    def _tell(self, name: str, error: StudioError) -> str:
        words = f"{error.message} {error.hint}".strip()
        self._stage.foot.show_note(name, words, "bad")
        return words

    def _end(self) -> None:
        if self._asked is not None:
            self._asked = None
            self.waiting_changed.emit(False)

    def _forget(self) -> None:
        """Show and await nothing any more."""
        self._shown = None
        self._pause.stop()
        if any(line.beliefs for line in self._stage.grid.lines()):
            self._stage.grid.set_beliefs([])
        self._end()

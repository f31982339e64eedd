"""Left of the Train pane: what will be trained and how; as text while it runs."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.training.recipe import Recipe
from studio.ui.forms import SpecForm
from studio.ui.panes.train.words import SHOWN, fold_names, fold_summary, recipe_facts
from studio.ui.tokens import S1
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.facts import FactList
from studio.ui.widgets.fold import Fold
from studio.ui.widgets.panel import Panel, Section
from studio.ui.widgets.text import IconLabel, Text
from studio.ui.widgets.tips import describe

WIDTH = 260
CONTROL = 109


class RecipePanel(Panel):
    """Facts, the form of the next recipe or the text of the running one, and the button.

    Signals:
        recipe_edited: a changed Recipe.
        start_requested: train with these settings.
        prepare_requested: whether the next recipe should be shown instead of the running one.
    """

    recipe_edited = Signal(object)
    start_requested = Signal()
    prepare_requested = Signal(bool)

    def __init__(self, recipe: Recipe, parent: QWidget | None = None) -> None:
        super().__init__("left", "Recipe", WIDTH, scroll=True, parent=parent)
        self._recipe = recipe
        self.lock = _lock_words()
        self.bar.add(self.lock)
        self.bar.add_space(8)
        self.facts = FactList(strong=True)
        self.add_section().add(self.facts)
        self.running = Section()
        self.running_facts = FactList(strong=True)
        self.running.add(self.running_facts)
        self.add(self.running)
        self._forms: list[SpecForm] = []
        self._folds: list[tuple[Fold, Sequence[str]]] = []
        self.editor = self._make_editor(recipe)
        for fold_title, names in fold_names().items():
            self._add_fold(fold_title, names, recipe)
        self.add_stretch()
        self._make_foot()
        self.show_recipe(recipe)
        self.show_idle("", "")

    def show_recipe(self, recipe: Recipe) -> None:
        """Bring the form up to date, without touching what is being typed."""
        self._recipe = recipe
        for form in self._forms:
            if form.spec() != recipe:
                form.set_spec(recipe)
        for fold, names in self._folds:
            fold.set_summary(fold_summary(recipe, names))

    def show_idle(self, estimate: str, problem: str) -> None:
        """The form and the Start button; ``problem`` says why there is nothing to start."""
        self._swap(running=False)
        self.estimate.setText(problem or estimate)
        self.estimate.setVisible(bool(problem or estimate))
        self.start.setVisible(True)
        self.start.setEnabled(not problem and not self.has_error())
        self.prepare.setVisible(False)

    def set_start_primary(self, primary: bool) -> None:
        """Whether Start stands out; a pane has one button that does."""
        self.start.set_kind("primary" if primary else "normal")

    def show_running(self, recipe: Recipe) -> None:
        """The running recipe as text; what cannot be edited now is no grey form."""
        self._swap(running=True)
        self.running_facts.set_facts(recipe_facts(recipe))
        self._foot_while_running("Prepare the next run", "copy")

    def show_preparing(self) -> None:
        """The form of the next run while another trains."""
        self._swap(running=False)
        self._foot_while_running("Show what runs", "left")
        self.estimate.setText("It can start when this run has ended.")
        self.estimate.setVisible(True)

    def has_error(self) -> bool:
        """Whether a field holds what is not allowed."""
        return any(form.has_error() for form in self._forms)

    def form(self, name: str) -> SpecForm:
        """The form that holds a setting."""
        return next(form for form in self._forms if name in form.names())

    # --- inside ---------------------------------------------------------------------------------

    def _make_editor(self, recipe: Recipe) -> Section:
        section = Section()
        self.add(section)
        section.add(self._make_form(recipe, SHOWN))
        return section

    def _make_form(self, recipe: Recipe, names: Sequence[str]) -> SpecForm:
        form = SpecForm(recipe, names=names, control_width=CONTROL)
        for name in form.names():
            form.field(name).setFixedWidth(CONTROL)
        form.changed.connect(lambda spec: self._edited(form, spec))
        form.error_changed.connect(lambda _error: self._check())
        self._forms.append(form)
        return form

    def _edited(self, form: SpecForm, spec: Recipe) -> None:
        # Each form knows only its own fields: the others' come from what is shown.
        values = {name: getattr(spec, name) for name in form.names()}
        self.recipe_edited.emit(self._recipe.changed(**values))

    def _add_fold(self, title: str, names: Sequence[str], recipe: Recipe) -> None:
        fold = Fold(title)
        fold.add(self._make_form(recipe, names))
        self._folds.append((fold, names))
        self.add(fold)

    def _make_foot(self) -> None:
        foot = Section(line="top")
        self.estimate = Text("", "small", "secondary", wrap=True)
        self.start = Button("Start training", "play", "primary", "big")
        describe(self.start, "Start training", "", "Writes a new run and trains it.")
        self.prepare = Button("", "copy", size="big")
        self.start.clicked.connect(lambda: self.start_requested.emit())
        self.prepare.clicked.connect(self._prepare)
        for part in (self.estimate, self.start, self.prepare):
            foot.add(part)
        self.set_foot(foot)

    def _prepare(self) -> None:
        self.prepare_requested.emit(self.prepare.icon_name() == "copy")

    def _foot_while_running(self, words: str, icon: str) -> None:
        had_focus = self.start.hasFocus()
        self.prepare.setVisible(True)
        if had_focus:
            self.prepare.setFocus()
        self.start.setVisible(False)
        self.estimate.setVisible(False)
        self.prepare.setText(words)
        self.prepare.set_icon(icon)
        describe(self.prepare, words, "", "Settings for later do not touch the run that trains.")

    def _swap(self, running: bool) -> None:
        self.lock.setVisible(running)
        self.running.setVisible(running)
        self.editor.setVisible(not running)
        for fold, _ in self._folds:
            fold.setVisible(not running)

    def _check(self) -> None:
        if self.start.isVisible():
            self.start.setEnabled(not self.has_error())


def _lock_words() -> QWidget:
    holder = QWidget()
    row = QHBoxLayout(holder)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(S1)
    row.addWidget(IconLabel("lock", "text_secondary"))
    row.addWidget(Text("Fixed while it runs", "small", "secondary"))
    return holder

"""The open project as the window sees it: one place that holds state and tells who changed it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QUndoStack

from studio.augment.policy import Policy
from studio.core.errors import ProjectError, StudioError
from studio.core.input import InputSpec
from studio.core.paths import data_folder, to_text
from studio.core.project import Project
from studio.core.runs import RunFolder, list_runs
from studio.core.settings import Recent, SettingsStore
from studio.core.spec import Spec
from studio.data.balance import class_problems, nothing_to_learn
from studio.data.bands import ShownBands
from studio.data.dataset import CLASS_PROBLEMS, NO_SPLIT, Dataset, Problem, unusable
from studio.data.split import SplitSpec
from studio.models.registry import ArchitectureSpec
from studio.training.recipe import Recipe
from studio.ui.changes import Changes
from studio.ui.findings import Findings
from studio.ui.next_run import plan_run
from studio.ui.project_specs import SPECS, default_model, read_specs, write_specs
from studio.ui.splitting import Splitting
from studio.ui.undo import ChangeSpec

if TYPE_CHECKING:
    from studio.data.doctor import Checked
    from studio.data.peek import Peek
    from studio.ui.engines import Engines
    from studio.ui.jobs import Jobs

log = logging.getLogger(__name__)


class Session(QObject):
    """The project, the data set, the settings of the next run, and the runs.

    Panes read its attributes, change them by its methods, and listen to its signals; they never
    talk to each other. Every change of a spec can be undone (``undo_stack``) and starts the
    autosave timer.

    Signals:
        project_changed: another project is open (or the same under another name).
        saved_changed: the project was saved, or has changes that are not.
        peek_changed: a folder that is being opened shows its first pictures, or no longer does.
        dataset_changed: another data set is open, or none.
        labels_changed: a person changed labels, classes, exclusions or moves of this data set;
            its pictures and their order are the same.
        problems_changed: the list of problems grew or was replaced.
        split_changed, input_changed, policy_changed, model_changed, recipe_changed: that spec.
        runs_changed: a run was added, removed, or its record changed.
        run_in_view_changed: another run is the one that Understand and Classify use.
        shown_changed: other bands of deep pictures are looked at.
        picture_in_view_changed: the picture chosen in Data, for the panes that need one.
        failed: a StudioError that no pane caught, to be shown by the window.
        will_open: a project or first pictures are about to be taken over; nothing has changed yet.
        pane_requested: the name of a pane that should come to the front.
        open_requested: a Path (folder, project or picture) is to be opened; ``ui/opening.py``.
        sample_requested: the built-in sample is to be opened.
        build_requested: a new data set is wanted, to be filled here.
        folder_dialog_requested, file_dialog_requested: ask for a folder of pictures, or for a
            file that is a data set.
        format_dialog_requested: show how the open data set is read, and correct it.
        open_as_requested(bool): ask for a file, or where True for a folder, and how to read it.
        project_dialog_requested, locate_requested: ask for a project, or where the pictures of
            this project are now.
    """

    project_changed = Signal()
    saved_changed = Signal()
    peek_changed = Signal()
    dataset_changed = Signal()
    labels_changed = Signal()
    problems_changed = Signal()
    split_changed = Signal()
    input_changed = Signal()
    policy_changed = Signal()
    model_changed = Signal()
    recipe_changed = Signal()
    runs_changed = Signal()
    run_in_view_changed = Signal()
    shown_changed = Signal()
    picture_in_view_changed = Signal()
    failed = Signal(object)
    will_open = Signal()
    pane_requested = Signal(str)
    open_requested = Signal(object)
    sample_requested = Signal()
    build_requested = Signal()
    folder_dialog_requested = Signal()
    file_dialog_requested = Signal()
    format_dialog_requested = Signal()
    open_as_requested = Signal(bool)
    project_dialog_requested = Signal()
    locate_requested = Signal()

    def __init__(
        self,
        settings: SettingsStore,
        engines: Engines,
        jobs: Jobs,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.settings = settings
        self.engines = engines
        self.jobs = jobs
        self.undo_stack = QUndoStack(self)
        self.changes = Changes(self.undo_stack, self)
        self.changes.changed.connect(self._labels_changed)
        self.changes.failed.connect(self.failed)
        self.project: Project | None = None
        self.peek: Peek | None = None
        self.dataset: Dataset | None = None
        self.problems: list[Problem] = []
        self._unusable: tuple[object, object, NDArray[np.bool_]] = (None, None, np.empty(0, bool))
        self.split = SplitSpec()
        self.assignment: NDArray[np.int8] = np.empty(0, np.int8)
        self.splitting = Splitting(self)
        self.splitting.drawn.connect(self._split_drawn)
        self.findings = Findings(self)
        self.input = InputSpec()
        self.shown = ShownBands()
        self.policy = Policy()
        self.model: ArchitectureSpec = default_model()
        self.recipe = Recipe()
        self.runs: list[RunFolder] = []
        self.run_in_view: RunFolder | None = None
        self.picture_in_view: Path | None = None
        self.is_dirty = False
        self._autosave = QTimer(self)
        self._autosave.setSingleShot(True)
        self._autosave.timeout.connect(self.save_quietly)

    # --- project ------------------------------------------------------------------------------

    def open_project(self, project: Project) -> list[str]:
        """Take over an opened project (its data set is opened by the caller, as a job).

        Returns sentences about what could not be read: sections that were reset, an overlay that
        was put aside.
        """
        self.will_open.emit()
        self.save_quietly()
        self.project = project
        self.undo_stack.clear()
        messages = self.changes.open(project)
        self._take_dataset(None)
        specs, reset = read_specs(project)
        for name, spec in specs.items():
            setattr(self, name, spec)
        messages += reset
        self.reload_runs()
        view = project.section("view").get("run")
        chosen = [r for r in self.runs if r.record.id == view] or self.runs[-1:]
        self.run_in_view = chosen[0] if chosen else None
        self._set_dirty(False)
        self._remember()
        self.changes.fill_stack()
        for name in ("project", *SPECS, "run_in_view"):
            getattr(self, f"{name}_changed").emit()
        return messages

    def new_project(self, path: Path | None = None, name: str = "") -> Project:
        """Make and open an empty project, unnamed and in the studio's folder unless told where.

        Raises:
            StorageError, ProjectError: the folder cannot be made.
        """
        if path is None:
            stamp = datetime.now().strftime("%Y-%m-%d %H.%M.%S")
            folder = data_folder() / "projects"
            path = folder / stamp
            extra = 2
            while path.exists():
                path, extra = folder / f"{stamp} ({extra})", extra + 1
            project = Project.create(path, name or "New project", unnamed=True)
        else:
            project = Project.create(path, name)
        self.open_project(project)
        return project

    def need_project(self) -> Project:
        """The open project; an unnamed one is made where there is none."""
        return self.project or self.new_project()

    def save(self) -> None:
        """Save the project now. Raises StorageError; what was saved before stays."""
        if self.project is None:
            return
        self._autosave.stop()
        self._write_sections()
        self.project.save()
        self._set_dirty(False)

    def save_quietly(self) -> None:
        """Save by itself; a disk that refuses is reported and tried again later."""
        if self.project is None or not self.is_dirty:
            return
        try:
            self.save()
        except StudioError as error:
            self._autosave.start(60_000)
            self.failed.emit(error)

    def close(self) -> None:
        """Save, and let go of the undo steps; the session is not used any more.

        The steps belong to the stack, which is C++'s, and know the session, which is Python's:
        left to the garbage collector, they are freed twice.
        """
        self.save_quietly()
        self._autosave.stop()
        self.undo_stack.clear()
        self.changes.close()

    def save_as(self, path: Path) -> None:
        """Copy the whole project to another folder, here and now. Raises StudioError."""
        self.take_copy(self.plan_save_as(path)())

    def plan_save_as(self, path: Path) -> Callable[[], Project]:
        """Take down the current settings for a copy of the project.

        Returns:
            What makes the copy, runs included; it may take long and run in any thread.

        Raises:
            ProjectError: there is no project.
        """
        project = self.project
        if project is None:
            raise ProjectError("There is no project to save yet.", "Open a folder of pictures.")
        # Not saved here first: this folder may be full, read-only or gone, which is why the
        # person chooses another.
        self._write_sections()
        add_changes = self.changes.plan_copy()

        def make() -> Project:
            copy = project.save_as(path)
            add_changes(copy.path)
            return copy

        return make

    def take_copy(self, copy: Project) -> None:
        """Go on in a copy of the project."""
        self.project = copy
        self.changes.follow(copy)
        self._set_dirty(False)
        self.reload_runs()
        if self.run_in_view is not None:
            same = [r for r in self.runs if r.record.id == self.run_in_view.record.id]
            self.run_in_view = same[0] if same else None
        self._remember()
        self.project_changed.emit()
        self.saved_changed.emit()
        self.run_in_view_changed.emit()

    # --- data ---------------------------------------------------------------------------------

    @property
    def original(self) -> Dataset | None:
        """The data set as it was opened; ``dataset`` is it with the person's changes."""
        return self.changes.original

    def set_peek(self, peek: Peek | None) -> None:
        """Show the first pictures of a folder until it is open; None ends that.

        While there is one, ``dataset`` is still what was open before.
        """
        if peek is not self.peek:
            self.will_open.emit()
            self.peek = peek
            self.peek_changed.emit()

    def set_dataset(
        self, dataset: Dataset | None, assignment: NDArray[np.int8] | None = None
    ) -> None:
        """Take over an opened data set.

        Args:
            assignment: its split by the current spec, where that was computed elsewhere already.
        """
        if dataset is not None:
            project = self.need_project()
            before = project.document
            project.set_dataset(
                dataset.place, dataset.format, dataset.fingerprint(), len(dataset.paths),
                dataset.options, dataset.chosen,
            )  # fmt: skip
            if project.is_unnamed and project.document.name == "New project":
                name = dataset.name
                project.document = project.document.changed(name=name)
                self._remember()
            if project.document != before:  # reopened in its old place, there is nothing to save
                self._changed()
        self._take_dataset(dataset, assignment)
        self.project_changed.emit()

    def set_problems(self, problems: list[Problem]) -> None:
        """Replace the list by what a check found; pictures that cannot be used leave the split."""
        before = self._left_out()
        self.problems = self._judged(problems) if self.changes.are_there else problems
        self.problems_changed.emit()
        if not np.array_equal(before, self._left_out()):
            self._assign()
            self.split_changed.emit()

    def set_checked(self, checked: Checked) -> None:
        """Take over what a check of all pictures found: problems, and which are near twins."""
        if checked.problems != self.problems:
            self.set_problems(checked.problems)
        if self.dataset is not None and self.splitting.know_twins(checked.twins):
            if self.split.together == "twins":
                self._assign()
            self.split_changed.emit()

    def set_picture_in_view(self, path: Path | None) -> None:
        """The picture that Augment and Understand show."""
        if path != self.picture_in_view:
            self.picture_in_view = path
            self.picture_in_view_changed.emit()

    def set_shown(self, shown: ShownBands) -> None:
        """Look at other bands of pictures that have more than three; nothing else changes."""
        if shown != self.shown:
            self.shown = shown
            self._changed()
            self.shown_changed.emit()

    # --- specs, each with undo ------------------------------------------------------------------

    def set_split(self, spec: SplitSpec) -> None:
        """Change how the data set is split."""
        self._push("split", spec, "Change split")

    def set_input(self, spec: InputSpec) -> None:
        """Change size or fit of the network's input."""
        self._push("input", spec, "Change input")

    def set_policy(
        self, policy: Policy, words: str = "Change augmentation", subject: object = None,
        is_held: bool = False,
    ) -> None:  # fmt: skip
        """Augment in another way; ``subject`` and ``is_held`` as :class:`ChangeSpec` says."""
        self._push("policy", policy, words, subject, is_held)

    def set_recipe(self, recipe: Recipe) -> None:
        """Change how to train."""
        self._push("recipe", recipe, "Change recipe")

    def set_model(self, model: ArchitectureSpec, input: InputSpec | None = None) -> None:
        """Choose the network, and the input that suits it."""
        self.undo_stack.beginMacro("Choose model")
        self._push("model", model, "Choose model")
        if input is not None:
            self._push("input", input, "Change input")
        self.undo_stack.endMacro()

    def apply_spec(self, name: str, spec: Spec) -> None:
        """Set a spec without an undo step: called by the undo stack."""
        setattr(self, name, spec)
        if name == "split":
            self._assign()
        self._changed()
        getattr(self, f"{name}_changed").emit()

    # --- runs -----------------------------------------------------------------------------------

    def prepare_run(self) -> RunFolder:
        """Write the folder of the next run here and now. Raises StudioError."""
        run = self.plan_run()()
        self.add_run(run)
        return run

    def plan_run(self) -> Callable[[], RunFolder]:
        """Take down the current settings for the next run.

        Returns:
            What writes the run's folder; it may take a while and run in any thread.

        Raises:
            StudioError: there are no pictures, or the project cannot be saved.
        """
        return plan_run(self)

    def add_run(self, run: RunFolder) -> None:
        """Take over a run that was written, and view it."""
        self.runs.append(run)
        self.runs_changed.emit()
        self.set_run_in_view(run)

    def nothing_to_learn(self) -> tuple[str, str]:
        """Why the pictures cannot be trained on, and what to do; empty where they can."""
        if self.dataset is None:
            return "There are no pictures to learn from.", "Open a folder in Data."
        if self.splitting.is_drawing:
            return "The pictures are being split.", "It takes a moment; then start again."
        if self.splitting.waits(self.split):
            return (
                "Near twins are kept together, and the pictures are still being checked for them.",
                "Wait for the check, or keep nothing together in the form of the split.",
            )
        return nothing_to_learn(self.dataset.outputs, self.dataset.labels, self.assignment)

    def reload_runs(self) -> None:
        """Read all runs of the project again."""
        self.runs, errors = (
            ([], []) if self.project is None else list_runs(self.project.runs_folder)
        )
        for error in errors:
            self.failed.emit(error)
        self.runs_changed.emit()

    def run_was_written(self, run: RunFolder) -> None:
        """A worker changed the run's record on the disk: read it again."""
        run.record = RunFolder.open(run.path).record
        self.runs_changed.emit()

    def set_run_in_view(self, run: RunFolder | None) -> None:
        """Choose the run that Understand and Classify use."""
        self.run_in_view = run
        self._changed()
        self.run_in_view_changed.emit()

    def run_colour(self, run: RunFolder) -> int:
        """The run's series colour, 0 to 5: the same everywhere."""
        return (run.record.number - 1) % 6

    def remember_section(self, name: str, value: dict[str, Any]) -> None:
        """Keep what a pane remembers in the project; it is saved with it, and no step to undo."""
        if self.project is not None and value != self.project.section(name):
            self.project.set_section(name, value)
            self._changed()

    # --- inside ---------------------------------------------------------------------------------

    def _push(
        self, name: str, spec: Spec, words: str, subject: object = None, is_held: bool = False
    ) -> None:
        before = getattr(self, name)
        if spec != before:
            change = ChangeSpec(self, name, before, spec, words, subject, is_held)
            self.undo_stack.push(change)

    def _take_dataset(
        self, dataset: Dataset | None, assignment: NDArray[np.int8] | None = None
    ) -> None:
        dataset = self.dataset = self.changes.take(dataset)
        self.splitting.forget()
        self.assignment = np.empty(0, np.int8)  # that of the other pictures means nothing here
        self.problems = list(dataset.problems) if dataset is not None else []
        self.picture_in_view = None
        if assignment is None or self.changes.are_there:
            self._assign()
        else:
            self.assignment = assignment
        self.dataset_changed.emit()
        self.problems_changed.emit()
        self.picture_in_view_changed.emit()

    def _assign(self) -> None:
        """Draw the split; of very many pictures it comes later, with ``split_changed``."""
        if self.dataset is None:
            self.splitting.stop()
            self.assignment = np.empty(0, np.int8)
            return
        # Pictures that a person excludes leave the split afterwards: the others stay where they
        # are, so that runs before and after can be compared.
        left_out = self._left_out()
        drawn = self.splitting.draw(self.dataset, self.split, left_out)
        if drawn is not None:
            self.assignment = self.changes.placed(drawn, left_out)
        elif len(self.assignment) != len(self.dataset):
            none_yet = np.full(len(self.dataset), NO_SPLIT, np.int8)
            self.assignment = self.changes.placed(none_yet, left_out)

    def _split_drawn(self, drawn: NDArray[np.int8]) -> None:
        self.assignment = self.changes.placed(drawn, self._left_out())
        self.split_changed.emit()

    def _labels_changed(self) -> None:
        """A person changed something about the pictures, or took it back."""
        if self.changes.result is None:
            return  # the pictures are still being opened
        self.dataset = self.changes.result.dataset
        problems = self._judged(self.problems)
        is_other = problems != self.problems
        self.problems = problems
        self._assign()
        self.labels_changed.emit()
        if is_other:
            self.problems_changed.emit()
        self.split_changed.emit()

    def _judged(self, problems: list[Problem]) -> list[Problem]:
        """The problems of the files, with those of the classes as they are now."""
        assert self.dataset is not None
        files = [p for p in problems if p.kind not in CLASS_PROBLEMS]
        left_out = unusable(self.dataset, files)
        if not left_out.any():  # so it was judged already when the changes were worked out
            return files + [p for p in self.dataset.problems if p.kind in CLASS_PROBLEMS]
        return files + class_problems(self.dataset, ~(left_out | self.changes.excluded()))

    def _left_out(self) -> NDArray[np.bool_]:
        if self.dataset is None:
            return np.empty(0, np.bool_)
        paths, problems, known = self._unusable
        if paths is not self.dataset.paths or problems is not self.problems:
            known = unusable(self.dataset, self.problems)
            known.flags.writeable = False  # it is given away more than once
            self._unusable = (self.dataset.paths, self.problems, known)
        return known

    def _changed(self) -> None:
        self._set_dirty(True)
        self._autosave.start(self.settings.current.autosave_seconds * 1000)

    def _set_dirty(self, dirty: bool) -> None:
        self.is_dirty = dirty
        if not dirty:
            self._autosave.stop()
        self.saved_changed.emit()

    def _write_sections(self) -> None:
        assert self.project is not None
        write_specs(self.project, {name: getattr(self, name) for name in SPECS})
        run = self.run_in_view.record.id if self.run_in_view else ""
        self.project.set_section("view", {"run": run})

    def _remember(self) -> None:
        project = self.project
        if project is None:
            return
        now = datetime.now(UTC).isoformat(timespec="seconds")
        path = to_text(project.path)
        self.settings.remember(Recent(path=path, name=project.document.name, opened=now))

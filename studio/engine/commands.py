"""The jobs of the command line as plain functions that return plain data. No printing here."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import (
    DatasetError,
    InputError,
    RunError,
    SpecError,
    TrainingError,
    WorkerError,
)
from studio.core.events import TrainingEvent
from studio.core.input import InputSpec
from studio.core.paths import clean_text, display_name, to_text
from studio.core.registry import Registry
from studio.core.runs import RunFolder, RunRecord, SampleList
from studio.core.spec import Spec, apply_setting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio.core.results import Prediction
    from studio.data.dataset import Dataset
    from studio.data.split import SplitSpec

LISTS = ("architectures", "augmenters", "formats", "visualizers", "exporters")
Overview = dict[str, Any]


def inspect(
    path: Path,
    progress: Progress = no_progress,
    control: Control | None = None,
    *,
    format: str | None = None,
    options: Mapping[str, str] | None = None,
) -> Overview:
    """Open a data set and read every picture once.

    Args:
        format: a kind of data set, recognised where left out.
        options: names and values of its options.

    Returns:
        ``format``, ``problem``, ``outputs`` (name → classes), ``multi_label`` (those outputs of
        which several classes may hold), ``counts`` (output → class → split
        → n), ``pictures``, ``problems`` (``{kind, path, message}`` each), ``leaks`` (what
        straddles the split that was found; empty where none was, see
        :meth:`studio.data.leaks.LeakReport.as_json`), ``group_columns`` (columns that say which
        pictures belong together).

    Raises:
        DatasetError: there is no usable data set.
    """
    from studio.data.checks.labels import not_labelled
    from studio.data.dataset import REPORTED_AS
    from studio.data.doctor import check_pictures
    from studio.data.index import open_dataset
    from studio.data.together import leak_reports

    dataset = open_dataset(absolute(path), format, progress, control, options)
    checked = check_pictures(dataset, progress, control)
    problems = [*checked.problems, *not_labelled(dataset, checked.problems)]
    leaks = leak_reports(dataset, dataset.found_split, checked.twins) if dataset.has_split else []
    return {
        "format": dataset.format,
        "problem": dataset.problem,
        "outputs": {name: list(classes) for name, classes in dataset.outputs.items()},
        "multi_label": list(dataset.multi_label),
        "counts": dataset.counts(),
        "pictures": len(dataset),
        "problems": [
            {
                "kind": REPORTED_AS.get(p.kind, p.kind),
                "path": clean_text(p.path),
                "message": p.message,
            }
            for p in problems
        ],
        "group_columns": [clean_text(name) for name in dataset.groups],
        "leaks": [leak.as_json() for leak in leaks],
    }


# --- training -------------------------------------------------------------------------------------


def plan_run(
    dataset_path: Path,
    out: Path,
    *,
    architecture: str = "small_cnn",
    weights: str = "",
    recipe: dict[str, Any] | None = None,
    settings: Sequence[str] = (),
    format: str | None = None,
    options: Mapping[str, str] | None = None,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> RunFolder:
    """Write the folder of a run.

    Args:
        format, options: of the data set, see :func:`inspect`.
        weights: ``imagenet`` (fetched where it is not on this computer), or a file.
        recipe: settings of the recipe that replace the defaults.
        settings: ``spec.field=value`` of model, input, policy, recipe or split.

    Raises:
        StudioError: a setting, the data set or the folder cannot be used.
    """
    from studio.augment.policy import Policy
    from studio.data.index import open_dataset
    from studio.data.split import SplitSpec
    from studio.models.registry import ARCHITECTURES, parse_architecture
    from studio.training.recipe import Recipe

    kind = ARCHITECTURES.get(architecture)
    model_spec = parse_architecture({"kind": architecture})
    specs: dict[str, Spec] = {
        "model": model_spec, "input": kind.default_input, "policy": Policy(),
        "recipe": Recipe().changed(**(recipe or {})), "split": SplitSpec(),
    }  # fmt: skip
    if weights:
        specs["model"] = with_weights(specs["model"], weights)
    for setting in settings:
        apply_text(specs, setting)
    model, input_spec, split = specs["model"], specs["input"], specs["split"]
    assert isinstance(input_spec, InputSpec) and isinstance(split, SplitSpec)
    dataset = open_dataset(absolute(dataset_path), format, progress, control, options)
    assignment = split_of(dataset, split, progress, control)
    check_classes_to_learn(dataset, assignment)
    check_network(model, input_spec, dataset)
    if weights == "imagenet":
        fetch_weights(model, input_spec, progress, control)
    record = RunRecord(
        id=clean_text(out.name or "run"),
        name=display_name(out.name or "Run"),
        outputs=dataset.outputs,
        multi_label=dataset.multi_label,
        input=input_spec,
        model=model.model_dump(mode="json"),
        policy=specs["policy"].model_dump(mode="json"),
        recipe=specs["recipe"].model_dump(mode="json"),
        split=split.model_dump(mode="json"),
        dataset_fingerprint=dataset.fingerprint(),
        dataset_name=dataset.name,
    )
    return RunFolder.create(absolute(out), record, dataset.samples(assignment))


def split_of(
    dataset: Dataset, spec: SplitSpec, progress: Progress, control: Control | None
) -> NDArray[np.int8]:
    """``(n,) int8`` the split of a spec; to keep twins together, every picture is decoded.

    Raises:
        DatasetError: there is no column to keep together by.
        Cancelled: asked for.
    """
    from studio.data.doctor import duplicate_groups
    from studio.data.split import assign
    from studio.data.together import groups_of, need_column

    need_column(dataset, spec)
    twins = None
    if spec.together == "twins":
        twins = duplicate_groups(dataset, progress, control)
    return assign(dataset, spec, groups=groups_of(dataset, spec, twins))


def check_network(model: Any, input_spec: InputSpec, dataset: Dataset) -> None:
    """Raise SpecError where the network cannot be built for this data set."""
    model.check(input_spec, {name: len(classes) for name, classes in dataset.outputs.items()})


def check_classes_to_learn(dataset: Dataset, split: NDArray[np.int8]) -> None:
    """Raise TrainingError where there is nothing to tell apart; before a folder is made."""
    from studio.data.balance import nothing_to_learn

    problem, hint = nothing_to_learn(dataset.outputs, dataset.labels, split)
    if problem:
        raise TrainingError(problem, hint)


def with_weights(model: Spec, weights: str) -> Spec:
    """A pretrained architecture that starts from a file or from ImageNet. Raises InputError."""
    if "weights" not in type(model).model_fields:
        title = getattr(type(model), "title", "This network")
        raise InputError(
            f"{title} is trained from scratch and takes no weights.",
            "Leave out --weights, or choose a pretrained one: classifier-studio list architectures",
        )
    if weights == "imagenet":
        return model.changed(weights=weights)
    if not os.path.isfile(weights):
        raise InputError(
            f"There is no weights file “{display_name(weights)}”.",
            "Name a file, or imagenet.",
        )
    return model.changed(weights=to_text(absolute(Path(weights))))


def fetch_weights(
    model: Any, input_spec: InputSpec, progress: Progress, control: Control | None
) -> None:
    """Download ImageNet weights that are not on this computer. Raises NetworkError."""
    from studio.models.weights import download, status_of

    status = status_of(model, input_spec)
    if status.state == "missing" and status.entry is not None:
        download(status.entry, progress, control)


def apply_text(specs: dict[str, Spec], setting: str) -> None:
    """Apply ``spec.field=value`` to a set of specs. Raises SpecError."""
    from studio.augment.presets import TITLES, preset

    place, equals, text = setting.partition("=")
    head, _, field = place.strip().partition(".")
    known = ", ".join(specs)
    if not equals:
        raise SpecError(f"“{setting}” has no value.", "Write it as --set recipe.epochs=5")
    if head not in specs:
        raise SpecError(f"There is nothing called “{head}” to set.", f"Known: {known}.")
    if head == "policy" and not field:
        if text not in TITLES:
            raise SpecError(
                f"There is no augmentation called “{text}”.", f"Known: {', '.join(TITLES)}."
            )
        specs[head] = preset(text)
        return
    if not field:
        raise SpecError(
            f"“{head}” is not one setting but several.", f"Write it as --set {head}.field=value"
        )
    specs[head] = apply_setting(specs[head], field, text)


def train(
    run: RunFolder,
    emit: Callable[[TrainingEvent], None],
    control: Control,
    resume: bool = False,
) -> RunRecord:
    """Train a run in a worker process, so that its death is a sentence and not ours too.

    Returns:
        The run's last record: ``finished`` or ``stopped``.

    Raises:
        WorkerError: the process died; what the training raised, as :class:`TrainingError`.
    """
    from studio.engine.protocol.client import WorkerClient
    from studio.engine.protocol.messages import Cancel, Train

    client = WorkerClient("trainer of the command line")
    client.send(Train(1, str(run.path), resume))
    client.start()
    is_told = False
    try:
        while True:
            if control.cancelled and not is_told:
                is_told = True
                client.send(Cancel(1))
            answer = client.receive(0.1)
            if answer is not None and _take(answer, emit):
                break
    except WorkerError as error:
        run.record = RunFolder.open(run.path).record
        if run.record.state in ("new", "running", "paused"):
            run.update(state="failed", reason=str(error))
        raise
    finally:
        client.close()
    run.record = RunFolder.open(run.path).record
    return run.record


def _take(answer: Any, emit: Callable[[TrainingEvent], None]) -> bool:
    """Pass an event on; True at the end of the training."""
    from studio.engine.protocol.messages import JobEvent, JobFailed, JobFinished, WorkerDied

    if isinstance(answer, JobEvent):
        emit(answer.event)
    elif isinstance(answer, JobFailed):
        raise TrainingError(answer.message, answer.hint, answer.details)
    elif isinstance(answer, WorkerDied):
        raise WorkerError(answer.reason, answer.hint, answer.details)
    return isinstance(answer, JobFinished)


# --- with a trained run ---------------------------------------------------------------------------


def evaluate(
    run_path: Path,
    dataset_path: Path,
    progress: Progress = no_progress,
    control: Control | None = None,
    *,
    format: str | None = None,
    options: Mapping[str, str] | None = None,
) -> Overview:
    """Metrics on a data set's test split, or on all of it where it has none.

    Args:
        format, options: of the data set, see :func:`inspect`.

    Raises:
        DatasetError: it has no class that the run knows, or one that the run does not know.
        RunError: there is no trained run.
    """
    from studio.data.index import open_dataset

    run = open_run(run_path)
    dataset = open_dataset(absolute(dataset_path), format, progress, control, options)
    split, samples = samples_to_judge(dataset)
    check_classes(run, dataset)
    from studio.insight import metrics

    matched = metrics.match_samples(run, samples, dataset.outputs)
    found = metrics.evaluate(run, matched, progress=progress, control=control)
    for problem in found["left_out"]:
        problem["path"] = clean_text(problem["path"])
    return {"run": clean_text(str(run_path)), "dataset": clean_text(str(dataset_path)),
            "split": split, **found}  # fmt: skip


def samples_to_judge(dataset: Dataset) -> tuple[str, SampleList]:
    """The test pictures of a data set, or all of it; and which of the two."""
    from studio.data.dataset import Split

    test = dataset.found_split == Split.TEST
    chosen = dataset.found_split.copy()
    chosen[:] = int(Split.TEST)
    if test.any():
        chosen[~test] = -1
    return ("test" if test.any() else "all"), dataset.samples(chosen)


def check_classes(run: RunFolder, dataset: Dataset) -> None:
    """Raise DatasetError where the data set has classes that the run never learned."""
    for name, classes in run.record.outputs.items():
        source = name if name in dataset.outputs else None
        if source is None and len(dataset.outputs) == len(run.record.outputs) == 1:
            source = next(iter(dataset.outputs))
        if source is None:
            raise DatasetError(
                f"The data set does not answer “{name}”, which the run was trained for.",
                f"It answers: {', '.join(dataset.outputs)}.",
            )
        unknown = [c for c in dataset.outputs[source] if c not in classes]
        if unknown:
            some = ", ".join(display_name(c) for c in unknown[:5])
            more = f" and {len(unknown) - 5} more" if len(unknown) > 5 else ""
            raise DatasetError(
                f"The run does not know these classes of the data set: {some}{more}.",
                f"It knows: {', '.join(display_name(c) for c in classes[:8])}"
                f"{' …' if len(classes) > 8 else ''}. Classes are matched by name.",
            )


def predict(
    run_path: Path,
    paths: Sequence[str],
    progress: Progress = no_progress,
    control: Control | None = None,
    *,
    format: str | None = None,
    options: Mapping[str, str] | None = None,
) -> Iterator[Prediction]:
    """Answers for pictures and for all pictures of folders and other data sets, as they come.

    Args:
        format, options: of the data sets, where recognition errs, see :func:`inspect`.

    Raises:
        RunError: there is no trained run.
        DatasetError, SpecError: a path is no data set of the format that was named.
        InputError: there is no picture at all.
    """
    run = open_run(run_path)
    from studio.data.index import find_pictures

    pictures = find_pictures(paths, control, format or "", options)
    if not pictures:
        raise InputError("There are no pictures in what was named.", "Name pictures or folders.")
    from studio.insight.predictor import Predictor

    return Predictor(run).iterate(pictures, progress, control)


def prediction_json(prediction: Prediction) -> Overview:
    """One answer as the command line prints it."""
    path = clean_text(prediction.path)
    if prediction.error:
        return {"path": path, "error": prediction.error}
    outputs = {
        name: [{"class": c, "probability": float(p)} for c, p in ranked]
        for name, ranked in prediction.outputs.items()
    }
    return {"path": path, "outputs": outputs}


def open_run(path: Path) -> RunFolder:
    """A run that has weights. Raises RunError."""
    run = RunFolder.open(absolute(path))
    if not run.best_weights.is_file():
        raise RunError(
            f"The run “{display_name(run.path.name)}” has not been trained yet.",
            "Train it, or name another run.",
        )
    return run


# --- lists ----------------------------------------------------------------------------------------


def catalogue(what: str) -> list[Overview]:
    """What is registered: ``{kind, title, help}`` each. Exporters come with a later version."""
    if what == "exporters":
        return []
    registry = _registries()[what]()
    return [
        {"kind": kind, "title": str(getattr(entry, "title", kind)), "help": _help(entry)}
        for kind, entry in registry.items()
    ]


def _help(entry: Any) -> str:
    text = getattr(entry, "sentence", "") or getattr(entry, "help", "")
    return str(text) or (entry.__doc__ or "").strip().split("\n")[0]


def _registries() -> dict[str, Callable[[], Registry[Any]]]:
    def architectures() -> Registry[Any]:
        from studio.models.registry import ARCHITECTURES

        return ARCHITECTURES

    def augmenters() -> Registry[Any]:
        from studio.augment.registry import AUGMENTERS

        return AUGMENTERS

    def formats() -> Registry[Any]:
        from studio.data.formats.registry import FORMATS

        return FORMATS

    def visualizers() -> Registry[Any]:
        from studio.insight.visualizers.registry import VISUALIZERS

        return VISUALIZERS

    return {f.__name__: f for f in (architectures, augmenters, formats, visualizers)}


def absolute(path: Path) -> Path:
    """A path that means the same in another process; links stay as they are."""
    return Path(os.path.abspath(path))


def event_json(event: TrainingEvent) -> Overview:
    """A training's event as one JSON line of ``train --json``."""
    name = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(event).__name__)[1:]
    row = {"event": _EVENTS.get(name, name), **asdict(event)}
    for key in ("path", "run_id"):
        if key in row:
            row[key] = clean_text(str(row[key]))
    return row


_EVENTS = {
    "training_started": "started", "batch_ended": "batch", "epoch_ended": "epoch",
    "problem_found": "problem", "training_ended": "ended",
}  # fmt: skip

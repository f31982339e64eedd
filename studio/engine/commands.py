"""The jobs of the command line as plain functions that return plain data. No printing here."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import (
    DatasetError,
    InputError,
    RunError,
    TrainingError,
    WorkerError,
)
from studio.core.events import TrainingEvent
from studio.core.paths import clean_text, display_name
from studio.core.registry import Registry
from studio.core.runs import RunFolder, RunRecord, SampleList
from studio.engine.planning import absolute

if TYPE_CHECKING:
    from studio.core.results import Prediction
    from studio.data.dataset import Dataset

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

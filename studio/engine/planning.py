"""From the words of a command line to the folder of a run that can be trained."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import InputError, SpecError, TrainingError
from studio.core.input import InputSpec
from studio.core.paths import clean_text, display_name, to_text
from studio.core.runs import RunFolder, RunRecord
from studio.core.spec import Spec, apply_setting

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from studio.data.dataset import Dataset
    from studio.data.split import SplitSpec


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
        format, options: of the data set, see :func:`studio.engine.commands.inspect`.
        weights: ``imagenet`` (fetched where it is not on this computer), or a file.
        recipe: settings of the recipe that replace the defaults.
        settings: ``spec.field=value`` of model, input, policy, recipe or split; ``policy=`` takes
            a preset or a policy file.

    Raises:
        StudioError: a setting, the data set or the folder cannot be used.
    """
    from studio.augment.policy import Policy
    from studio.data.index import open_dataset
    from studio.data.split import SplitSpec
    from studio.data.stacks import input_of
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
        input=input_of(dataset, input_spec),
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
    from studio.augment.named import named_policy

    place, equals, text = setting.partition("=")
    head, _, field = place.strip().partition(".")
    known = ", ".join(specs)
    if not equals:
        raise SpecError(f"“{setting}” has no value.", "Write it as --set recipe.epochs=5")
    if head not in specs:
        raise SpecError(f"There is nothing called “{head}” to set.", f"Known: {known}.")
    if head == "policy" and not field:
        specs[head] = named_policy(text)
        return
    if not field:
        raise SpecError(
            f"“{head}” is not one setting but several.", f"Write it as --set {head}.field=value"
        )
    specs[head] = apply_setting(specs[head], field, text)


def absolute(path: Path) -> Path:
    """A path that means the same in another process; links stay as they are."""
    return Path(os.path.abspath(path))

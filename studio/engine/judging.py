"""How strong augmentation may be, and how robust a run is: plain functions without a window."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import SpecError, StorageError
from studio.core.paths import clean_text
from studio.core.robustness import (
    last_robustness,
    robustness_file,
    robustness_json,
    save_robustness,
)
from studio.core.runs import RunFolder
from studio.core.strengths import Robustness, Strengths, sides
from studio.engine.commands import Overview, open_run

log = logging.getLogger(__name__)


def keep(run: RunFolder, found: Robustness) -> Robustness:
    """Keep a robustness with its run, together with curves of the same pictures kept before."""
    before, _ = last_robustness(run)
    if before is not None and before.pictures == found.pictures:
        measured = {curve.kind for curve in found.curves}
        others = tuple(curve for curve in before.curves if curve.kind not in measured)
        if before.clean == found.clean:
            found = Robustness((*found.curves, *others), found.clean, found.pictures)
    try:
        save_robustness(run, found)
    except StorageError as error:  # the answer is worth more than its copy
        log.warning("The robustness of %s is not kept: %s", run.path, error)
    return found


def robustness(
    run_path: Path,
    kinds: Sequence[str] = (),
    pictures: int = 200,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> Overview:
    """Accuracy of a run against corruptions, which is also kept in its folder.

    Returns:
        ``run``, ``file`` (where it is kept), ``clean``, ``pictures`` and ``curves`` (``kind``,
        ``title``, ``severities``, ``accuracy``, ``levels`` each).

    Raises:
        SpecError: there is no such corruption.
        RunError, DatasetError: there is no trained run, or none of its pictures.
        Cancelled: asked to stop.
    """
    run = open_run(run_path)
    from studio.insight import judge, robustness
    from studio.insight.predictor import Predictor

    progress(0, None, "Loading the network")
    asked = judge.judge_of(Predictor(run), run, pictures, progress, control)
    found = keep(run, robustness.measure(asked, kinds, progress, control))
    return {
        "run": clean_text(str(run_path)),
        "file": clean_text(str(robustness_file(run))),
        **robustness_json(found),
    }


def step_of(kind: str, settings: Sequence[str] = ()) -> dict[str, Any]:
    """JSON of a step from its kind and ``name=value`` texts. Raises SpecError."""
    from studio.augment.groups import as_step
    from studio.core.spec import apply_setting

    step = as_step({"kind": kind})
    for setting in settings:
        name, equals, text = setting.partition("=")
        if not equals:
            raise SpecError(f"“{setting}” has no value.", "Write it as --set edge=constant")
        step = apply_setting(step, name.strip(), text)
    return step.model_dump(mode="json")


def safety(
    run_path: Path,
    step: dict[str, Any],
    parameter: str | None = None,
    pictures: int = 200,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> list[Overview]:
    """How strong a step's settings may be before labels stop surviving.

    Args:
        step: JSON of a step.
        parameter: one of its settings; all strengths where left out, and the step as it is set
            where it has none.

    Returns:
        For each setting the fields of :class:`studio.core.strengths.Strengths` as plain data, and
        ``title``, ``unit`` and ``sides``: accuracy ``inside`` the safe part, ``below`` and
        ``above`` it (None where there is no such side).

    Raises:
        SpecError: there is no such step or setting.
        RunError, DatasetError, InputError: there is no trained run, none of its pictures, or it
            answers too few of them right.
        Cancelled: asked to stop.
    """
    run = open_run(run_path)
    from studio.augment.groups import as_step
    from studio.insight import judge
    from studio.insight.predictor import Predictor
    from studio.insight.strengths import measure, strengths_of

    parsed = as_step(step)
    names = [parameter] if parameter is not None else strengths_of(type(parsed)) or [""]
    progress(0, None, "Loading the network")
    asked = judge.judge_of(Predictor(run), run, pictures, progress, control)
    found = [measure(asked, parsed, name, progress, control) for name in names]
    return [strengths_json(each) for each in found]


def strengths_json(found: Strengths) -> Overview:
    """Strengths as plain data, see :func:`safety`."""
    from studio.augment.groups import GROUPS
    from studio.augment.registry import AUGMENTERS
    from studio.core.spec import parameters

    step = GROUPS[found.kind] if found.kind in GROUPS else AUGMENTERS.get(found.kind)
    declared = next(p for p in parameters(step) if p.name == found.parameter)
    plain = {
        name: value.tolist() if isinstance(value, np.ndarray) else value
        for name, value in asdict(found).items()
    }
    return {"title": f"{step.title} · {declared.title}", "unit": declared.unit, **plain,
            "sides": asdict(sides(found))}  # fmt: skip

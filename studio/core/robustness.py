"""The last robustness of a run, kept as ``robustness.json`` in its folder."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.files import write_json
from studio.core.runs import RunFolder
from studio.core.strengths import Robustness, RobustnessCurve

FILE = "robustness.json"
_SCHEMA = 1
_MOST_BYTES = 1 << 20
_MOST_CURVES, _MOST_POINTS, _MOST_TEXT = 200, 100, 200


def robustness_file(run: RunFolder) -> Path:
    """Where the last robustness of a run is kept."""
    return run.path / FILE


def robustness_json(found: Robustness) -> dict[str, Any]:
    """A robustness as plain data."""
    return {
        "clean": found.clean,
        "pictures": found.pictures,
        "curves": [
            {
                "kind": curve.kind,
                "title": curve.title,
                "severities": curve.severities.tolist(),
                "accuracy": curve.accuracy.tolist(),
                "levels": list(curve.levels),
            }
            for curve in found.curves
        ],
    }


def save_robustness(run: RunFolder, found: Robustness) -> None:
    """Keep a robustness with the run. Raises StorageError."""
    value = {"schema_version": _SCHEMA, "epoch": run.record.best_epoch, **robustness_json(found)}
    write_json(robustness_file(run), value, "saving the robustness of the run")


def last_robustness(run: RunFolder) -> tuple[Robustness | None, str]:
    """What was measured last, and why there is nothing.

    Returns:
        The result and no word; or None with a sentence where a file is there that cannot be used:
        it is broken, or was measured before the run was trained on. None and no word where
        nothing was measured.
    """
    file = robustness_file(run)
    try:
        if not file.is_file():
            return None, ""
        if file.stat().st_size > _MOST_BYTES:
            raise ValueError("too large")
        value = json.loads(file.read_bytes())
        if value["schema_version"] != _SCHEMA:
            return None, "The last robustness was measured by another version. Measure it again."
        found = _parsed(value)
    except (OSError, ValueError, TypeError, KeyError, RecursionError, AttributeError):
        return None, "The last robustness cannot be read: its file is broken. Measure it again."
    if value.get("epoch") != run.record.best_epoch:
        return None, "The run was trained on since its robustness was measured. Measure it again."
    return found, ""


def _parsed(value: dict[str, Any]) -> Robustness:
    curves = value["curves"]
    if not isinstance(curves, list) or len(curves) > _MOST_CURVES:
        raise ValueError("no list of curves")
    pictures = value["pictures"]
    if not isinstance(pictures, int) or not 0 < pictures < 10**9:
        raise ValueError("no number of pictures")
    return Robustness(tuple(_curve(each) for each in curves), _share(value["clean"]), pictures)


def _curve(value: dict[str, Any]) -> RobustnessCurve:
    severities = _numbers(value["severities"])
    accuracy = _numbers(value["accuracy"])
    levels = tuple(_text(each) for each in value["levels"])
    if not len(severities) == len(accuracy) or len(levels) not in (0, len(severities)):
        raise ValueError("columns of different length")
    if not ((accuracy >= 0) & (accuracy <= 1)).all() or (np.diff(severities) <= 0).any():
        raise ValueError("no curve")
    return RobustnessCurve(
        _text(value["kind"]), _text(value["title"]), severities, accuracy, levels
    )


def _numbers(value: Any) -> NDArray[np.float64]:
    if not isinstance(value, list) or not 0 < len(value) <= _MOST_POINTS:
        raise ValueError("no list of numbers")
    if not all(type(each) in (int, float) and math.isfinite(each) for each in value):
        raise ValueError("no numbers")
    return np.array(value, np.float64)


def _share(value: Any) -> float:
    if type(value) not in (int, float) or not 0 <= value <= 1:
        raise ValueError("no share")
    return float(value)


def _text(value: Any) -> str:
    if not isinstance(value, str) or len(value) > _MOST_TEXT:
        raise ValueError("no text")
    return value

"""What was found out about a project's pictures, kept in its cache, and what a person waved off."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import StudioError
from studio.core.files import write_json
from studio.core.input import InputSpec
from studio.core.strengths import Hint, Mild
from studio.data.dataset import Dataset
from studio.data.members import stat_of
from studio.ui.panes.augment.choice import training_rows

VERSION = 1
"""Raised whenever the same pictures may give other hints, so that no old ones are shown."""

_MOST = 600
_MOST_BYTES = 1_000_000


@dataclass(frozen=True)
class Choice:
    """The pictures that are studied. ``key`` changes with their files, classes and the input."""

    paths: tuple[str, ...]
    labels: tuple[int, ...]
    classes: tuple[str, ...]
    input: InputSpec
    key: str


def choose(dataset: Dataset, assignment: NDArray[np.int8], input: InputSpec) -> Choice:
    """At most 600 training pictures, as many of each class as can be; reads no picture."""
    groups = training_rows(dataset, assignment)
    draw = np.random.default_rng(1)
    mixed = [draw.permutation(rows) for rows in groups]
    picked: list[tuple[int, int]] = []
    depth = 0
    while len(picked) < _MOST and any(depth < len(rows) for rows in mixed):
        picked += [(int(r[depth]), i) for i, r in enumerate(mixed) if depth < len(r)]
        depth += 1
    picked = sorted(picked[:_MOST])
    output = next(iter(dataset.outputs))
    classes = tuple(str((dataset.classes_of(int(g[0]), output) or ("",))[0]) for g in groups)
    paths = tuple(str(dataset.absolute(row)) for row, _ in picked)
    labels = tuple(label for _, label in picked)
    return Choice(paths, labels, classes, input, _key(paths, labels, classes, input))


def _key(
    paths: Sequence[str], labels: Sequence[int], classes: Sequence[str], input: InputSpec
) -> str:
    text = hashlib.sha256(f"{VERSION} {input.model_dump_json()} {classes!r}".encode())
    for path, label in zip(paths, labels, strict=True):
        text.update(f"{path!r} {label} {_changed(path)}\n".encode())
    return text.hexdigest()


def _changed(path: str) -> tuple[int, int]:
    try:
        return stat_of(path)
    except (OSError, ValueError):
        return 0, 0


class HintStore:
    """The file in the cache of a project; one that is missing or damaged is an empty one."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "hints.json"

    def load(self, key: str) -> tuple[tuple[Hint, ...] | None, frozenset[str]]:
        """The hints of that key, None where there are none; and the keys that were waved off."""
        try:
            if self.file.stat().st_size > _MOST_BYTES:
                return None, frozenset()
            value = json.loads(self.file.read_text("utf-8"))
            hints = tuple(_hint(h) for h in value["hints"]) if value["key"] == key else None
            return hints, frozenset(str(name) for name in value["dismissed"])
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return None, frozenset()

    def save(self, key: str, hints: Iterable[Hint], dismissed: Iterable[str]) -> None:
        """Keep them; a disk that refuses is not worth a word, since they can be found again."""
        value = {
            "key": key, "hints": [asdict(h) for h in hints], "dismissed": sorted(dismissed),
        }  # fmt: skip
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            write_json(self.file, value)
        except (OSError, StudioError):
            pass


def _hint(value: dict[str, Any]) -> Hint:
    """A hint from its JSON. Raises ValueError, TypeError or KeyError."""
    if value["kind"] not in ("warning", "info", "good"):
        raise ValueError(value["kind"])
    suggest = value["suggest"]
    return Hint(
        str(value["key"]),
        tuple(str(kind) for kind in value["kinds"]),
        value["kind"],
        str(value["words"]),
        str(value["action"]),
        None if suggest is None else dict(suggest),
        tuple(
            Mild(str(m["kind"]), str(m["parameter"]), float(m["low"]), float(m["high"]))
            for m in value["mild"]
        ),
        tuple(str(kind) for kind in value["along"]),
        {str(name): tuple(values) for name, values in value["only"].items()},
        dict(value["change"]),
    )

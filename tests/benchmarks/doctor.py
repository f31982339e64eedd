"""Planted faults: how many of each kind the doctor finds, how many of its finds are right, and
what that costs beside decoding."""

from __future__ import annotations

import os
import tempfile
import time
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from tests.benchmarks.report import Figure

if TYPE_CHECKING:
    from studio.data.dataset import Dataset, Problem
    from tests.data.planted import Planted

PICTURES = int(os.environ.get("DOCTOR_PICTURES", "20000"))
EACH = max(10, PICTURES // 100)
SIDE = 128
"""Pixels: of this size or larger are the pictures that people check."""

AT_LEAST = {"exact-duplicate": 0.98, "near-duplicate": 0.9}
FALSE_ALARMS = 0.005


@dataclass(frozen=True)
class Score:
    """How well one kind was found, as shares of 1."""

    kind: str
    recall: float
    precision: float
    planted: int
    wrong: int


def scores(planted: Planted, problems: list[Problem]) -> list[Score]:
    """Recall and precision of each planted kind; a copy's original counts as neither."""
    found: dict[str, set[str]] = defaultdict(set)
    for problem in problems:
        found[problem.kind].add(problem.path)
    result = []
    for kind, paths in planted.faults.items():
        # Of two copies the larger one is kept, which may be the one that was planted.
        right = {p for p in paths if {p, planted.originals.get(p, p)} & found[kind]}
        wrong = found[kind] - set(paths) - planted.allowed[kind]
        precision = len(right) / max(1, len(right) + len(wrong))
        result.append(Score(kind, len(right) / len(paths), precision, len(paths), len(wrong)))
    return result


def false_alarms(planted: Planted, problems: list[Problem]) -> list[Problem]:
    """Problems of clean pictures that are nobody's original."""
    originals = set().union(*planted.allowed.values())
    clean = set(planted.clean) - originals
    return [problem for problem in problems if problem.path in clean]


def measure() -> list[Figure]:
    """Plant the faults, check the data set, print the table."""
    from studio.data.index import open_dataset
    from tests.data.planted import KINDS, plant

    with tempfile.TemporaryDirectory() as folder:
        planted = plant(Path(folder) / "planted", PICTURES - EACH * len(KINDS), EACH, SIDE)
        dataset = open_dataset(planted.root)
        decoding, checking, problems = _times(dataset)
    table = scores(planted, problems)
    for score in table:
        print(
            f"  {score.kind:<18} planted {score.planted:>4}  recall {score.recall:6.1%}  "
            f"precision {score.precision:6.1%}  wrong {score.wrong}"
        )
    found = {problem.path for problem in problems if problem.kind == "near-duplicate"}
    for how in dict.fromkeys(planted.near.values()):
        paths = [path for path, made in planted.near.items() if made == how]
        hits = sum(bool({path, planted.originals[path]} & found) for path in paths)
        print(f"    {how:<21} {hits:>4} of {len(paths)}")
    alarms = false_alarms(planted, problems)
    figures = [
        Figure(f"recall of {s.kind}", s.recall, "", AT_LEAST.get(s.kind, 0.9), at_least=True,
               note=f"precision {s.precision:.3f}, {s.planted} among {PICTURES:,}")
        for s in table
    ]  # fmt: skip
    share = len({problem.path for problem in alarms}) / max(1, len(planted.clean))
    note = f"{checking:.1f} s ÷ {decoding:.1f} s"
    return [
        *figures,
        Figure("false alarms among clean pictures", share, "", FALSE_ALARMS),
        Figure("search for copies ÷ decoding", checking / decoding, limit=3, note=note),
    ]


def _times(dataset: Dataset) -> tuple[float, float, list[Problem]]:
    """Seconds to decode all pictures, seconds of the search for copies, and all problems."""
    from contextlib import suppress

    from studio.core.errors import PictureError
    from studio.data.checks.groups import find_copies
    from studio.data.checks.remembered import filled
    from studio.data.decoding import decode
    from studio.data.doctor import check_pictures, measure_pictures
    from studio.data.parallel import for_each

    def read(i: int) -> None:
        with suppress(PictureError):
            decode(dataset.absolute(i))

    start = time.perf_counter()
    for_each(len(dataset), read, "Decoding")
    decoding = time.perf_counter() - start
    with tempfile.TemporaryDirectory() as cache:
        measures = filled(measure_pictures(dataset, cache_folder=Path(cache)))
        start = time.perf_counter()
        find_copies(measures)
        searching = time.perf_counter() - start
        return decoding, searching, check_pictures(dataset, cache_folder=Path(cache)).problems

"""Checking a data set: really decodes every picture, once, and judges what was measured."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.lib.recfunctions import repack_fields
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import PictureError
from studio.data.balance import class_problems
from studio.data.checks.groups import Copies, find_copies
from studio.data.checks.labels import copy_problems
from studio.data.checks.looks import look_problems
from studio.data.checks.measuring import MEASURES, Measures, measure, no_measures
from studio.data.checks.remembered import Remembered, Result, filled
from studio.data.checks.sizes import size_problems
from studio.data.dataset import CLASS_PROBLEMS, Dataset, Problem, unusable
from studio.data.decoding import decode, identified, opened
from studio.data.members import is_member, stat_of
from studio.data.parallel import for_each
from studio.data.tiff import is_tiff, pages_left_out

__all__ = [
    "Checked", "check_pictures", "class_problems", "duplicate_groups", "measure_pictures",
    "unusable",
]  # fmt: skip

_ENDINGS = {
    "JPEG": ".jpg .jpeg .jpe .jfif .mpo", "MPO": ".jpg .jpeg .jpe .jfif .mpo",
    "PNG": ".png .apng", "GIF": ".gif", "BMP": ".bmp .dib", "DIB": ".bmp .dib", "WEBP": ".webp",
    "TIFF": ".tif .tiff", "AVIF": ".avif .avifs .heic .heif",
    "HEIF": ".heic .heif .hif .avif", "PSD": ".psd", "ICO": ".ico .cur",
    "JPEG2000": ".jp2 .j2k .jpx .jpf .j2c",
}  # fmt: skip
_WORDS = {"JPEG2000": "JPEG 2000", "MPO": "JPEG", "WEBP": "WebP", "DIB": "BMP", "HEIF": "HEIC"}

_ASKED_ANEW = frozenset(
    {"exact-duplicate", "near-duplicate", "blank", "dark", "bright", "blurred", "odd-size", "tiny"}
)
"""Kinds that only this check finds: what an earlier one said no longer counts."""


@dataclass(frozen=True, eq=False)
class Checked:
    """What a check found.

    Attributes:
        problems: everything that is wrong with the data set.
        twins: ``(n,) int64`` pictures of the same number show nearly the same; −1 has no twin.
        of_copies: those of the problems that copies are, which depend on labels and split.
    """

    problems: list[Problem]
    twins: NDArray[np.int64]
    of_copies: list[Problem]
    _copies: Copies
    _measures: Measures

    def judged_again(self, dataset: Dataset, split: NDArray[np.int8]) -> Checked:
        """The same by the labels and the split of now; no picture is decoded.

        Args:
            dataset: the same pictures in the same order.
            split: ``(n,) int8`` the split to look for leaks in.
        """
        now = copy_problems(dataset, self._measures, self._copies, split)
        before = set(self.of_copies)
        others = [p for p in self.problems if p not in before]
        return replace(self, problems=list(dict.fromkeys(now + others)), of_copies=now)


def check_pictures(
    dataset: Dataset,
    progress: Progress = no_progress,
    control: Control | None = None,
    workers: int | None = None,
    cache_folder: Path | None = None,
    split: NDArray[np.int8] | None = None,
) -> Checked:
    """Decode every picture and return everything that is wrong with the data set.

    The list of problems replaces ``dataset.problems``: it repeats what opening found about files
    and folders, adds what decoding found, and judges the classes by the pictures that can be
    read.

    Args:
        workers: threads; one a core, where left out.
        cache_folder: remembers results by path, size and time of change, so that a second
            check only decodes what is new.
        split: ``(n,) int8`` the split to look for leaks in; the one found, where left out.

    Raises:
        Cancelled: asked for; what was checked so far is remembered.
    """
    results = measure_pictures(dataset, progress, control, workers, cache_folder)
    measures = filled(results)
    copies = find_copies(measures, progress, control, workers)
    found = [
        Problem(result.kind, path, result.message)
        for path, result in zip(dataset.paths, results, strict=True)
        if result.kind
    ]
    of_copies = copy_problems(dataset, measures, copies, split)
    found += of_copies
    found += look_problems(measures, dataset.paths)
    found += size_problems(measures, dataset.paths)
    progress(len(dataset), len(dataset), "Checking the pictures")
    skipped = CLASS_PROBLEMS | _ASKED_ANEW
    files = [p for p in dataset.problems if p.kind not in skipped]
    # Asking the same data set again must not list a picture twice.
    found = list(dict.fromkeys(found + files))
    usable = ~unusable(dataset, found)
    found += class_problems(dataset, usable)
    return Checked(found, _twins(copies), of_copies, copies, _numbers(measures))


def _numbers(measures: Measures) -> Measures:
    """What was measured, without the small pictures, which take nearly all the memory."""
    names = [name for name in MEASURES.names or () if name not in ("pixels", "colour", "small")]
    return np.asarray(repack_fields(measures[names]))


def _twins(copies: Copies) -> NDArray[np.int64]:
    """``(n,)`` groups of two and more; −1 for pictures without a copy."""
    if not len(copies.groups):
        return copies.groups
    return np.where(np.bincount(copies.groups)[copies.groups] > 1, copies.groups, -1)


def duplicate_groups(
    dataset: Dataset,
    progress: Progress = no_progress,
    control: Control | None = None,
    workers: int | None = None,
    cache_folder: Path | None = None,
) -> NDArray[np.int64]:
    """Which pictures show the same: a split that keeps groups together lets no twin leak.

    Returns:
        ``(n,) int64`` the first row of each picture's group; −1, where it has no copy.

    Raises:
        Cancelled: asked for; what was measured so far is remembered.
    """
    results = measure_pictures(dataset, progress, control, workers, cache_folder)
    return _twins(find_copies(filled(results), progress, control, workers))


def measure_pictures(
    dataset: Dataset,
    progress: Progress = no_progress,
    control: Control | None = None,
    workers: int | None = None,
    cache_folder: Path | None = None,
) -> list[Result]:
    """Decode and measure every picture that is not remembered as it is.

    Raises:
        Cancelled: asked for; what was measured so far is remembered.
    """
    remembered = Remembered(cache_folder, dataset.root)
    results: list[Result | None] = [None] * len(dataset)

    def check(i: int) -> None:
        results[i] = _check_one(dataset.absolute(i), remembered.get(dataset.paths[i]))

    try:
        for_each(len(dataset), check, "Checking the pictures", progress, control, workers)
    finally:
        remembered.keep(dataset.paths, results)
    return [result for result in results if result is not None]


def _check_one(path: Path, known: Result | None) -> Result:
    nothing = no_measures(1)[0]
    try:
        size, changed = stat_of(path)
    except (OSError, ValueError):
        return Result(-1, 0, "missing-file", "The file is no longer there.", nothing)
    if known is not None and (known.size, known.changed) == (size, changed):
        return known
    try:
        measures = measure(decode(path))
    except PictureError as error:
        return Result(size, changed, error.kind, str(error), nothing)
    return Result(size, changed, *_wrong_ending(path), measures)


def _wrong_ending(path: Path) -> tuple[str, str]:
    if is_member(path):  # the names of members are ours
        return ("", "")
    with suppress(PictureError), opened(path) as file, identified(file, path) as image:
        kind = image.format or ""
        ending = os.path.splitext(path.name)[1].lower()
        if kind in _ENDINGS and ending not in _ENDINGS[kind].split():
            name = _WORDS.get(kind, kind)
            said = f"ends with “{ending}”" if ending else "has no ending"
            return (
                "wrong-extension",
                f"The name {said}, but the file is a {name} picture. It is used all the same.",
            )
        if is_tiff(file) and (left := pages_left_out(file)):
            some = f"{left} more page{'s' * (left > 1)}" if left < 100 else "100 or more pages"
            return ("odd-size", f"The file is a stack: {some} beside the first are not used.")
    return ("", "")

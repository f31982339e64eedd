"""Checking a data set: really decodes every picture, once, and judges what was measured."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import PictureError
from studio.data.balance import class_problems
from studio.data.checks.groups import find_copies
from studio.data.checks.labels import copy_problems
from studio.data.checks.looks import look_problems
from studio.data.checks.measuring import measure, no_measures
from studio.data.checks.remembered import Remembered, Result, filled
from studio.data.checks.sizes import size_problems
from studio.data.dataset import CLASS_PROBLEMS, Dataset, Problem, unusable
from studio.data.decoding import decode, identified, opened
from studio.data.members import is_member, stat_of
from studio.data.parallel import for_each

__all__ = ["check_pictures", "class_problems", "duplicate_groups", "measure_pictures", "unusable"]

_ENDINGS = {
    "JPEG": ".jpg .jpeg .jpe .jfif .mpo", "MPO": ".jpg .jpeg .jpe .jfif .mpo",
    "PNG": ".png .apng", "GIF": ".gif", "BMP": ".bmp .dib", "DIB": ".bmp .dib", "WEBP": ".webp",
    "TIFF": ".tif .tiff", "AVIF": ".avif .avifs .heic .heif", "PSD": ".psd", "ICO": ".ico .cur",
    "JPEG2000": ".jp2 .j2k .jpx .jpf .j2c",
}  # fmt: skip
_WORDS = {"JPEG2000": "JPEG 2000", "MPO": "JPEG", "WEBP": "WebP", "DIB": "BMP"}

_ASKED_ANEW = frozenset(
    {"exact-duplicate", "near-duplicate", "blank", "dark", "bright", "blurred", "odd-size", "tiny"}
)
"""Kinds that only this check finds: what an earlier one said no longer counts."""


def check_pictures(
    dataset: Dataset,
    progress: Progress = no_progress,
    control: Control | None = None,
    workers: int | None = None,
    cache_folder: Path | None = None,
    split: NDArray[np.int8] | None = None,
) -> list[Problem]:
    """Decode every picture and return everything that is wrong with the data set.

    The list replaces ``dataset.problems``: it repeats what opening found about files and
    folders, adds what decoding found, and judges the classes by the pictures that can be read.

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
    found += copy_problems(dataset, measures, copies, split)
    found += look_problems(measures, dataset.paths)
    found += size_problems(measures, dataset.paths)
    progress(len(dataset), len(dataset), "Checking the pictures")
    skipped = CLASS_PROBLEMS | _ASKED_ANEW
    files = [p for p in dataset.problems if p.kind not in skipped]
    # Asking the same data set again must not list a picture twice.
    found = list(dict.fromkeys(found + files))
    usable = ~unusable(dataset, found)
    return found + class_problems(dataset, usable)


def duplicate_groups(
    dataset: Dataset,
    progress: Progress = no_progress,
    control: Control | None = None,
    workers: int | None = None,
    cache_folder: Path | None = None,
) -> NDArray[np.int64]:
    """Which pictures show the same: a split that keeps groups together lets no twin leak.

    Returns:
        ``(n,) int64`` the first row of each picture's group; its own, where it has no copy.

    Raises:
        Cancelled: asked for; what was measured so far is remembered.
    """
    results = measure_pictures(dataset, progress, control, workers, cache_folder)
    return find_copies(filled(results), progress, control, workers).groups


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
    return ("", "")

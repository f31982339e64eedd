"""Writing a data set in another form: folders of classes, a table beside pictures, or HDF5.

Files are copied as they are, to the byte. A picture that is no file of its own (in an array, or
one file for each channel) is written as PNG where that holds its numbers exactly, else as TIFF.
"""

from __future__ import annotations

import csv
import io
import os
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import DatasetError, InputError, PictureError
from studio.core.files import replace_with, storage_errors
from studio.core.input import InputSpec
from studio.core.paths import display_name
from studio.data.dataset import UNUSABLE, Dataset, Problem, Split
from studio.data.encoding import encoded
from studio.data.file_names import FreeNames, safe_file_name, safe_name
from studio.data.members import is_member, read_member
from studio.data.parallel import for_each
from studio.data.pixels import decode

TARGETS = {
    "folder": "one folder for each class",
    "csv": "pictures with a table",
    "hdf5": "arrays of one size",
}
"""What :func:`convert` writes, with words for a person."""

TABLE = "labels.csv"
BETWEEN = ";"
"""Stands between the classes of one picture in a table."""

_DOING = "writing the data set"
_NO_CLASS = "It has no class, and every folder is a class."


@dataclass
class Converted:
    """What was written.

    Attributes:
        path: the new folder, or the HDF5 file.
        written: number of pictures.
        left_out: pictures that are not in it, each with its reason.
    """

    path: Path
    written: int = 0
    left_out: list[Problem] = field(default_factory=list)


def convert(
    dataset: Dataset,
    out: Path,
    to: str,
    input_spec: InputSpec | None = None,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> Converted:
    """Write a data set to a new folder or file, which is there wholly or not at all.

    Where the data set brings splits they are kept; a picture in none then counts as training, as
    it does when a run is planned.

    Args:
        out: a new or empty folder; for ``hdf5`` a new file.
        to: a key of ``TARGETS``.
        input_spec: size and fit of the arrays in HDF5; the usual ones where left out.

    Raises:
        InputError: the target is unknown or in use, or lies in the data set.
        DatasetError: folders cannot say these labels, or no picture can be read.
        StorageError: the disk is full or refuses; nothing is left behind.
        Cancelled: asked for; nothing is left behind.
    """
    if to not in TARGETS:
        raise InputError(f"There is no target “{to}”.", f"Known: {', '.join(TARGETS)}.")
    out = Path(os.path.abspath(out))
    check_place(out, to, dataset)
    if to == "hdf5":
        result = _write_hdf5(dataset, out, input_spec or InputSpec(), progress, control)
    else:
        names = folder_names(dataset) if to == "folder" else table_names(dataset)
        result = _write_folder(dataset, out, names, to == "csv", progress, control)
    # What opening the data set had to leave out is not in the new one either.
    result.left_out += [p for p in dataset.problems if p.kind in UNUSABLE]
    return result


def _write_hdf5(
    dataset: Dataset, out: Path, spec: InputSpec, progress: Progress, control: Control | None
) -> Converted:
    from studio.data.convert_arrays import write_arrays  # which imports this module

    result = Converted(out)
    with storage_errors(_DOING):
        out.parent.mkdir(parents=True, exist_ok=True)
    replace_with(
        out, lambda file: write_arrays(dataset, file, spec, result, progress, control), _DOING
    )
    return result


def check_place(out: Path, to: str, dataset: Dataset) -> None:
    """Raise InputError where ``out`` is in use, or lies in the data set that is read."""
    name = display_name(out.name)
    is_empty_folder = out.is_dir() and not out.is_symlink() and not any(out.iterdir())
    if os.path.lexists(out) and not (to != "hdf5" and is_empty_folder):
        raise InputError(
            f"“{name}” is there already, and nothing is overwritten.",
            "Name a new file or an empty folder.",
        )
    # The folder of an array file is not itself the data set.
    is_folder = not any("/@" in path for path in dataset.paths[:1])
    if is_folder and out.resolve().is_relative_to(dataset.root.resolve()):
        raise InputError(
            f"“{name}” would lie inside the data set that is read.", "Name another place."
        )


# --- folders --------------------------------------------------------------------------------------


def split_of(dataset: Dataset, row: int) -> str:
    """The split's word, empty where the data set has none."""
    if not dataset.has_split:
        return ""
    number = int(dataset.found_split[row])
    return Split(number).word if number >= 0 else Split.TRAIN.word


def folder_names(dataset: Dataset) -> list[str]:
    """Where each picture goes below the new folder; empty where it has no class."""
    if any(map(dataset.is_multi_label, dataset.outputs)):
        raise DatasetError(
            "Several classes at a time cannot be told by folders.", "Choose csv or hdf5 instead."
        )
    used, folders = FreeNames(), {}
    names: dict[str, FreeNames] = {}
    found = []
    for row, path in enumerate(dataset.paths):
        classes = [c for output in dataset.outputs for c in dataset.classes_of(row, output)]
        if len(classes) < len(dataset.outputs):
            found.append("")
            continue
        key = "_".join(classes)
        if key not in folders:
            folders[key] = used.take(safe_name(key))
        split = split_of(dataset, row)
        place = f"{split}/{folders[key]}" if split else folders[key]
        name = names.setdefault(place, FreeNames()).take(_file_name(path))
        found.append(f"{place}/{name}")
    return found


def table_names(dataset: Dataset) -> list[str]:
    """What each picture is called beside a table."""
    names = FreeNames()
    return [f"pictures/{names.take(_file_name(path))}" for path in dataset.paths]


def _file_name(path: str) -> str:
    """A name for the copy; of a picture inside a file the selector is the name."""
    before, sign, inside = path.rpartition("/@")
    if sign:
        last = before.rpartition("/")[2]
        return safe_file_name(f"{os.path.splitext(last)[0]} {inside.replace('/', ' ')}.png")
    return safe_file_name(path.rpartition("/")[2].replace(",", "+"))


def _write_folder(
    dataset: Dataset,
    out: Path,
    names: list[str],
    with_table: bool,
    progress: Progress,
    control: Control | None,
) -> Converted:
    result = Converted(out)
    with storage_errors(_DOING):
        out.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".converting-", dir=out.parent))
    try:
        with storage_errors(_DOING):
            temporary.chmod(0o755)
            for place in sorted({n.rpartition("/")[0] for n in names if n}):
                (temporary / place).mkdir(parents=True)
            _copy_all(dataset, temporary, names, result, progress, control)
            if with_table:
                table = table_of(dataset, names)
                (temporary / TABLE).write_text(table, "utf-8", newline="")
            if out.is_dir():
                out.rmdir()
            os.rename(temporary, out)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return result


def _copy_all(
    dataset: Dataset,
    folder: Path,
    names: list[str],
    result: Converted,
    progress: Progress,
    control: Control | None,
) -> None:
    """Copy every picture that can be read; ``names`` become empty for the others."""
    problems: list[Problem | None] = [None] * len(dataset)

    def copy(row: int) -> None:
        path = dataset.paths[row]
        if not names[row]:
            problems[row] = Problem("no-class", path, _NO_CLASS)
            return
        try:
            names[row] = _copy(dataset.absolute(row), folder, names[row])
        except PictureError as error:
            names[row] = ""
            problems[row] = Problem(error.kind, path, str(error))

    for_each(len(dataset), copy, "Copying the pictures", progress, control)
    result.left_out = [p for p in problems if p is not None]
    result.written = len(dataset) - len(result.left_out)
    if not result.written:
        raise nothing_written(result)


def nothing_written(result: Converted) -> DatasetError:
    """No picture could be used."""
    first = result.left_out[0].message if result.left_out else "The data set is empty."
    return DatasetError(
        "No picture of this data set could be written.", f"The first was left out: {first}"
    )


def _copy(source: Path, folder: Path, name: str) -> str:
    """Copy one picture after a look whether it can be read; returns the name that it got."""
    if is_member(source):
        content, ending = encoded(read_member(source))
        name = os.path.splitext(name)[0] + ending
        (folder / name).write_bytes(content)
        return name
    decode(source)
    try:
        opened = open(source, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise PictureError("The file is no longer there.", kind="missing-file") from error
    with opened, open(folder / name, "xb") as copied:
        shutil.copyfileobj(opened, copied, 2**20)
    return name


def table_of(dataset: Dataset, names: list[str]) -> str:
    """``file``, one column for each output, ``split`` where there are some; UTF-8."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    columns = FreeNames(["file", "split"])
    split = ["split"] if dataset.has_split else []
    groups = [columns.take(name) for name in dataset.groups]
    writer.writerow(["file", *map(columns.take, dataset.outputs), *groups, *split])
    for row, name in enumerate(names):
        if name:
            cells = [_cell(dataset, row, output) for output in dataset.outputs]
            cells += [_group(dataset, row, heading) for heading in dataset.groups]
            writer.writerow([name, *cells, *([split_of(dataset, row)] if split else [])])
    return out.getvalue()


def _group(dataset: Dataset, row: int, heading: str) -> str:
    number = int(dataset.groups[heading][row])
    if number < 0:
        return ""
    names = dataset.group_names.get(heading, ())
    return names[number] if number < len(names) else str(number)


def _cell(dataset: Dataset, row: int, output: str) -> str:
    classes = dataset.classes_of(row, output)
    if dataset.is_multi_label(output):
        classes = tuple(c.replace(BETWEEN, ",") for c in classes)
    return BETWEEN.join(classes)

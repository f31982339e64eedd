"""The built-in sample: drawn things in colours, any number and size, the same every time.

::

    <folder>/
      circle/00000.png  triangle/00001.png  …   one folder for each thing
      labels.csv    file,thing,colour: a second question about the same pictures
      sample.json   how it was made; written last, so that it marks a complete sample
"""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Literal

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import InputError, StorageError
from studio.core.files import storage_errors
from studio.core.paths import display_name
from studio.data.drawing import render
from studio.data.opencv import cv2
from studio.data.parallel import for_each
from studio.data.things import COLOURS, THINGS

__all__ = ["COLOURS", "THINGS", "render", "sample_state", "write_sample"]

SAMPLE_VERSION = 1
"""Raised whenever the same arguments give other pictures."""

MARKER = "sample.json"
_DOING = "writing the sample"


def write_sample(
    folder: Path,
    count: int = 2400,
    size: int = 64,
    seed: int = 1,
    progress: Progress = no_progress,
    control: Control | None = None,
) -> Path:
    """Write the sample data set; the same arguments give the same bytes.

    A complete sample is left as it is. An incomplete one, one of other arguments or of another
    version is replaced. Pictures are written beside it and moved into place at the end.

    Args:
        count: number of pictures, at least 1; picture ``i`` is the same for every count.
        size: side in pixels, 16 to 2048.

    Raises:
        InputError: the folder holds files that are not the sample's, or a number is out of range.
        StorageError: the disk is full or refuses; nothing is left behind.
        Cancelled: asked for; nothing is left behind.
    """
    if count < 1 or not 16 <= size <= 2048 or seed < 0:
        raise InputError(
            f"The sample cannot have {count:,} pictures of {size:,} px with seed {seed}.",
            "Choose at least 1 picture, a size from 16 to 2,048 px and a seed from 0 on.",
        )
    if sample_state(folder, count, size, seed) == "complete":
        return folder
    _check_foreign(folder)
    with storage_errors(_DOING):
        folder.parent.mkdir(parents=True, exist_ok=True)
        temporary = Path(tempfile.mkdtemp(prefix=".sample-", dir=folder.parent))
    try:
        with storage_errors(_DOING):
            _write_all(temporary, count, size, seed, progress, control)
            _move(temporary, folder)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
    return folder


def sample_state(
    folder: Path, count: int = 2400, size: int = 64, seed: int = 1
) -> Literal["complete", "incomplete", "missing"]:
    """Whether the sample of these arguments is there, down to the number of its pictures."""
    if not folder.is_dir():
        return "missing"
    try:
        about = json.loads((folder / MARKER).read_bytes())
    except (OSError, ValueError):
        return "incomplete"
    if about != _about(count, size, seed) or not (folder / "labels.csv").is_file():
        return "incomplete"
    expected = {_file(i) for i in range(count)}
    found = {f"{t}/{p.name}" for t in THINGS for p in (folder / t).glob("*.png")}
    return "complete" if expected <= found else "incomplete"


def _about(count: int, size: int, seed: int) -> dict[str, object]:
    return {
        "made_by": "Classifier Studio", "version": SAMPLE_VERSION,
        "count": count, "size": size, "seed": seed,
    }  # fmt: skip


def _file(index: int) -> str:
    return f"{THINGS[index % len(THINGS)]}/{index:05}.png"


def _write_all(
    folder: Path, count: int, size: int, seed: int, progress: Progress, control: Control | None
) -> None:
    folder.chmod(0o755)  # a temporary folder is private, the sample need not be
    for thing in THINGS[:count]:
        (folder / thing).mkdir()
    rows = [""] * count

    def draw(index: int) -> None:
        picture, thing, colour = render(index, size, seed)
        done, content = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
        if not done:
            raise StorageError(f"Picture {index} of the sample could not be encoded.")
        (folder / _file(index)).write_bytes(content.tobytes())
        rows[index] = f"{_file(index)},{thing},{colour}\n"

    for_each(count, draw, "Drawing the sample", progress, control)
    (folder / "labels.csv").write_text("file,thing,colour\n" + "".join(rows), "utf-8", newline="\n")
    about = json.dumps(_about(count, size, seed), indent=1) + "\n"
    (folder / MARKER).write_text(about, "utf-8", newline="\n")


def _check_foreign(folder: Path) -> None:
    """Refuse to replace a folder that holds anything but a sample: pictures are never touched."""
    if not folder.exists():
        return
    name = display_name(folder.name)
    if not folder.is_dir():
        raise InputError(f"“{name}” is a file; the sample needs a folder.", "Name another.")
    with storage_errors(_DOING):
        known = {*THINGS, MARKER, "labels.csv"}
        names = {entry.name for entry in folder.iterdir()}
        strange = names - known
        if not strange and names and not _is_ours(folder):
            strange = names
    if strange:
        raise InputError(
            f"The folder “{name}” holds other files, so no sample was written there.",
            "Name a new or empty folder.",
        )


def _is_ours(folder: Path) -> bool:
    with suppress(OSError, ValueError, AttributeError):
        return bool(json.loads((folder / MARKER).read_bytes()).get("made_by"))
    # A sample that lost its marker still has only files of the sample's names.
    files = (p for thing in THINGS for p in (folder / thing).glob("*"))
    return all(p.suffix == ".png" and p.stem.isdigit() for p in files)


def _move(temporary: Path, folder: Path) -> None:
    """Put the new sample in place, its marker last; an old one goes away before."""
    if not folder.is_dir():
        temporary.rename(folder)
        return
    (folder / MARKER).unlink(missing_ok=True)
    for name in (*THINGS, "labels.csv"):
        old, new = folder / name, temporary / name
        if old.is_dir():
            shutil.rmtree(old)
        if new.exists():
            new.replace(old)
    (temporary / MARKER).replace(folder / MARKER)

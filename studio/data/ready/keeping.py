"""Ready data sets on this computer: what is there, fetching, taking local files, removing."""

from __future__ import annotations

import os
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import DatasetError
from studio.core.files import storage_errors, write_atomic
from studio.core.paths import data_folder, display_name
from studio.core.remote import RemoteFile, is_there, kept_bytes
from studio.data.containers.class_names_file import CLASS_NAMES_FILE
from studio.data.ready.entry import ReadySet

_BLOCK = 1 << 20
_HINT = (
    "Without a network, download {address} on another computer and choose it with “A file of "
    "mine…”."
)


def ready_folder() -> Path:
    """Where ready data sets are kept. Not created."""
    return data_folder() / "ready"


def folder_of(entry: ReadySet) -> Path:
    """The folder of one of them. Not created."""
    return ready_folder() / entry.key


def place_of(entry: ReadySet, folder: Path | None = None) -> Path:
    """What is to be opened: the folder of its files, or the one file that has everything."""
    folder = folder or folder_of(entry)
    return folder / entry.files[0].name if len(entry.files) == 1 else folder


@dataclass(frozen=True)
class Status:
    """What of a data set lies on this computer.

    Attributes:
        state: ``here``, ``part`` of a download, or ``away``.
        done: bytes that need not be fetched.
    """

    state: Literal["here", "part", "away"]
    done: int


def status_of(entry: ReadySet, folder: Path | None = None) -> Status:
    """Look for the files of a data set. Opens none."""
    folder = folder or folder_of(entry)
    there = [is_there(file, folder) for file in entry.files]
    if all(there):
        return Status("here", entry.size)
    done = sum(
        file.size if whole else kept_bytes(file, folder)
        for file, whole in zip(entry.files, there, strict=True)
    )
    return Status("part" if done else "away", min(done, entry.size))


def fetch(
    entry: ReadySet,
    progress: Progress = no_progress,
    control: Control | None = None,
    folder: Path | None = None,
) -> Path:
    """Download what is missing of a data set; what to open.

    ``progress`` counts the bytes of all files.

    Raises:
        NetworkError: no network, a broken or a wrong answer. What came is kept for the next time.
        StorageError: the disk is full or read-only.
        Cancelled: asked for. What came is kept.
    """
    from studio.core.download import Words, download_all

    folder = folder or folder_of(entry)
    words = Words(f"downloading {entry.title}", _HINT)
    download_all(entry.files, folder, progress, control, words)
    _write_names(entry, folder)
    return place_of(entry, folder)


@dataclass(frozen=True)
class Local:
    """What a person's own file or folder is, compared with the published files.

    Attributes:
        path: what was chosen.
        found: the published files that were found in it, to the byte.
        sentence: the outcome in words.
    """

    path: Path
    sentence: str
    found: dict[str, Path] = field(default_factory=dict)
    is_published: bool = False


def check_local(
    entry: ReadySet, path: Path, progress: Progress = no_progress, control: Control | None = None
) -> Local:
    """Compare a local file, or a folder with several, with the published ones by checksum.

    Raises:
        StorageError: it cannot be read.
        Cancelled: asked for.
    """
    from studio.core.checksums import difference

    beside = path if path.is_dir() else path.parent
    found: dict[str, Path] = {}
    differences: list[str] = []
    for file in entry.files:
        # One file may have any name; of several, the names tell which is which.
        own = path if len(entry.files) == 1 and path.is_file() else beside / file.name
        if not own.is_file():
            differences.append(f"“{file.name}” is not there.")
        elif wrong := difference(own, file, progress, control):
            differences.append(f"“{display_name(own.name)}” is not the published file. {wrong}")
        else:
            found[file.name] = own
    if not differences:
        words = (
            "This is the published file." if len(found) == 1 else "These are the published files."
        )
        return Local(path, words, found, True)
    return Local(path, " ".join(differences[:2]), found)


def take(
    entry: ReadySet, local: Local, progress: Progress = no_progress, control: Control | None = None
) -> Path:
    """Copy the published files that a person has into the studio's folder; what to open.

    Raises:
        DatasetError: they are not the published ones.
        StorageError: the disk is full or read-only.
        Cancelled: asked for.
    """
    if not local.is_published:
        raise DatasetError(local.sentence, "Open it as an ordinary data set instead.")
    folder = folder_of(entry)
    done = 0
    with storage_errors(f"copying {entry.title}"):
        folder.mkdir(parents=True, exist_ok=True)
        for file in entry.files:
            source = local.found[file.name]
            if not _is_same(source, folder / file.name):
                _copy(source, folder, file, done, entry.size, progress, control)
            done += file.size
    _write_names(entry, folder)
    return place_of(entry)


def remove(entry: ReadySet) -> int:
    """Delete a data set of the catalogue from the studio's folder; the bytes that were freed.

    Raises:
        StorageError: it cannot be deleted.
    """
    folder = folder_of(entry)
    freed = 0
    with storage_errors(f"removing {entry.title}"):
        if not folder.is_dir():
            return 0
        for file in folder.iterdir():
            freed += file.lstat().st_size
        # Out of the way at once: a half-deleted one must not look like one that is there.
        away = Path(tempfile.mkdtemp(prefix=".removed-", dir=folder.parent))
        os.replace(folder, away / folder.name)
    shutil.rmtree(away, ignore_errors=True)
    return freed


def _write_names(entry: ReadySet, folder: Path) -> None:
    if entry.class_names:
        text = "".join(f"{name}\n" for name in entry.class_names)
        write_atomic(folder / CLASS_NAMES_FILE, text, f"downloading {entry.title}")


def _copy(
    source: Path, folder: Path, file: RemoteFile, before: int, total: int, progress: Progress,
    control: Control | None,
) -> None:  # fmt: skip
    handle, name = tempfile.mkstemp(prefix=".new-", dir=folder)
    done = before
    try:
        with os.fdopen(handle, "wb") as out, source.open("rb") as opened:
            while block := opened.read(_BLOCK):
                if control is not None:
                    control.checkpoint()
                out.write(block)
                done += len(block)
                progress(min(done, total), total, f"Copying {file.name}")
            out.flush()
            os.fsync(out.fileno())
        os.replace(name, folder / file.name)
    finally:
        with suppress(OSError):
            os.unlink(name)


def _is_same(one: Path, other: Path) -> bool:
    with suppress(OSError):
        return one.samefile(other)
    return False

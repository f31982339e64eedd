"""Downloading one weights file: resumable, checked, moved into place when it is whole."""

from __future__ import annotations

import hashlib
import http.client
import os
import urllib.error
import urllib.request
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import NetworkError
from studio.core.files import storage_errors

if TYPE_CHECKING:
    from studio.models.weights import WeightsEntry

_CHUNK = 1 << 18
_SECONDS = 30
_AGENT = "classifier-studio"


def download(
    entry: WeightsEntry,
    progress: Progress = no_progress,
    control: Control | None = None,
    folder: Path | None = None,
) -> Path:
    """Fetch a published weights file into the studio's folder.

    A part that an earlier call left behind is continued. The checksum is compared where one is
    published. ``progress`` counts bytes.

    Returns:
        The finished file.

    Raises:
        NetworkError: no network, no such file, a broken or a wrong answer; says what to do.
        StorageError: the disk is full or read-only.
        Cancelled: a stop was asked for; what came so far is kept for the next time.
    """
    from studio.models.weights import weights_folder

    folder = folder or weights_folder()
    with storage_errors("downloading weights"):
        folder.mkdir(parents=True, exist_ok=True)
    target = folder / entry.file
    part = folder / f"{entry.file}.part"
    mark = folder / f"{entry.file}.part.etag"
    try:
        _fetch(entry, part, mark, progress, control or Control())
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as e:
        raise _no_network(entry, e) from e
    _verify(entry, part, mark)
    with storage_errors("downloading weights"):
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        os.replace(part, target)
        mark.unlink(missing_ok=True)
    return target


def _fetch(
    entry: WeightsEntry, part: Path, mark: Path, progress: Progress, control: Control
) -> None:
    control.checkpoint()
    start = part.stat().st_size if part.is_file() and mark.is_file() else 0
    request = urllib.request.Request(entry.address, headers={"User-Agent": _AGENT})
    if start:
        request.add_header("Range", f"bytes={start}-")
        request.add_header("If-Range", mark.read_text("utf-8", "replace").strip())
    try:
        answer = urllib.request.urlopen(request, timeout=_SECONDS)
    except urllib.error.HTTPError as error:
        if error.code != 416 or not start:
            raise
        # The part is as long as the file, or longer: take it from the beginning.
        _forget(part, mark)
        return _fetch(entry, part, mark, progress, control)
    with answer:
        start = start if answer.status == 206 else 0
        total = _total(entry, answer, start)
        tag = answer.headers.get("ETag", "")
        with storage_errors("downloading weights"):
            if tag and not tag.startswith("W/"):
                mark.write_text(tag, "utf-8")
            else:
                mark.unlink(missing_ok=True)
        done = _copy(answer, part, start, total, entry, progress, control)
    if total is not None and done < total:
        raise http.client.IncompleteRead(b"", total - done)
    return None


def _total(entry: WeightsEntry, answer: Any, start: int) -> int | None:
    """The whole size in bytes; an answer of an absurd size is refused."""
    length = answer.headers.get("Content-Length", "")
    total = start + int(length) if length.isdigit() else None
    if total is not None and total > _most(entry):
        raise NetworkError(
            f"The answer for {entry.file} is far larger than these weights ever are.",
            "Somebody else answers at that address; try another network.",
        )
    return total


def _most(entry: WeightsEntry) -> int:
    return 3 * entry.about_bytes + (1 << 26)


def _copy(
    answer: Any, part: Path, start: int, total: int | None, entry: WeightsEntry,
    progress: Progress, control: Control,
) -> int:  # fmt: skip
    done = start
    words = f"Downloading {entry.file}"
    with storage_errors("downloading weights"):
        file = part.open("r+b" if start else "wb")
    with file:
        file.seek(start)
        file.truncate()
        while True:
            control.wait_while_paused()
            control.checkpoint()
            chunk = answer.read(_CHUNK)
            if not chunk:
                return done
            with storage_errors("downloading weights"):
                file.write(chunk)
            done += len(chunk)
            if done > _most(entry):
                raise NetworkError(f"The answer for {entry.file} does not end.", "Try later.")
            progress(done, total, words)


def _verify(entry: WeightsEntry, part: Path, mark: Path) -> None:
    if entry.checksum:
        kind, _, wanted = entry.checksum.partition(":")
        with storage_errors("downloading weights"), part.open("rb") as file:
            found = hashlib.file_digest(file, kind).hexdigest()
        good = found == wanted
    else:
        with storage_errors("downloading weights"), part.open("rb") as file:
            good = file.read(8) == b"\x89HDF\r\n\x1a\n"
        found = "no HDF5 file"
    if not good:
        _forget(part, mark)
        raise NetworkError(
            f"{entry.file} arrived damaged or is not the published file; it was thrown away.",
            "Download it again; if that does not help, another network may.",
            details=f"expected {entry.checksum or 'an HDF5 file'}, got {found}",
        )


def _forget(*files: Path) -> None:
    for file in files:
        with suppress(OSError):
            file.unlink()


def _no_network(entry: WeightsEntry, error: Exception) -> NetworkError:
    if isinstance(error, urllib.error.HTTPError):
        what = f"The server does not give {entry.file} (answer {error.code})."
    elif isinstance(error, http.client.IncompleteRead):
        what = f"The connection ended before {entry.file} was whole."
    else:
        what = f"{entry.file} could not be downloaded: the server cannot be reached."
    return NetworkError(
        what,
        f"Check the network and download again; it goes on where it stopped. Without a network, "
        f"download {entry.address} on another computer and choose it with “Local file…”.",
        details=repr(error),
    )

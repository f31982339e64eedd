"""Downloading published files: resumable, checked, moved into place when they are whole."""

from __future__ import annotations

import http.client
import os
import re
import socket
import urllib.error
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from studio.core.checksums import wrong_checksum
from studio.core.control import Control, Progress, no_progress
from studio.core.errors import NetworkError
from studio.core.fetching import Answer, Unreachable
from studio.core.files import storage_errors
from studio.core.remote import MARK, PART, RemoteFile, is_there, kept_bytes

_RANGE = re.compile(r"bytes (\d+)-\d+/(\d+|\*)\Z")


@dataclass(frozen=True)
class Words:
    """What sentences say about a download.

    Attributes:
        doing: completes “stopped while …”.
        hint: what to do without a network; ``{address}`` stands for the file's.
    """

    doing: str = "downloading"
    hint: str = "Without a network, download {address} on another computer."


_WORDS = Words()


def download(
    file: RemoteFile,
    folder: Path,
    progress: Progress = no_progress,
    control: Control | None = None,
    words: Words = _WORDS,
) -> Path:
    """Fetch a published file into a folder, from the first address that gives it.

    A part that an earlier call left behind is continued. ``progress`` counts bytes.

    Returns:
        The finished file; an older one of that name is replaced only then.

    Raises:
        NetworkError: no network, no such file, a broken or a wrong answer; says what to do.
        StorageError: the disk is full or read-only.
        Cancelled: a stop was asked for; what came so far is kept for the next time.
    """
    with storage_errors(words.doing):
        folder.mkdir(parents=True, exist_ok=True)
    job = _Download(file, folder, progress, control or Control(), words)
    failed: NetworkError | None = None
    for address in file.addresses:
        try:
            return job.fetch(address)
        except NetworkError as error:
            failed = failed or error
    assert failed is not None
    raise failed


def download_all(
    files: Sequence[RemoteFile],
    folder: Path,
    progress: Progress = no_progress,
    control: Control | None = None,
    words: Words = _WORDS,
) -> list[Path]:
    """Fetch several files of one set; those that are there already are not fetched again.

    ``progress`` counts the bytes of all of them, from what is there when it begins.

    Raises:
        NetworkError, StorageError, Cancelled: as of :func:`download`.
    """
    total = sum(file.size for file in files)
    done = [file.size if is_there(file, folder) else kept_bytes(file, folder) for file in files]
    progress(min(sum(done), total), total, "Asking the server")
    for number, file in enumerate(files):
        if is_there(file, folder):
            continue

        def tell(here: int, _whole: int | None, what: str, number: int = number) -> None:
            done[number] = here
            progress(min(sum(done), total), total, what)

        download(file, folder, tell, control, words)
        done[number] = file.size
    progress(total, total, "")
    return [folder / file.name for file in files]


class _Download:
    """One file on its way."""

    def __init__(
        self, file: RemoteFile, folder: Path, progress: Progress, control: Control, words: Words
    ) -> None:
        self.file, self.progress, self.control, self.words = file, progress, control, words
        self.target = folder / file.name
        self.part = folder / f"{file.name}{PART}"
        self.mark = folder / f"{file.name}{MARK}"

    def fetch(self, address: str) -> Path:
        """Everything from one address; twice where a continued part turns out to be foreign."""
        for _ in range(2):
            try:
                continued = self._fetch(address)
            except Unreachable as error:
                raise self._no_network(address, error.cause) from error
            if not (wrong := self._wrong()):
                return self._finish()
            _forget(self.part, self.mark)
            if not continued:
                break
        raise NetworkError(
            f"{self.file.name} arrived damaged or is not the published file; it was thrown away.",
            "Download it again; if that does not help, another network may.",
            details=f"{address}: {wrong}",
        )

    def _fetch(self, address: str) -> bool:
        """Bring the part to its end; whether there was one to go on from."""
        self.control.checkpoint()
        start = kept_bytes(self.file, self.part.parent)
        if self.file.exact and start == self.file.size:
            return True
        with Answer(address, self._headers(address, start), self.control) as answer:
            try:
                head = answer.head()
            except Unreachable as error:
                if start and getattr(error.cause, "code", 0) == 416:
                    # The part is as long as the file, or longer: take it from the beginning.
                    _forget(self.part, self.mark)
                    return self._fetch(address)
                raise
            start = self._begin(head.status, head.headers.get("Content-Range", ""), start)
            total = self._total(head.headers.get("Content-Length", ""), start)
            self._remember(address, head.headers)
            done = self._copy(answer, start, total)
        if total is not None and done < total:
            raise Unreachable(http.client.IncompleteRead(b"", total - done))
        return start > 0

    def _headers(self, address: str, start: int) -> dict[str, str]:
        if not start:
            return {}
        headers = {"Range": f"bytes={start}-"}
        tag, _, known = self.mark.read_text("utf-8", "replace").partition("\n")
        # Another server has other tags; there the checksum tells in the end.
        if known.strip() in ("", address) or not self.file.checksums:
            headers["If-Range"] = tag.strip()
        return headers

    def _begin(self, status: int, range_: str, start: int) -> int:
        """Where the answer begins; a server may not know of ranges, or mean another one."""
        if status != 206:
            return 0
        match = _RANGE.match(range_)
        # Where a server leaves the line out, the checksum tells in the end.
        if range_ and (match is None or int(match[1]) != start):
            _forget(self.part, self.mark)
            raise Unreachable(http.client.HTTPException(f"another range came: {range_!r}"))
        return start

    def _total(self, length: str, start: int) -> int | None:
        """The whole size in bytes; an answer of an absurd size is refused."""
        file = self.file
        total = start + int(length) if length.isdigit() else None
        if total is not None and total > file.most:
            raise NetworkError(
                f"The answer for {file.name} is far larger than it ever is."
                if not file.exact
                else f"The answer for {file.name} is larger than the published file.",
                "Somebody else answers at that address; try another network.",
                details=f"{total:,} bytes instead of {file.size:,}",
            )
        return file.size if file.exact else total

    def _remember(self, address: str, headers: http.client.HTTPMessage) -> None:
        tag = headers.get("ETag", "")
        if not tag or tag.startswith("W/"):
            tag = headers.get("Last-Modified", "") if self.file.checksums else ""
        with storage_errors(self.words.doing):
            if tag:
                self.mark.write_text(f"{tag}\n{address}", "utf-8")
            else:
                self.mark.unlink(missing_ok=True)

    def _copy(self, answer: Answer, start: int, total: int | None) -> int:
        done = start
        doing = self.words.doing
        what = f"Downloading {self.file.name}"
        with storage_errors(doing):
            file = self.part.open("r+b" if start else "wb")
        with file:
            file.seek(start)
            file.truncate()
            for chunk in answer.chunks():
                done += len(chunk)
                if done > self.file.most:
                    raise NetworkError(
                        f"The answer for {self.file.name} does not end.", "Try later."
                    )
                with storage_errors(doing):
                    file.write(chunk)
                    file.flush()  # what has come is not lost with the program
                self.progress(done, total, what)
                if self.file.exact and done == total:
                    break
        return done

    def _wrong(self) -> str:
        with storage_errors(self.words.doing):
            if self.file.checksums:
                return wrong_checksum(self.part, self.file, no_progress, self.control)
            if self.file.looks_right is not None:
                with self.part.open("rb") as opened:
                    if not self.file.looks_right(opened.read(64)):
                        return f"it is not {self.file.kind}"
        return ""

    def _finish(self) -> Path:
        with storage_errors(self.words.doing):
            with self.part.open("rb+") as file:
                os.fsync(file.fileno())
            os.replace(self.part, self.target)
            self.mark.unlink(missing_ok=True)
        return self.target

    def _no_network(self, address: str, error: Exception) -> NetworkError:
        name = self.file.name
        if isinstance(error, urllib.error.HTTPError):
            what = f"The server does not give {name} (answer {error.code})."
        elif isinstance(error, http.client.IncompleteRead):
            what = f"The connection ended before {name} was whole."
        elif _is_offline(error):
            what = f"There is no network: the server of {name} cannot be reached."
        else:
            what = f"{name} could not be downloaded: the server cannot be reached."
        return NetworkError(
            what,
            "Check the network and download again; it goes on where it stopped. "
            + self.words.hint.format(address=address),
            details=f"{address}: {error!r}",
        )


def _is_offline(error: Exception) -> bool:
    """Whether not even the name of the server could be looked up."""
    return isinstance(error, urllib.error.URLError) and isinstance(error.reason, socket.gaierror)


def _forget(*files: Path) -> None:
    for file in files:
        with suppress(OSError):
            file.unlink()

"""Walking folders of pictures: fast, stoppable, and never twice through the same folder."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from studio.core.control import Control, Progress, no_progress
from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.dataset import Problem
from studio.data.names import begins_like_picture, is_hidden, is_picture_name, is_side_file
from studio.data.witness import CHUNK, Witness


@dataclass
class Pictures:
    """Files found below one folder: relative POSIX paths with their sizes in bytes."""

    paths: list[str] = field(default_factory=list)
    sizes: list[int] = field(default_factory=list)

    def sort(self) -> None:
        """By path."""
        order = sorted(range(len(self.paths)), key=self.paths.__getitem__)
        self.paths = [self.paths[i] for i in order]
        self.sizes = [self.sizes[i] for i in order]


@dataclass
class Level:
    """One folder, not the ones below it."""

    folders: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    pictures: Pictures = field(default_factory=Pictures)


class Walker:
    """Collects pictures below a root and lists everything else as problems.

    Real folders are read first and linked ones after them, each folder once: so a link back
    into the data set, or above it, is a problem with a name and never a loop.
    """

    def __init__(
        self,
        root: Path,
        progress: Progress = no_progress,
        control: Control | None = None,
        strict: bool = True,
    ) -> None:
        self.root = os.fspath(root)
        self.problems: list[Problem] = []
        self.witness = Witness()
        self._strict = strict
        self._progress = progress
        self._control = control
        self._visited: set[tuple[int, int]] = set()
        self._waiting: list[tuple[str, Pictures]] = []
        self._seen = 0
        self._reported = 0.0
        self._above = _identities_above(self.root)

    def level(self, relative: str = "") -> Level:
        """Read one folder. For the root itself raises DatasetError where it cannot be read."""
        level = Level()
        try:
            self._enter(relative)
            with os.scandir(self._full(relative)) as entries:
                while chunk := list(islice(entries, CHUNK)):
                    for entry in chunk:
                        self._sort_in(entry, relative, level)
                    self.witness.note(relative, chunk)
                    self._tick(len(chunk))
            self.witness.finish(relative)
        except OSError as error:
            self.witness.is_whole = False
            if not relative and self._strict:
                raise folder_error(Path(self.root), error) from error
            self._unreadable_folder(relative, error)
        return level

    def collect(self, relative: str, into: Pictures) -> None:
        """Add all pictures below a folder; linked folders wait for :meth:`follow_links`."""
        stack = [relative]
        while stack:
            here = stack.pop()
            level = self.level(here)
            into.paths += level.pictures.paths
            into.sizes += level.pictures.sizes
            stack += level.folders
            self._waiting += [(link, into) for link in level.links]

    def collect_linked(self, relative: str, into: Pictures) -> None:
        """As :meth:`collect`, for a folder that is itself a link; read by ``follow_links``."""
        self._waiting.append((relative, into))

    def follow_links(self) -> None:
        """Read what the links led to, unless it is part of the data set already or above it."""
        while self._waiting:
            relative, into = self._waiting.pop(0)
            try:
                target = _identity(self._full(relative))
            except OSError as error:
                self._unreadable_folder(relative, error)
                continue
            if target in self._visited or target in self._above:
                self._add(
                    "link-loop", relative,
                    "This link leads to a folder that is already part of the data set or above "
                    "it. It was not followed.",
                )  # fmt: skip
                continue
            self.collect(relative, into)

    def _enter(self, relative: str) -> None:
        self._visited.add(_identity(self._full(relative)))

    def _full(self, relative: str) -> str:
        return os.path.join(self.root, relative) if relative else self.root

    def _tick(self, more: int = 0) -> None:
        self._seen += more
        if self._control is not None:
            self._control.checkpoint()
        if (now := time.monotonic()) - self._reported > 0.05:
            self._reported = now
            self._progress(self._seen, None, f"{self._seen:,} files found")

    def _sort_in(self, entry: os.DirEntry[str], relative: str, level: Level) -> None:
        name = entry.name
        if is_hidden(name):
            return
        path = f"{relative}/{name}" if relative else name
        try:
            is_folder = entry.is_dir()
        except OSError:  # a link that leads to itself
            self._add("link-loop", path, "This link leads to itself and was not followed.")
            return
        if is_folder:
            (level.links if _is_link(entry) else level.folders).append(path)
        elif is_picture_name(name):
            self._take(entry, path, level.pictures)
        elif not is_side_file(name):
            self._sniff(entry, path, level.pictures)

    def _sniff(self, entry: os.DirEntry[str], path: str, pictures: Pictures) -> None:
        self._tick()  # reading takes longer than listing
        try:
            if entry.is_file() and begins_like_picture(entry.path):
                self._take(entry, path, pictures)
                return
        except OSError:
            self._add("unreadable", path, "This file could not be read and is left out.")
            return
        if entry.is_symlink() and not os.path.exists(entry.path):
            self._take(entry, path, pictures)
            return
        self._add("unreadable", path, "This file is no picture and is left out.")

    def _take(self, entry: os.DirEntry[str], path: str, pictures: Pictures) -> None:
        try:
            if entry.is_file():
                size = entry.stat().st_size
                if size:
                    pictures.paths.append(path)
                    pictures.sizes.append(size)
                else:
                    self._add("empty", path, "The file is empty (0 bytes) and is left out.")
                return
            entry.stat()
            words = "This has the name of a picture but is no file; it is left out."
            self._add("unreadable", path, words)
        except OSError:
            words = "This link leads to a file that is not there; it is left out."
            self._add("missing-file", path, words)

    def _unreadable_folder(self, relative: str, error: OSError) -> None:
        if isinstance(error, PermissionError):
            words = "This folder may not be read, so its pictures are left out. Allow reading it."
            self._add("no-access", relative, words)
        elif isinstance(error, (FileNotFoundError, NotADirectoryError)):
            self._add("missing-file", relative, "This folder vanished while it was read.")
        else:
            words = f"This folder could not be read, so its pictures are left out ({error})."
            self._add("no-access", relative, display_name(words))

    def _add(self, kind: str, path: str, message: str) -> None:
        self.problems.append(Problem(kind, path, message))


def _is_link(entry: os.DirEntry[str]) -> bool:
    # A junction of Windows loops just as a link does; Python 3.12 can tell.
    junction = getattr(entry, "is_junction", None)
    return entry.is_symlink() or bool(junction is not None and junction())


def _identity(path: str) -> tuple[int, int]:
    found = os.stat(path)
    return found.st_dev, found.st_ino


def _identities_above(root: str) -> set[tuple[int, int]]:
    found, here = set(), os.path.realpath(root)
    while (parent := os.path.dirname(here)) != here:
        here = parent
        try:
            found.add(_identity(here))
        except OSError:
            break
    return found


def folder_error(path: Path, error: OSError) -> DatasetError:
    """Why a folder cannot be opened, as a sentence."""
    name = display_name(path.name or str(path))
    details = f"{type(error).__name__}: {error}"
    if isinstance(error, FileNotFoundError):
        return DatasetError(
            f"There is no folder “{name}” at this place.",
            "Check the path, or connect the drive it is on.", details,
        )  # fmt: skip
    if isinstance(error, NotADirectoryError):
        return DatasetError(
            f"“{name}” is a file, not a folder of pictures.",
            "Choose the folder that holds one sub-folder for each class.", details,
        )  # fmt: skip
    if isinstance(error, PermissionError):
        return DatasetError(
            f"The folder “{name}” may not be read.", "Allow reading it, or choose another.", details
        )
    return DatasetError(f"The folder “{name}” could not be read.", "Try again.", details)


def has_folders(path: str) -> bool:
    """Whether a folder holds at least one folder that is not hidden."""
    try:
        with os.scandir(path) as entries:
            return any(is_folder(e) and not is_hidden(e.name) for e in entries)
    except OSError:
        return False


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Whether an entry is a folder; a link that leads to itself is none."""
    try:
        return entry.is_dir()
    except OSError:
        return False

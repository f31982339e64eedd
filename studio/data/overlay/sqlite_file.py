"""The file of an overlay: made whole, checked before SQLite touches it, never overwritten."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

from studio.core.errors import ProjectDamaged, ProjectTooNew, StorageError, StudioError
from studio.core.files import replace_with, storage_errors
from studio.core.paths import display_name

APPLICATION = 0x43534F56
"""“CSOV” in the header of SQLite's files, at offset 68: this is an overlay of ours."""

SCHEMA_VERSION = 1

_TABLES = (
    "CREATE TABLE picture (id INTEGER PRIMARY KEY, path NOT NULL, crc INTEGER NOT NULL)",
    "CREATE TABLE journal (id INTEGER PRIMARY KEY, at TEXT NOT NULL, kind TEXT NOT NULL, "
    "parameters TEXT NOT NULL, pictures BLOB NOT NULL, crc INTEGER NOT NULL)",
)
_MAGIC = b"SQLite format 3\0"
_LONGEST = 256 * 2**20
"""Bytes of one value; a hundred million pictures in one action are fewer."""


def looks_right(file: Path) -> bool:
    """Whether there is a file that SQLite may open; False where there is none.

    The header is read as plain bytes (https://sqlite.org/fileformat.html, “The Database Header”),
    since SQLite itself would already touch a foreign file that has a journal beside it.

    Raises:
        ProjectDamaged: it is no overlay, or cut within its header.
        ProjectTooNew: a newer version wrote it.
        StorageError: it may not be read.
    """
    try:
        with open(file, "rb") as opened:
            head = opened.read(100)
    except FileNotFoundError:
        return False
    except (IsADirectoryError, NotADirectoryError) as error:
        raise damaged(file, f"{type(error).__name__}: {error}") from error
    except OSError as error:
        raise StorageError(
            "The changes of labels cannot be read.",
            "Check that the drive is connected and that you may read the project's folder.",
            f"{type(error).__name__}: {error}",
        ) from error
    if len(head) < 100 or not head.startswith(_MAGIC):
        raise damaged(file, f"{len(head)} bytes of header: {head[:16]!r}")
    if int.from_bytes(head[68:72], "big") != APPLICATION:
        raise damaged(file, "a database of another program")
    version = int.from_bytes(head[60:64], "big")
    if version > SCHEMA_VERSION:
        raise ProjectTooNew(
            f"The changes of labels were made by a newer version of the studio (format {version}).",
            "Update the studio to open them. Nothing was changed.",
        )
    return True


def create(file: Path) -> None:
    """Make an empty overlay beside its place and move it there, so that it is never half made.

    Raises:
        StorageError: the disk is full, read-only or gone.
    """

    def write(temporary: Path) -> None:
        connection = sqlite3.connect(temporary, isolation_level=None)
        try:
            connection.execute(f"PRAGMA application_id={APPLICATION}")
            connection.execute(f"PRAGMA user_version={SCHEMA_VERSION}")
            for table in _TABLES:
                connection.execute(table)
        finally:
            connection.close()

    try:
        with storage_errors("saving a change of labels"):
            file.parent.mkdir(parents=True, exist_ok=True)
        replace_with(file, write, "saving a change of labels")
    except sqlite3.Error as error:
        raise sqlite_problem(error, file, "saving a change of labels") from error


def connect(file: Path) -> sqlite3.Connection:
    """Open a file that :func:`looks_right`. Transactions are begun and ended by the caller.

    Raises:
        sqlite3.Error, ValueError: it is damaged, or has tables of others.
    """
    # A file that is not there is not made: an empty one would pass for an overlay without changes.
    address = f"{file.absolute().as_uri()}?mode=rw"
    connection = sqlite3.connect(address, uri=True, timeout=2, isolation_level=None,
                                 check_same_thread=False)  # fmt: skip
    try:
        connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        for pragma in ("trusted_schema=OFF", "cell_size_check=ON", "synchronous=EXTRA"):
            connection.execute(f"PRAGMA {pragma}")
        found = {sql for (sql,) in connection.execute("SELECT sql FROM sqlite_schema")}
        if found != set(_TABLES):  # a trigger or a view would be code of whoever made the file
            raise ValueError("its tables are not those of an overlay")
    except BaseException:
        connection.close()
        raise
    return connection


def put_aside(file: Path) -> Path:
    """Rename a damaged file, and what SQLite keeps beside it. Returns its new place.

    Raises:
        StorageError: it cannot be renamed.
    """
    number = 1
    while True:
        more = f"-{number}" if number > 1 else ""
        kept = file.with_name(f"{file.stem}.damaged{more}{file.suffix}")
        if not os.path.lexists(kept):
            break
        number += 1
    with storage_errors("putting the damaged changes of labels aside"):
        for beside in ("-journal", "-wal", "-shm"):
            rest = file.with_name(file.name + beside)
            if rest.exists():
                rest.rename(kept.with_name(kept.name + beside))
        file.rename(kept)
    return kept


def damaged(file: Path, details: str) -> ProjectDamaged:
    """The file is foreign, cut or broken."""
    return ProjectDamaged(
        f"The changes of labels in “{display_name(file.name)}” cannot be read: the file is "
        "damaged or belongs to another program.",
        "Restore it from a copy. The pictures are untouched.",
        details,
    )


def sqlite_problem(error: Exception, file: Path, doing: str) -> StudioError:
    """What SQLite, or a check of ours, complained about, as a sentence."""
    details = f"{type(error).__name__}: {error}"
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code == sqlite3.SQLITE_FULL:
        return StorageError(
            f"The disk is full: stopped while {doing}.",
            "Free some space and try again; what was saved before is still there.", details,
        )  # fmt: skip
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StorageError(
            f"This place cannot be written to: stopped while {doing}.",
            "Choose another folder with “Save as”, or allow writing to this one.", details,
        )  # fmt: skip
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return StorageError(
            f"Another window is using this project: stopped while {doing}.",
            "Close it there, or try again in a moment.", details,
        )  # fmt: skip
    if code == sqlite3.SQLITE_IOERR:
        return StorageError(f"The disk reported an error while {doing}.", "Try again.", details)
    return damaged(file, details)

"""The rows of an overlay's file: written in order, and added up to actions and a cursor."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime

import numpy as np

from studio.data.overlay.actions import Action, PictureAction, parse_action
from studio.data.overlay.packing import checksum, pack, path_key, path_of_key, unpack

UNDO, REDO, SETTLE = "undo", "redo", "settle"


@dataclass(frozen=True)
class Step:
    """One action of the journal. ``pictures`` are its packed ids, ``count`` how many."""

    action: Action
    pictures: bytes
    count: int

    @property
    def words(self) -> str:
        """What it does, for a menu."""
        return self.action.words(self.count)


@dataclass
class Journal:
    """What the rows of the file add up to."""

    last_row: int = 0
    steps: list[Step] = field(default_factory=list)
    cursor: int = 0
    paths: list[str] = field(default_factory=list)
    ids: dict[str, int] = field(default_factory=dict)

    def add_path(self, path: str) -> int:
        """The id of a path: its position, which never changes."""
        if path not in self.ids:
            self.ids[path] = len(self.paths)
            self.paths.append(path)
        return self.ids[path]

    def move(self, kind: str) -> None:
        """Undo or redo one step, or settle."""
        if kind == SETTLE:
            self.steps, self.cursor = [], 0
        else:
            self.cursor += 1 if kind == REDO else -1
            if not 0 <= self.cursor <= len(self.steps):
                raise ValueError(f"“{kind}” without a step")

    def take(self, step: Step) -> None:
        """One more action; what could be redone is gone."""
        del self.steps[self.cursor :]
        self.steps.append(step)
        self.cursor += 1

    def mark(self) -> Mark:
        """Where to come back to when the disk refuses."""
        return self.last_row, list(self.steps), self.cursor, len(self.paths)

    def back_to(self, mark: Mark) -> None:
        """Be as at :meth:`mark`."""
        self.last_row, self.steps, self.cursor, known = mark
        for path in self.paths[known:]:
            del self.ids[path]
        del self.paths[known:]


Mark = tuple[int, list[Step], int, int]


@dataclass
class Batch:
    """Rows of one transaction, and the journal that they make."""

    journal: Journal
    connection: sqlite3.Connection | None

    def act(self, action: Action) -> None:
        """Add an action."""
        paths = action.paths if isinstance(action, PictureAction) else ()
        first_new = len(self.journal.paths)
        ids = np.unique(np.fromiter(map(self.journal.add_path, paths), np.int64, len(paths)))
        self._save_paths(first_new)
        packed = pack(ids)
        self._add_row(action.kind, action.parameters(), packed)
        bare = replace(action, paths=()) if isinstance(action, PictureAction) else action
        self.journal.take(Step(bare, packed, len(ids)))

    def move(self, kind: str) -> None:
        """Add an undo, a redo or a fresh start."""
        self._add_row(kind, "{}", b"")
        self.journal.move(kind)

    def write_again(self) -> None:
        """Add everything that the memory has, as new rows."""
        old = self.journal
        actions = [with_paths(step, old.paths) for step in old.steps]
        taken_back = len(old.steps) - old.cursor
        old.back_to((0, [], 0, 0))
        for action in actions:
            self.act(action)
        for _ in range(taken_back):
            self.move(UNDO)

    def _save_paths(self, first: int) -> None:
        if self.connection is not None:
            keys = ((i, path_key(self.journal.paths[i])) for i in
                    range(first, len(self.journal.paths)))  # fmt: skip
            self.connection.executemany(
                "INSERT INTO picture (id, path, crc) VALUES (?, ?, ?)",
                ((i, key, checksum(key)) for i, key in keys),
            )

    def _add_row(self, kind: str, parameters: str, pictures: bytes) -> None:
        self.journal.last_row += 1
        if self.connection is not None:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            self.connection.execute(
                "INSERT INTO journal VALUES (?, ?, ?, ?, ?, ?)",
                (self.journal.last_row, now, kind, parameters, pictures,
                 checksum(kind, parameters, pictures)),
            )  # fmt: skip


def read_rows(connection: sqlite3.Connection, journal: Journal) -> None:
    """Add what the file has and the journal has not. Raises ValueError where a row is damaged."""
    for table, last in (("picture", len(journal.paths) - 1), ("journal", journal.last_row)):
        (found,) = connection.execute(f"SELECT max(id) FROM {table}").fetchone()
        if last > (found if isinstance(found, int) else -1) and journal.last_row:
            raise ValueError(f"rows of {table} are gone: the last is {found}, {last} was there")
    for number, key, crc in connection.execute(
        "SELECT id, path, crc FROM picture WHERE id >= ? ORDER BY id", (len(journal.paths),)
    ):
        if number != len(journal.paths) or checksum(key) != crc:
            raise ValueError(f"picture {number} is damaged")
        if journal.add_path(path_of_key(key)) != number:
            raise ValueError(f"picture {number} is there twice")
    for number, kind, parameters, pictures, crc in connection.execute(
        "SELECT id, kind, parameters, pictures, crc FROM journal WHERE id > ? ORDER BY id",
        (journal.last_row,),
    ):
        if number != journal.last_row + 1 or checksum(kind, parameters, pictures) != crc:
            raise ValueError(f"row {number} is damaged")
        journal.last_row = number
        if not isinstance(kind, str) or not isinstance(parameters, str):
            raise ValueError(f"row {number} is no text")
        if kind in (UNDO, REDO, SETTLE):
            journal.move(kind)
        else:
            action = parse_action(kind, parameters)
            journal.take(Step(action, pictures, len(unpack(pictures, len(journal.paths)))))


def with_paths(step: Step, paths: Sequence[str]) -> Action:
    if not isinstance(step.action, PictureAction):
        return step.action
    ids = unpack(step.pictures, len(paths)).tolist()
    return replace(step.action, paths=tuple(paths[i] for i in ids))

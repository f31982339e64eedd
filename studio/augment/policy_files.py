"""Policies as files that people keep and share: our own JSON, or a pipeline of plain imgaug.

What a pipeline looks like is told in :mod:`studio.augment.pipeline.reader`.
"""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from studio.augment.pipeline.names import shown
from studio.augment.pipeline.reader import Reading, is_pipeline, read_pipeline
from studio.augment.policy import Policy, parse_policy, to_json
from studio.core.errors import SpecError, storage_error
from studio.core.files import write_atomic, write_json

_LARGEST = 4 * 1024 * 1024


def save_policy(policy: Policy, path: Path) -> None:
    """Write a policy as a JSON list, atomically. Raises StorageError."""
    write_json(path, to_json(policy), "saving the policy")


def save_script(policy: Policy, path: Path) -> None:
    """Write a policy as a Python script that needs imgaug alone, see :mod:`~studio.augment.script`.

    Raises:
        SpecError: a step cannot be written as Python.
        StorageError: the file cannot be written.
    """
    from studio.augment.script import to_python

    write_atomic(path, to_python(policy), "saving the script")


@dataclass(frozen=True)
class Source:
    """JSON that was read and not yet understood.

    Attributes:
        value: the plain data.
        text: what it was read from.
    """

    value: Any
    text: bytes | str

    @property
    def is_pipeline(self) -> bool:
        """Whether it is a pipeline of imgaug, which takes up to a tenth of a second to read."""
        return is_pipeline(self.value)

    def read(self) -> Reading:
        """The policy of it. Raises SpecError."""
        if not self.is_pipeline:
            return Reading(parse_policy(self.value), 0)
        reading = read_pipeline(self.value)
        # What was read is no longer than a policy is, so that it can be looked through again.
        json.loads(self.text, object_pairs_hook=_each_once)
        return reading


def load_policy(path: Path) -> Policy:
    """Read the file of a policy or of a pipeline.

    Raises:
        SpecError: it is not JSON, or neither of both.
        StorageError: it cannot be read.
    """
    return load_source(path).read().policy


def load_source(path: Path) -> Source:
    """Read such a file as far as it is JSON. Raises SpecError or StorageError."""
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as error:
        raise storage_error(error, "reading the policy") from error
    if len(data) > _LARGEST:
        raise SpecError(
            f"“{path.name}” is far larger than any policy.", "Choose the JSON file of a policy."
        )
    return _parsed(data, f"“{path.name}”", "Choose a file that was written by “Save as…”.")


def as_text(policy: Policy) -> str:
    """A policy as the text of its file, to be sent to somebody."""
    return json.dumps(to_json(policy), ensure_ascii=False, indent=1)


def from_text(text: str) -> Policy:
    """A policy from such a text, or from a pipeline. Raises SpecError."""
    return source_of(text).read().policy


def source_of(text: str) -> Source:
    """Such a text as far as it is JSON. Raises SpecError."""
    hint = "Copy the whole text of a policy: it begins with [ and ends with ]."
    if len(text) > _LARGEST:
        raise SpecError("The text on the clipboard is far larger than any policy.", hint)
    if not text.strip():
        raise SpecError("There is no text on the clipboard.", hint)
    return _parsed(text, "The text on the clipboard", hint)


def _parsed(data: bytes | str, what: str, hint: str) -> Source:
    try:
        value = json.loads(data)
    except RecursionError as error:
        raise SpecError(
            f"{what} is not a policy: it is nested far too deeply to be read.", hint
        ) from error
    except ValueError as error:
        raise SpecError(
            f"{what} is not a policy: it is not readable as JSON.", hint, details=repr(error)
        ) from error
    return Source(value, data)


def _each_once(items: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object without a name that stands twice: JSON would silently take the last one."""
    found = dict(items)
    if len(found) < len(items):
        twice = Counter(name for name, _ in items).most_common(1)[0][0]
        raise SpecError(f"{shown(twice)} stands twice in one object.", "Leave one of them out.")
    return found

"""Policies as files that people keep and share."""

from __future__ import annotations

import json
from pathlib import Path

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


def load_policy(path: Path) -> Policy:
    """Read a policy file.

    Raises:
        SpecError: it is not JSON, or not a policy.
        StorageError: it cannot be read.
    """
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
    """A policy from such a text. Raises SpecError."""
    hint = "Copy the whole text of a policy: it begins with [ and ends with ]."
    if len(text) > _LARGEST:
        raise SpecError("The text on the clipboard is far larger than any policy.", hint)
    if not text.strip():
        raise SpecError("There is no text on the clipboard.", hint)
    return _parsed(text, "The text on the clipboard", hint)


def _parsed(data: bytes | str, what: str, hint: str) -> Policy:
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
    return parse_policy(value)

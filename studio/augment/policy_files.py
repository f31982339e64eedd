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
    try:
        value = json.loads(data)
    except RecursionError as error:
        raise SpecError(
            f"“{path.name}” is not a policy: it is nested far too deeply to be read.",
            "Choose a file that was written by “Save as…”.",
        ) from error
    except ValueError as error:
        raise SpecError(
            f"“{path.name}” is not a policy: it is not readable as JSON.",
            "Choose a file that was written by “Save as…”.",
            details=repr(error),
        ) from error
    return parse_policy(value)

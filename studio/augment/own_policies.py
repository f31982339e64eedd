"""Policies that a person has kept, each a file of one folder; they stand beside the presets."""

from __future__ import annotations

import os
from itertools import islice
from pathlib import Path

from studio.augment.policy import Policy
from studio.augment.policy_files import load_policy
from studio.core.errors import storage_error
from studio.core.paths import data_folder

MOST = 50
"""So many are offered at most."""

_LOOKED_AT = 1000
_SUFFIX = ".json"


def own_folder() -> Path:
    """Where kept policies are. Not created."""
    return data_folder() / "policies"


def own_names() -> list[str]:
    """Their names in order; files are listed, not read. None where there is no such folder."""
    try:
        with os.scandir(own_folder()) as entries:
            found = [e.name for e in islice(entries, _LOOKED_AT) if e.name.endswith(_SUFFIX)]
    except OSError:  # nothing was kept yet, or it cannot be read
        return []
    names = sorted((name.removesuffix(_SUFFIX) for name in found), key=str.casefold)
    return [name for name in names if name and not name.startswith(".")][:MOST]


def own_name(path: Path) -> str:
    """The name of a file that is kept there; an empty string for one that is elsewhere."""
    try:
        inside = path.resolve().parent == own_folder().resolve()
    except OSError:
        inside = False
    return path.stem if inside and path.suffix == _SUFFIX else ""


def load_own(name: str) -> Policy:
    """One of them. Raises SpecError or StorageError as ``load_policy`` does."""
    return load_policy(_path(name))


def delete_own(name: str) -> None:
    """Delete the file of one of them. Raises StorageError."""
    try:
        _path(name).unlink(missing_ok=True)
    except OSError as error:
        raise storage_error(error, "deleting the policy") from error


def _path(name: str) -> Path:
    return own_folder() / f"{name}{_SUFFIX}"

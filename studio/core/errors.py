"""The studio's errors: one tree, each with a sentence for the person and a hint on what to do.

::

    StudioError
    ├── InputError            what the person gave cannot be used
    │   ├── SpecError         a setting is unknown or out of range
    │   ├── DatasetError      a folder or file holds no usable data set
    │   ├── PictureError      one picture cannot be read
    │   └── WeightsError      a weights file is missing, foreign or does not fit
    ├── StorageError          writing or reading failed: disk full, read-only, vanished
    ├── ProjectError          a project folder cannot be opened or saved
    │   ├── ProjectDamaged    its file is cut, broken or foreign
    │   └── ProjectTooNew     it was written by a newer version
    ├── RunError              a run's folder is damaged, or lacks what is asked of it
    ├── TrainingError         training cannot start or go on (no pictures, loss is not a number)
    ├── NetworkError          something that needs the network could not be fetched
    └── WorkerError           the computing process stopped by itself

Cancelling is an outcome, not an error: see :class:`studio.core.control.Cancelled`.
"""

from __future__ import annotations

import errno


class StudioError(Exception):
    """An error with a sentence for the person.

    Args:
        message: what happened, as one sentence.
        hint: what the person can do about it; may be empty.
        details: technical text for the log; may be empty.
    """

    def __init__(self, message: str, hint: str = "", details: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.details = details

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".strip()


class InputError(StudioError):
    """What the person gave cannot be used."""


class SpecError(InputError):
    """A setting is unknown, of the wrong type or out of range."""


class DatasetError(InputError):
    """A folder or file holds no usable data set."""


class PictureError(InputError):
    """One picture cannot be read.

    Args:
        kind: the problem kind: ``unreadable``, ``truncated``, ``empty`` or ``missing-file``.
    """

    def __init__(self, message: str, hint: str = "", details: str = "", kind: str = "unreadable"):
        super().__init__(message, hint, details)
        self.kind = kind


class WeightsError(InputError):
    """A weights file is missing, foreign, damaged or does not fit the network."""


class StorageError(StudioError):
    """Writing or reading on the disk failed."""


class ProjectError(StudioError):
    """A project folder cannot be opened or saved."""


class ProjectDamaged(ProjectError):
    """The project's file is cut, broken or was written by another program."""


class ProjectTooNew(ProjectError):
    """The project was written by a newer version of the studio."""


class RunError(StudioError):
    """A run's folder is damaged, or lacks what is asked of it."""


class TrainingError(StudioError):
    """Training cannot start or cannot go on."""


class NetworkError(StudioError):
    """Something that needs the network could not be fetched."""


class WorkerError(StudioError):
    """The computing process stopped by itself, or never started."""


def storage_error(error: OSError, doing: str) -> StorageError:
    """Turn an operating system's error into a sentence.

    Args:
        error: what the system raised.
        doing: what was being done, to complete "… while <doing>", e.g. ``saving the project``.
    """
    details = f"{type(error).__name__}: {error}"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageError(
            f"The disk is full: stopped while {doing}.",
            "Free some space and try again; what was saved before is still there.",
            details,
        )
    if error.errno == errno.EFBIG:
        return StorageError(
            f"The file is larger than this place allows: stopped while {doing}.",
            "Choose another drive; what was saved before is still there.",
            details,
        )
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StorageError(
            f"This place cannot be written to: stopped while {doing}.",
            "Choose another folder with “Save as”, or allow writing to this one.",
            details,
        )
    if error.errno in (errno.ENOENT, errno.ENOTDIR):
        return StorageError(
            f"A file or folder is no longer there: stopped while {doing}.",
            "Connect the drive again or choose another folder.",
            details,
        )
    return StorageError(f"The disk reported an error while {doing}.", "Try again.", details)

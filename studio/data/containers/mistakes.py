"""Whatever a library raises for a broken file, as one sentence."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from studio.core.errors import DatasetError, PictureError
from studio.core.paths import display_name


@contextmanager
def reading(file: Path) -> Iterator[None]:
    """Whatever a library raises for a broken or hostile file becomes a PictureError."""
    name = display_name(file.name)
    try:
        yield
    except PictureError:
        raise
    except MemoryError as error:
        raise PictureError(
            f"“{name}” does not fit into memory.", "Close other programs.", repr(error)
        ) from error
    except FileNotFoundError as error:
        raise PictureError(
            f"The file “{name}” is no longer there.", "Put it back, or open the data set again.",
            repr(error), "missing-file",
        ) from error  # fmt: skip
    except PermissionError as error:
        raise PictureError(
            f"The file “{name}” may not be read.", "Allow reading it.", repr(error)
        ) from error
    except EOFError as error:
        raise PictureError(
            f"The file “{name}” is cut off.", "Copy or download it again.", repr(error), "truncated"
        ) from error
    except Exception as error:  # readers of hostile files raise nearly anything
        raise PictureError(
            f"The file “{name}” is damaged and cannot be read.", "Copy or download it again.",
            f"{type(error).__name__}: {error}",
        ) from error  # fmt: skip


@contextmanager
def as_dataset_error() -> Iterator[None]:
    """A container that cannot be read is, for somebody who opens it, no data set."""
    try:
        yield
    except PictureError as error:
        raise DatasetError(error.message, error.hint, error.details) from error

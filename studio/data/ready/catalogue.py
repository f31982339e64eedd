"""All published data sets that the studio knows."""

from __future__ import annotations

from studio.core.errors import SpecError
from studio.data.ready.entry import ReadySet
from studio.data.ready.medical import MEDICAL
from studio.data.ready.photographs import PHOTOGRAPHS
from studio.data.ready.small_pictures import SMALL_PICTURES

CATALOGUE: tuple[ReadySet, ...] = (*SMALL_PICTURES, *PHOTOGRAPHS, *MEDICAL)
"""In the order in which they are shown."""


def ready_set(name: str) -> ReadySet:
    """The data set of a key or title; capitals do not matter.

    Raises:
        SpecError: there is none of that name.
    """
    wanted = name.strip().lower()
    for entry in CATALOGUE:
        if wanted in (entry.key, entry.title.lower()):
            return entry
    known = ", ".join(entry.key for entry in CATALOGUE)
    raise SpecError(f"There is no ready data set “{name}”.", f"There are: {known}.")

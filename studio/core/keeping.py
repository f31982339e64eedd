"""How much room decoded pictures may take, and how much they take. Bytes throughout."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio.core.settings import Settings

GB = 1_000_000_000

_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@dataclass(frozen=True)
class Budget:
    """Bytes that decoded pictures may take in memory, and on the disk for one project."""

    memory: int = 1 << 30
    disk: int = 20 * GB


@dataclass(frozen=True)
class Kept:
    """Where the pictures of a training are, in pictures and bytes.

    A picture may be in memory and on the disk; ``decoded`` counts those that are in neither and
    are decoded whenever they are needed. ``note`` says why there is less room
    than the settings allow, empty where there is not.
    """

    pictures: int
    picture_bytes: int
    in_memory: int
    memory_bytes: int
    memory_budget: int
    on_disk: int
    disk_bytes: int
    disk_budget: int
    decoded: int
    note: str = ""


def kept_of(record: Any) -> Kept | None:
    """What a run's record says; None where it says nothing, as older ones, or is damaged."""
    if not isinstance(record, dict) or not record:
        return None
    try:
        kept = Kept(**record)
    except TypeError:
        return None
    numbers = [getattr(kept, f.name) for f in fields(Kept) if f.name != "note"]
    is_right = all(type(n) is int and n >= 0 for n in numbers) and isinstance(kept.note, str)
    return kept if is_right else None


def budget_of(settings: Settings) -> Budget:
    """The budget that the settings mean on this computer."""
    return Budget(
        total_memory() * settings.picture_memory_percent // 100, settings.picture_disk_gb * GB
    )


def total_memory() -> int:
    """Bytes of memory that this computer, or the container that we are in, has."""
    import psutil

    total = int(psutil.virtual_memory().total)
    for file in _LIMITS:
        with suppress(OSError, ValueError):
            limit = int(file.read_text("ascii"))
            total = min(total, limit) if limit > 0 else total
    return total


def available_memory() -> int:
    """Bytes that can be taken without other programs being pushed out."""
    import psutil

    return min(int(psutil.virtual_memory().available), total_memory())

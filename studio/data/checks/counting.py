"""How many problems there are of each kind, as they are listed."""

from __future__ import annotations

from collections.abc import Iterable

from studio.data.dataset import UNUSABLE, Problem


def counted(problems: Iterable[Problem]) -> dict[str, int]:
    """Kind → how many entries a list has of it; pictures of one odd class are one."""
    counts: dict[str, int] = {}
    classes: set[tuple[str, str, str]] = set()
    paths: set[tuple[str, str]] = set()
    for p in problems:
        if p.kind == "odd-label" and p.output:
            key = p.output, p.label, p.other
            if key in classes:
                continue
            classes.add(key)
        elif p.kind in UNUSABLE:
            if (p.kind, p.path) in paths and p.kind != "missing-file":
                continue
            paths.add((p.kind, p.path))
        counts[p.kind] = counts.get(p.kind, 0) + 1
    return counts

"""Pictures whose channels are files of their own: ``<id>_red.png``, ``<id>_green.png`` and so on.

The layout of the Human Protein Atlas competition (red, green, blue, yellow), and of microscopes
that number their channels. Such a set is named by one path with braces:
``train/abc_{red,green,blue,yellow}.png``.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from natsort import natsorted

from studio.data.dataset import Problem
from studio.data.walk import Pictures

_ORDER = ("red", "green", "blue", "yellow", "cyan", "magenta", "nir", "dapi", "gfp", "rfp")
_CHANNEL = re.compile(
    r"(?P<base>.*[^_\-. /])(?P<sign>[_\-.])(?P<channel>"
    rf"{'|'.join(_ORDER)}|(?:channel|ch|band|c|w|b)[0-9]{{1,2}})(?P<ending>\.[^./]+)",
    re.IGNORECASE,
)


@dataclass
class Channels:
    """What was found.

    Attributes:
        pictures: the sets as paths with braces, and pictures that belong to none.
        stems: for each, the path that a table names it by, without channel and ending.
        names: the channels that a whole set has, in order; empty where there are no sets.
        problems: sets that lack a channel, one for each file that is left over.
    """

    pictures: Pictures = field(default_factory=Pictures)
    stems: list[str] = field(default_factory=list)
    names: tuple[str, ...] = ()
    problems: list[Problem] = field(default_factory=list)


def group_channels(pictures: Pictures) -> Channels:
    """Put files of one channel together; sets with a channel missing are listed and left out."""
    found = Channels()
    sets: dict[tuple[str, str, str], dict[str, int]] = {}
    for i, path in enumerate(pictures.paths):
        match = _CHANNEL.fullmatch(path)
        if match is None or set(path) & set("{}"):
            found.pictures.paths.append(path)
            found.pictures.sizes.append(pictures.sizes[i])
            found.stems.append(path.rpartition(".")[0] or path)
            continue
        key = (match["base"], match["sign"], match["ending"])
        sets.setdefault(key, {})[match["channel"]] = i
    whole = Counter(frozenset(s) for s in sets.values() if len(s) > 1).most_common(1)
    if not whole:
        return Channels()
    channels = whole[0][0]
    found.names = tuple(_in_order(channels))
    for (base, sign, ending), members in sets.items():
        if not channels <= set(members):
            found.problems += _incomplete(base, members, channels, pictures)
            continue
        braces = "{" + ",".join(found.names) + "}"
        found.pictures.paths.append(f"{base}{sign}{braces}{ending}")
        found.pictures.sizes.append(sum(pictures.sizes[members[c]] for c in channels))
        found.stems.append(base)
        for extra in sorted(set(members) - channels):
            path = pictures.paths[members[extra]]
            found.pictures.paths.append(path)
            found.pictures.sizes.append(pictures.sizes[members[extra]])
            found.stems.append(path.rpartition(".")[0])
    order = sorted(range(len(found.stems)), key=found.pictures.paths.__getitem__)
    found.stems = [found.stems[i] for i in order]
    found.pictures.sort()
    return found


def _in_order(channels: Iterable[str]) -> list[str]:
    def rank(name: str) -> int:
        return _ORDER.index(name.lower()) if name.lower() in _ORDER else len(_ORDER)

    return sorted(natsorted(channels), key=rank)


def _incomplete(
    base: str, members: dict[str, int], channels: frozenset[str], pictures: Pictures
) -> list[Problem]:
    missing = ", ".join(_in_order(channels - set(members)))
    words = (
        f"This is one channel of a picture of which {missing} is not there, so the picture is "
        f"left out."
    )
    return [Problem("missing-file", pictures.paths[i], words) for i in members.values()]

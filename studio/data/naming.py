"""Class names from folder names: readable ones for numbers, several outputs from one name."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from studio.core.paths import clean_text
from studio.core.spec import parameter
from studio.data.dataset import OUTPUT
from studio.data.stacks import PageOptions
from studio.data.tables.names import is_synset, readable_names
from studio.data.tables.options import names_in


class FolderOptions(PageOptions):
    """How the names of folders, and stacks of pages, are read."""

    split_names_at: str = parameter(
        "",
        title="Split folder names at",
        help="A sign such as _ between several answers in a folder's name: “red_dress” is then "
        "“red” in one output and “dress” in another.",
    )
    outputs: str = parameter(
        "",
        title="Names of the outputs",
        help="What the parts of a folder's name say, separated by commas: colour,kind.",
    )


@dataclass(frozen=True)
class Answers:
    """What folder names say in one output.

    Attributes:
        names: the raw names of its classes, in order.
        codes: ``(folders,) int32`` class of each folder, −1 where its name says nothing.
    """

    names: list[str]
    codes: NDArray[np.int32]


def split_folder_names(folders: Sequence[str], options: FolderOptions | None) -> dict[str, Answers]:
    """Output → its classes, from folder names in order.

    Without a sign to split at there is one output, and each folder is a class. Names are cut
    into as many parts as most of them have; a longer name keeps the rest in its last part, and
    a shorter one says nothing in the outputs that it lacks.
    """
    sign = options.split_names_at if options is not None else ""
    if not sign:
        return {OUTPUT: Answers(list(folders), np.arange(len(folders), dtype=np.int32))}
    counts = Counter(name.count(sign) + 1 for name in folders)
    width = max(counts, key=lambda parts: (counts[parts], parts))
    names = _output_names(options.outputs if options is not None else "", width)
    width = len(names)
    cut = [[part.strip() for part in name.split(sign, width - 1)] for name in folders]
    found = {}
    for i, name in enumerate(names):
        parts = [words[i] if len(words) == width else "" for words in cut]
        classes = list(dict.fromkeys(p for p in parts if p))
        classes.sort(key=lambda c: (c.casefold(), c))
        code = {c: n for n, c in enumerate(classes)} | {"": -1}
        found[name] = Answers(classes, np.array([code[p] for p in parts], np.int32))
    return found


def _output_names(text: str, width: int) -> list[str]:
    given = list(dict.fromkeys(n for n in names_in(text) if n))
    if len(given) > 1:
        return given
    return [f"part {i + 1}" for i in range(max(2, width))]


def readable(root: Path, folders: Sequence[str]) -> list[str]:
    """Readable names of synset folders where a mapping lies beside them, else the names.

    ``n01440764_tench`` says it by itself.
    """
    if not folders or not all(map(_SYNSET_FOLDER.fullmatch, folders)):
        return list(folders)
    if all(map(is_synset, folders)):
        known = readable_names([root], folders)
        return [known.get(name, name) for name in folders]
    said = [clean_text(name[10:].replace("_", " ").strip()) or name for name in folders]
    counts = Counter(said)
    return [f"{s} ({n[:9]})" if counts[s] > 1 else s for s, n in zip(said, folders, strict=True)]


_SYNSET_FOLDER = re.compile(r"n\d{8}(?:[_\- ].*)?", re.DOTALL)

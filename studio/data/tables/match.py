"""Which picture a cell of a table means. Knows the indexed files alone; never asks the disk."""

from __future__ import annotations

import os
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property

from studio.data.names import is_picture_name

MISSING, OUTSIDE, AMBIGUOUS = -1, -2, -3
"""Answers of :meth:`PictureIndex.find` that are no picture."""

Hint = Callable[[str], bool]
"""Says of a folder whether a row's picture is more likely there."""

_MOST_COUNTED = 10_000
_DRIVE = re.compile(r"[A-Za-z]:[/\\]")


def without_ending(path: str) -> str:
    """A path without the ending of its last part."""
    return os.path.splitext(path)[0]


def folded(path: str) -> str:
    """A path in which letter case and the way accents are stored make no difference."""
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path).casefold()


def leads_outside(name: str) -> bool:
    """Whether a name in a table points out of the data set: absolute, or with ``..``."""
    slashed = name.replace("\\", "/")
    return slashed.startswith("/") or bool(_DRIVE.match(name)) or ".." in slashed.split("/")


class PictureIndex:
    """Finds pictures by what tables call them: path, name, name without ending, in any case.

    Args:
        paths: relative POSIX paths of the pictures.
        stems: the paths without endings, where they are not simply cut from ``paths``.
        bases: folders that names in the table may start from, the most likely first.
        encoding: the table's; a file's name may be stored in it.
    """

    def __init__(
        self,
        paths: Sequence[str],
        stems: Sequence[str] | None = None,
        bases: Iterable[str] = (),
        encoding: str = "",
    ) -> None:
        self.paths = paths
        self._stems = stems
        self._bases = [*dict.fromkeys(b.strip("/") for b in bases if b.strip("/")), ""]
        self.encoding = encoding
        self._counted = 0
        self._hinted: dict[Hint, list[str]] = {}
        self.favourites: Counter[str] = Counter()
        """How often each folder held the only match; decides between several."""

    def __len__(self) -> int:
        return len(self.paths)

    def find(self, cell: str, hint: Hint | None = None) -> int:
        """The row of the picture, or ``MISSING``, ``OUTSIDE`` or ``AMBIGUOUS``.

        Args:
            hint: says of a folder whether this row's picture is more likely there.
        """
        name = cell.strip()
        if not name:
            return MISSING
        if not name.isalnum() and leads_outside(name):
            return OUTSIDE
        found = self._plain(name, hint)
        if found == MISSING and "\\" in name:
            found = self._plain(name.replace("\\", "/"), hint)
        if found == MISSING and (other := self._as_stored(name)) != name:
            found = self._plain(other, hint)
        return self._in_any_case(name, hint) if found == MISSING else found

    def knows(self, cell: str) -> bool:
        """Whether a cell names a picture just so, letter by letter; quicker than :meth:`find`."""
        name = cell.strip()
        return bool(name) and not leads_outside(name) and self._plain(name, None) != MISSING

    def _likely(self, hint: Hint | None) -> list[str]:
        """The folders that names start from, those of the row's split first."""
        if hint is None or len(self._bases) < 3:
            return self._bases
        if hint not in self._hinted:
            self._hinted[hint] = sorted(self._bases, key=lambda base: not hint(base))
        return self._hinted[hint]

    def _as_stored(self, name: str) -> str:
        if not self.encoding or name.isascii():
            return name
        try:
            return name.encode(self.encoding, "surrogateescape").decode("utf-8", "surrogateescape")
        except UnicodeError:
            return name

    def _plain(self, name: str, hint: Hint | None) -> int:
        # Keys are big: a name with an ending seldom needs those without, and the other way round.
        has_ending = "." in name and is_picture_name(name)
        if "/" not in name:
            for key in (self._by_name, self._by_name_stem)[0 if has_ending else 1 :]:
                if (found := key.get(name)) is not None:
                    return self._one(self._nearest(found, hint), hint)
            return MISSING
        name = os.path.normpath(name).replace(os.sep, "/")
        for base in self._likely(hint):
            full = f"{base}/{name}" if base else name
            if has_ending and (at := self._by_path.get(full)) is not None:
                return self._one(at, hint)
            if (at := self._by_stem.get(full)) is not None:
                return self._one(at, hint)
        return self._below(name, hint)

    def _nearest(self, found: int | list[int], hint: Hint | None) -> int | list[int]:
        """Of several pictures of one name those in the first folder that names start from."""
        if isinstance(found, list):
            for base in self._likely(hint):
                near = [i for i in found if os.path.dirname(self.paths[i]) == base]
                if near:
                    return near
        return found

    def _below(self, name: str, hint: Hint | None) -> int:
        """For a path written from a folder above the data set: without its first folders."""
        parts = name.split("/")
        for cut in range(1, min(len(parts), 8)):
            rest = "/".join(parts[cut:])
            # A bare name could be another class's picture: only where all lie in one folder.
            if "/" not in rest and not self._is_flat:
                return MISSING
            for key in (self._by_path, self._by_stem):
                if (found := key.get(rest)) is not None:
                    return self._one(found, hint)
        return MISSING

    def _in_any_case(self, name: str, hint: Hint | None) -> int:
        name = folded(name.replace("\\", "/"))
        tries = [name, without_ending(name)] if is_picture_name(name) else [name]
        for text in tries:
            for base in self._likely(hint):
                full = folded(f"{base}/{text}") if base else text
                if (found := self._by_folded_path.get(full)) is not None:
                    return self._one(found, hint)
            if "/" not in text and (found := self._by_folded_name.get(text)) is not None:
                return self._one(found, hint)
        return MISSING

    def _one(self, found: int | list[int], hint: Hint | None) -> int:
        if isinstance(found, int):
            if self._counted < _MOST_COUNTED:
                self._counted += 1
                self.favourites[os.path.dirname(self.paths[found])] += 1
            return found
        folders = {i: os.path.dirname(self.paths[i]) for i in found}
        if hint is not None:
            hinted = [i for i in found if hint(folders[i])]
            if len(hinted) == 1:
                return hinted[0]
            found = hinted or found
        for weigh in (
            lambda i: self.favourites[folders[i]],
            lambda i: self._endings[os.path.splitext(self.paths[i])[1]],
        ):
            best = max(map(weigh, found))
            found = [i for i in found if weigh(i) == best]
            if len(found) == 1:
                return found[0]
        return AMBIGUOUS

    # --- keys, each made when it is first needed --------------------------------------------------

    @cached_property
    def _is_flat(self) -> bool:
        return len({os.path.dirname(p) for p in self.paths}) == 1

    @cached_property
    def _endings(self) -> Counter[str]:
        return Counter(os.path.splitext(p)[1] for p in self.paths)

    def _all_stems(self) -> Iterable[str]:
        return map(without_ending, self.paths) if self._stems is None else self._stems

    @cached_property
    def _by_path(self) -> dict[str, int | list[int]]:
        return _keys(self.paths)

    @cached_property
    def _by_stem(self) -> dict[str, int | list[int]]:
        return _keys(self._all_stems())

    @cached_property
    def _by_name(self) -> dict[str, int | list[int]]:
        return _keys(p.rpartition("/")[2] for p in self.paths)

    @cached_property
    def _by_name_stem(self) -> dict[str, int | list[int]]:
        return _keys(s.rpartition("/")[2] for s in self._all_stems())

    @cached_property
    def _by_folded_path(self) -> dict[str, int | list[int]]:
        return _keys((folded(s) for s in self._all_stems()), map(folded, self.paths))

    @cached_property
    def _by_folded_name(self) -> dict[str, int | list[int]]:
        names = (folded(p.rpartition("/")[2]) for p in self.paths)
        return _keys((folded(s.rpartition("/")[2]) for s in self._all_stems()), names)


def _keys(texts: Iterable[str], more: Iterable[str] | None = None) -> dict[str, int | list[int]]:
    """Text → row, or rows where several have it; ``more`` names the same rows once again."""
    keys: dict[str, int | list[int]] = {}
    for names in (texts, more if more is not None else ()):
        for row, text in enumerate(names):
            before = keys.setdefault(text, row)
            if before == row:
                continue
            if isinstance(before, int):
                keys[text] = [before, row]
            elif row not in before[-1:]:
                before.append(row)
    return keys

"""Labels that make one wonder: they look like missing values, or like slips of another class."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from studio.core.paths import display_name
from studio.data.dataset import Dataset, Problem
from studio.data.tables.words import MISSING_WORDS

_RARE = 0.1
"""A class that differs from another by one letter is a slip if it has less than this share."""
_SHORTEST = 4
_LONGEST = 80
_SPELT_RIGHT = frozenset(
    ["black", "blue", "brown", "gold", "green", "grey", "orange", "pink", "purple", "silver",
     "violet", "white", "yellow"]
)  # fmt: skip
"""Words that are no slip, however few pictures they have; classes of colour are common."""


def odd_labels(dataset: Dataset) -> list[Problem]:
    """A question for each picture whose class looks wrong. Nothing is changed.

    A class looks like a slip of another that it equals but for case, spaces and signs; or of
    which two neighbouring letters are swapped; or, where it is rare beside it, one letter differs
    (the edit distance of Damerau and Levenshtein is 1).
    """
    problems = []
    for output, names in dataset.outputs.items():
        counts = dataset.class_counts(output)
        for index, meant, words in _questions(names, counts.tolist()):
            paths = [dataset.paths[row] for row in dataset.rows_of(index, output).tolist()]
            problems += [
                Problem("odd-label", path, words, meant, output=output, label=names[index])
                for path in paths or [names[index]]
            ]
    return problems


def _questions(names: Sequence[str], counts: Sequence[int]) -> Iterator[tuple[int, str, str]]:
    """Classes that look odd: index, the class that was meant (``""`` for none), the question."""
    for index, name in enumerate(names):
        if name.strip().lower() in MISSING_WORDS:
            yield (
                index,
                "",
                (
                    f"Its class is called “{display_name(name)}”. Is that a class, or is the label "
                    f"missing?"
                ),
            )
    slips = {i: names[other] for i, other in slips_of(names, counts).items()}
    for index, other in {**_swapped_words(names, counts), **slips}.items():
        name = display_name(names[index])
        words = f"Its class “{name}” may be a slip of “{display_name(other)}”. Are they the same?"
        yield index, other, words


def _swapped_words(names: Sequence[str], counts: Sequence[int]) -> dict[int, str]:
    """As ``bule_pants`` beside ``blue_shirt``: a word with two letters swapped."""
    parts = [set(re.split(r"[\W_]+", name.casefold())) for name in names]
    pictures: Counter[str] = Counter()
    classes: Counter[str] = Counter()
    for words, count in zip(parts, counts, strict=True):
        classes.update(words)
        pictures.update(dict.fromkeys(words, count))
    found = {}
    for index, words in enumerate(parts):
        for word in words - _SPELT_RIGHT:
            for other in _swaps(word):
                if other not in classes:
                    continue
                mine = (classes[word], pictures[word], word)
                if other in _SPELT_RIGHT or mine < (classes[other], pictures[other], other):
                    name = names[index].casefold()
                    found[index] = re.sub(re.escape(word), other, name, count=1)
    return found


def _swaps(word: str) -> Iterator[str]:
    """The word with each pair of neighbouring letters swapped; numbers are left alone."""
    if not _SHORTEST <= len(word) <= _LONGEST:
        return
    for i in range(len(word) - 1):
        a, b = word[i], word[i + 1]
        if a != b and a.isalpha() and b.isalpha():
            yield word[:i] + b + a + word[i + 2 :]


def slips_of(names: Sequence[str], counts: Sequence[int]) -> dict[int, int]:
    """Class → the class that it may be a slip of; the rarer of two is the slip."""
    found: dict[int, int] = {}
    groups: dict[str, list[int]] = {}
    for index, name in enumerate(names):
        groups.setdefault(_letters(name), []).append(index)
    for same in groups.values():
        best = max(same, key=lambda i: counts[i])
        found.update({i: best for i in same if i != best})
    near: dict[str, set[str]] = {}
    for key in groups:
        if _SHORTEST <= len(key) <= _LONGEST:
            for cut in {key, *(key[:i] + key[i + 1 :] for i in range(len(key)))}:
                near.setdefault(cut, set()).add(key)
    for keys in near.values():
        if 1 < len(keys) <= 20:
            _compare(sorted(keys), groups, counts, found)
    return found


def _compare(
    keys: list[str], groups: dict[str, list[int]], counts: Sequence[int], found: dict[int, int]
) -> None:
    best = {k: max(groups[k], key=lambda i: counts[i]) for k in keys}
    for i, one in enumerate(keys):
        for other in keys[i + 1 :]:
            kind = _difference(one, other)
            if not kind:
                continue
            pair = ((one in _SPELT_RIGHT, counts[best[one]], one),
                    (other in _SPELT_RIGHT, counts[best[other]], other))  # fmt: skip
            rare, common = (best[key] for _, _, key in sorted(pair))
            is_rare = counts[rare] <= _RARE * counts[common]
            if is_rare or kind == "swap":
                found.setdefault(rare, common)


def _difference(one: str, other: str) -> str:
    """``swap`` of neighbours, ``edit`` of one letter, or ``""`` for anything else."""
    if re.sub(r"\D", "", one) != re.sub(r"\D", "", other):
        return ""  # “class 1” and “class 2” are two classes
    if len(one) == len(other):
        at = [i for i, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if len(at) == 1:
            return "edit"
        is_swap = len(at) == 2 and at[1] == at[0] + 1 and one[at[0]] == other[at[1]]
        return "swap" if is_swap and one[at[1]] == other[at[0]] else ""
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    if len(longer) != len(shorter) + 1:
        return ""
    return (
        "edit" if any(longer[:i] + longer[i + 1 :] == shorter for i in range(len(longer))) else ""
    )


def _letters(name: str) -> str:
    """A name without case, spaces and signs; itself where nothing would be left."""
    return re.sub(r"[\W_]+", "", name.casefold()) or name


def no_label(dataset: Dataset, words: str) -> tuple[list[Problem], list[int]]:
    """A problem for each picture of which nothing is known in any output, and its row."""
    known = np.zeros(len(dataset), bool)
    for output in dataset.outputs:
        known |= dataset.has_label(output)
    rows = np.flatnonzero(~known).tolist()
    return [Problem("no-label", dataset.paths[i], words) for i in rows], rows

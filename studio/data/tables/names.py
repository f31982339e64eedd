"""Readable names of classes that a table or folder only numbers.

Files as their publishers define them: ``LOC_synset_mapping.txt`` (ImageNet on Kaggle:
``n01440764 tench, Tinca tinca``), ``words.txt`` (ImageNet: synset, tab, words) and
``class-descriptions.csv`` (Open Images: ``/m/011k07,Tortoise``).
"""

from __future__ import annotations

import csv
import os
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import islice
from pathlib import Path

from studio.core.paths import clean_text
from studio.data.tables.text import guess_encoding, open_text, read_head

_FILES = re.compile(r"(loc_)?synset_mapping\.txt|words\.txt|synset_words\.txt|"
                    r".*class-descriptions.*\.csv|.*class_descriptions.*\.csv")  # fmt: skip
_SYNSET = re.compile(r"n\d{8}")
_MOST = 200_000


def is_synset(name: str) -> bool:
    """Whether a name is a WordNet id as ImageNet uses them: ``n01440764``."""
    return _SYNSET.fullmatch(name) is not None


def readable_names(folders: Iterable[Path], labels: Sequence[str]) -> dict[str, str]:
    """Label → readable name, from a file in one of the folders that knows half of the labels.

    ImageNet's lists of synonyms give their first; two classes of one name keep their id.
    """
    wanted = set(labels)
    for file in _candidates(folders):
        found = {k: v for k, v in _pairs(file).items() if k in wanted}
        if wanted and len(found) >= len(wanted) / 2:
            return _different(found)
    return {}


def _candidates(folders: Iterable[Path]) -> list[Path]:
    found = []
    for folder in dict.fromkeys(folders):
        try:
            names = sorted(os.listdir(folder))
        except OSError:
            continue
        found += [folder / n for n in names if _FILES.fullmatch(n.lower())]
    return found


def _pairs(file: Path) -> dict[str, str]:
    encoding = guess_encoding(read_head(file))
    if not encoding:
        return {}
    try:
        with open_text(file, encoding) as opened:
            lines = (line[:10_000] for line in islice(opened, _MOST))
            if file.suffix.lower() == ".csv":
                rows = [row for row in csv.reader(lines) if len(row) > 1]
                return {row[0].strip(): row[1].strip() for row in rows if row[1].strip()}
            halves = (line.strip().split(maxsplit=1) for line in lines)
            return {h[0]: h[1].split(",")[0].strip() for h in halves if len(h) == 2}
    except (OSError, UnicodeError, csv.Error):
        return {}


def _different(names: dict[str, str]) -> dict[str, str]:
    counts = Counter(names.values())
    return {
        label: clean_text(f"{name} ({label})" if counts[name] > 1 else name)
        for label, name in names.items()
    }

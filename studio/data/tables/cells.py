"""Labels inside a cell: one, or several with a sign between them."""

from __future__ import annotations

import ast
import json
import re
from collections import Counter
from collections.abc import Callable, Sequence

from studio.data.tables import words
from studio.data.tables.options import SEPARATORS

LIST = "list"
"""The separator word of cells that spell a list: ``['Drama', 'War']``."""
BOXES = "boxes"
"""The separator word of ImageNet's ``PredictionString``: a class, then four numbers, repeated."""

_BOXES = re.compile(r"(?:\S*[A-Za-z]\S*(?: -?\d+(?:\.\d+)?){4} ?)+")
_NUMBER = re.compile(r"-?\d+")

Split = Callable[[str], list[str]]


def splitter(separator: str) -> Split:
    """What cuts a cell into labels, without repetition; an empty cell has none.

    Args:
        separator: a word of ``SEPARATORS``, ``LIST`` or ``BOXES``.
    """
    if separator == BOXES:
        return lambda cell: list(dict.fromkeys(cell.split()[::5]))
    if separator == LIST:
        return _list
    sign = SEPARATORS[separator]

    def cut(cell: str) -> list[str]:
        return list(dict.fromkeys(t for part in cell.split(sign) if (t := part.strip())))

    return cut


def _list(cell: str) -> list[str]:
    text = cell.strip()
    if not (text.startswith(("[", "(", "{")) and text.endswith(("]", ")", "}"))):
        return [text] if text else []
    for parse in (json.loads, ast.literal_eval):
        try:
            found = parse(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            continue
        if isinstance(found, (list, tuple, set)):
            return list(dict.fromkeys(str(v).strip() for v in found if str(v).strip()))
    parts = (part.strip().strip("'\"") for part in re.split(r"[,\s]+", text[1:-1]))
    return list(dict.fromkeys(p for p in parts if p))


def list_separator(heading: str, cells: Sequence[str]) -> str:
    """The word of the sign between labels in a column's cells; ``""`` for one label a cell."""
    full = [c.strip() for c in cells if c.strip()]
    if not full:
        return ""
    if all(_BOXES.fullmatch(c) for c in full[:500]):
        return BOXES
    if sum(c.startswith("[") and c.endswith("]") for c in full) > len(full) * 0.9:
        return LIST
    for word in ("bar", "semicolon", "comma", "tab", "space"):
        if _is_list(word, heading, full):
            return word
    return ""


def _is_list(word: str, heading: str, cells: list[str]) -> bool:
    sign = SEPARATORS[word]
    several = {c for c in cells if sign in c}
    if not several:
        return False
    cut = splitter(word)
    tokens = Counter(t for c in cells for t in cut(c))
    # The parts of a list come back in other cells; those of “tench, Tinca tinca” never do.
    comes_back = sum(tokens[t] > 1 for c in several for t in cut(c))
    parts = sum(len(cut(c)) for c in several)
    closed = len(tokens) < len(set(cells)) + 2 and comes_back >= 0.5 * parts
    if word != "space":
        return closed and (len(several) > 1 or word in ("bar", "semicolon"))
    if all(_NUMBER.fullmatch(t) for t in tokens):
        return True
    if words.plain(heading) in words.PLURAL_WORDS:
        return closed
    alone = {c for c in cells if sign not in c}
    named = {t for c in several for t in cut(c)}
    return len(several) > 1 and named <= alone

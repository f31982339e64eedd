"""The one sentence of the banner above the pictures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from studio.data.checks.counting import counted
from studio.data.dataset import UNUSABLE, Problem
from studio.ui.panes.data.problems.kinds import KINDS, kind_of
from studio.ui.widgets.numbers import count, number

__all__ = ["counted", "sentence", "sentence_of"]

_AND = {
    "split-leak": ("appears in more than one split", "appear in more than one split"),
    "label-conflict": ("has two classes", "have two classes"),
    "no-label": ("has no label", "have no label"),
    "exact-duplicate": ("is there twice", "are there twice"),
    "near-duplicate": ("has a near twin", "have near twins"),
}
"""How a kind goes on in a sentence about pictures."""


def sentence(problems: Iterable[Problem]) -> str:
    """The gravest kinds in one sentence, rich text; empty where there are no problems."""
    return sentence_of(counted(problems))


def sentence_of(found: Mapping[str, int]) -> str:
    """As :func:`sentence`, of problems that are :func:`counted` already."""
    counts = dict(found)
    if not counts:
        return ""
    missing = counts.pop("missing-file", 0)
    unread = sum(counts.pop(kind, 0) for kind in UNUSABLE)
    unusable = missing + unread
    grave = [kind for kind in KINDS if kind in counts]
    grave += [kind for kind in counts if kind not in grave]
    used = 0
    if unusable:
        head = f"{count(unusable, 'picture')} could not be read"
        if not unread:
            head = kind_of("missing-file").sentence(missing)
        words = f"<b>{head}</b>"
        if grave and grave[0] in _AND:
            used = counts[grave[0]]
            words += f", and {number(used)} {_AND[grave[0]][used != 1]}"
    else:
        used = counts[grave[0]]
        words = f"<b>{kind_of(grave[0]).sentence(used)}</b>"
        if len(grave) > 1 and grave[0] in _AND and grave[1] in _AND:
            more = counts[grave[1]]
            used += more
            words += f", and {number(more)} {_AND[grave[1]][more != 1]}"
    rest = sum(counts.values()) - used
    return f"{words}." + (f" {count(rest, 'more remark')}." if rest else "")

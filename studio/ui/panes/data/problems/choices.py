"""What can be done about a problem: choices, each with its consequence, and what each one does."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from studio.data.checks.standing import Situation
from studio.data.dataset import UNUSABLE, Split
from studio.data.split import SplitSpec
from studio.ui.panes.data.problems.entries import Entry
from studio.ui.widgets.numbers import count, number

if TYPE_CHECKING:
    from studio.data.overlay.actions import Action

Make = Callable[[str], "list[Action] | SplitSpec"]


@dataclass(frozen=True)
class Choice:
    """One of the things to do.

    Attributes:
        key: its name for the program.
        title: on the radio button.
        consequence: what then is, one or two short sentences.
        button: verb and count; also the words of the step of undo.
        make: the actions, or another split; given the chosen one of ``options``.
        options: keys and texts of a list to choose from.
        notes: of each picture of a card, what becomes of it; two entries.
        leaves: whether each picture of a card is then left out; two entries.
    """

    key: str
    title: str
    consequence: str
    button: str
    make: Make
    options: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, str] = ("", "")
    leaves: tuple[bool, bool] = (False, False)


@dataclass(frozen=True)
class Case:
    """Entries of one kind, about which something is to be done."""

    kind: str
    entries: Sequence[Entry]
    now: Situation
    split: SplitSpec

    @cached_property
    def copies(self) -> list[str]:
        """The picture of each entry that can go: of two the copy. Only such that are there."""
        return _once(e.paths[-1] for e in self.entries if e.paths and e.paths[-1] in self.now.rows)

    @cached_property
    def pictures(self) -> list[str]:
        """All pictures of the entries that the data set has."""
        return _once(p for e in self.entries for p in e.paths if p in self.now.rows)

    @cached_property
    def pairs(self) -> list[Entry]:
        """Entries of two pictures."""
        return [e for e in self.entries if len(e.paths) == 2]

    def left(self, leaving: int) -> int:
        """How many pictures are used once so many have left."""
        return int(np.count_nonzero(~self.now.excluded)) - leaving


def _once(paths: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(paths))


def doing(*actions: Action) -> Make:
    """What makes these actions, whatever the option."""
    return lambda _option: list(actions)


def choices_for(case: Case) -> list[Choice]:
    """What can be done about these entries; the advised choice comes first."""
    from studio.ui.panes.data.problems.class_choices import imbalance, odd_label, too_few
    from studio.ui.panes.data.problems.label_choices import conflict, no_label

    special = {
        "split-leak": leak, "label-conflict": conflict, "odd-label": odd_label,
        "no-label": no_label, "too-few": too_few,
    }.get(case.kind)  # fmt: skip
    if case.kind == "imbalance":  # only more pictures really help: nothing is thrown away first
        return [keep(case), *imbalance(case)]
    if special is not None:
        return [*special(case), keep(case)]
    if case.kind in ("exact-duplicate", "near-duplicate"):
        return [exclude_copies(case), keep(case)]
    if case.kind in ("wrong-extension", "duplicate-row"):
        return [keep(case), *exclude(case)]
    return [*exclude(case), keep(case)]


def keep(case: Case) -> Choice:
    """Leave everything as it is, and do not list it again."""
    titles = {
        "split-leak": "They differ: keep all", "near-duplicate": "They differ: keep all",
        "label-conflict": "Both hold: keep all", "wrong-extension": "Keep them all",
        "no-label": "Leave them without a label",
    }  # fmt: skip
    number_ = len(case.entries)
    consequence = "Not shown again."
    if case.kind in UNUSABLE or not case.pictures:
        title, button = "Leave it as it is", f"Hide {_of(case, number_)}"
        consequence = "Nothing changes. Not shown again."
        if case.kind == "imbalance":
            consequence = "Add pictures of the small classes, where you can. Not shown again."
    else:
        title = titles.get(case.kind, "Keep all" if number_ > 1 else "Keep it")
        button = f"Keep {_of(case, number_)}"
        if case.kind == "wrong-extension":
            consequence = "They are read all the same. Not shown again."
        if case.kind == "duplicate-row":
            consequence = "Each picture is used once. Not shown again."

    def make(_option: str) -> list[Action]:
        return accept(case.kind, case.entries)

    return Choice("keep", title, consequence, button, make)


def accept(kind: str, entries: Sequence[Entry]) -> list[Action]:
    """The actions after which these entries are not listed again."""
    from studio.data.overlay.actions import Accept

    paths = _once(
        path for e in entries for p in e.problems for path in (p.path, *e.paths)
    )  # fmt: skip
    return [Accept(problem=kind, paths=paths)]


def _of(case: Case, number_: int) -> str:
    """The entries as the button counts them."""
    if case.kind in ("odd-label", "too-few", "empty-class"):
        return count(number_, "class", "classes")
    if case.pairs:
        return count(number_, "pair")
    if not case.pictures:
        return count(number_, "remark")
    return count(number_, "picture")


def exclude(case: Case) -> list[Choice]:
    """Leave the pictures out; nothing where the data set has none of them."""
    from studio.data.overlay.actions import Exclude

    paths = case.copies
    if not paths:
        return []
    them = "it" if len(paths) == 1 else "them"
    if case.kind in UNUSABLE:
        words = "Training leaves them out. Excluded, they stay out even when they are repaired."
        if len(paths) == 1:
            words = "Training leaves it out. Excluded, it stays out even when it is repaired."
    else:
        words = f"{count(case.left(len(paths)), 'picture stays', 'pictures stay')}."
    return [
        Choice(
            "exclude", f"Exclude {them}", words, f"Exclude {count(len(paths), 'picture')}",
            lambda _o: [Exclude(paths=paths)],
            notes=("stays out",) * 2 if case.kind in UNUSABLE else ("leaves",) * 2,
            leaves=(True, True),
        )
    ]  # fmt: skip


def exclude_copies(case: Case) -> Choice:
    """Leave the copy of each pair out."""
    from studio.data.overlay.actions import Exclude

    paths = case.copies
    stay = count(case.left(len(paths)), "picture stays", "pictures stay")
    title = "Exclude the copy" if len(case.entries) == 1 else "Exclude the copies"
    return Choice(
        "exclude", title, f"{stay}. Advised.", f"Exclude {count(len(paths), 'picture')}",
        lambda _o: [Exclude(paths=paths)], notes=("stays", "leaves"), leaves=(False, True),
    )  # fmt: skip


def leak(case: Case) -> list[Choice]:
    """Pictures on both sides of a split."""
    from studio.data.overlay.actions import Exclude, MoveToSplit

    copies, now = case.copies, case.now
    if not copies:  # rows of a table whose picture is not there
        return []
    places = sorted({s for s in map(now.split_of, copies) if s >= 0})
    where = Split(places[0]).word if places else ""
    stay = [
        f"{number(int((now.assignment == s).sum()) - sum(now.split_of(p) == s for p in copies))} "
        f"{Split(s).word}"
        for s in places
    ]
    the = "copy" if len(copies) == 1 else "copies"
    title = f"Exclude the {the} in {where}" if len(places) == 1 else "Exclude the tested copies"
    found = [
        Choice(
            "exclude", title,
            f"{' and '.join(stay)} pictures stay. Advised." if stay else "Advised.",
            f"Exclude {count(len(copies), 'picture')}", lambda _o: [Exclude(paths=copies)],
            notes=("", "leaves the split"), leaves=(False, True),
        ),
        Choice(
            "train", "Move both to train" if case.pairs else "Use them to train",
            "Keeps every picture for learning.",
            f"Move {count(len(case.pictures), 'picture')} to train",
            lambda _o: [MoveToSplit(paths=case.pictures, split="train")],
            notes=("to train", "to train"),
        ),
    ]  # fmt: skip
    if case.pairs:
        drawn = "ratio" if case.split.mode == "folders" and now.dataset.has_split else None
        found.append(
            Choice(
                "split", "Split again, twins together", "A new split; old runs keep theirs.",
                "Split again", lambda _o: _twins_together(case.split, drawn),
            )
        )  # fmt: skip
    return found


def _twins_together(split: SplitSpec, mode: str | None) -> SplitSpec:
    changes = {"together": "twins"} if mode is None else {"together": "twins", "mode": mode}
    return split.changed(**changes)

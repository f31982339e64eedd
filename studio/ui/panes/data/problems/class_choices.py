"""What can be done about classes: odd names, too few pictures, uneven numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from studio.core.paths import display_name
from studio.data.balance import UNEVEN
from studio.data.dataset import Dataset, Problem
from studio.ui.panes.data.problems.choices import Case, Choice, doing
from studio.ui.widgets.numbers import count

if TYPE_CHECKING:
    from studio.data.overlay.actions import Action

_NAMED = 3  # so many slips are spelt out


def odd_label(case: Case) -> list[Choice]:
    """Names that look like slips of others, or like missing values."""
    from studio.data.overlay.actions import Exclude, Relabel, RenameClass

    problems = [e.problem for e in case.entries]
    slips = [p for p in problems if p.output and p.other]
    missing = [e for e in case.entries if e.problem.output and not e.problem.other]
    astray = [e for e in case.entries if not e.problem.output]
    found = []
    if slips:
        renames: list[Action] = [
            RenameClass(output=p.output, name=p.label, new_name=p.other) for p in slips
        ]
        title = f"Rename to “{_shown(slips[0].other)}”"
        if len(slips) > 1:
            title = "Rename them to what they resemble"
        found.append(
            Choice(
                "rename", title, _slip_words(case.now.dataset, slips),
                f"Rename {count(len(slips), 'class', 'classes')}", lambda _o: renames,
            )
        )  # fmt: skip
    if missing or astray:
        paths = [p.path for e in (*missing, *astray) for p in e.problems if p.path in case.now.rows]

        def take(_option: str) -> list[Action]:
            outputs = case.now.dataset.outputs
            taken: list[Action] = [
                Relabel(
                    output=e.problem.output, classes=(e.problem.label,), mode="remove",
                    paths=[p.path for p in e.problems if p.path in case.now.rows],
                )
                for e in missing
            ]  # fmt: skip
            lost = [e.problem.path for e in astray if e.problem.path in case.now.rows]
            if lost:
                taken += [Relabel(output=o, mode="clear", paths=lost) for o in outputs]
            return taken

        if paths:
            words = "Nothing is known of them then, and they are not trained on."
            found.append(
                Choice("unlabel", "Take the label", words,
                       f"Take {count(len(paths), 'label')}", take)
            )  # fmt: skip
    every = [p.path for e in case.entries for p in e.problems if p.path in case.now.rows]
    if every:
        found.append(
            Choice(
                "exclude", "Exclude their pictures",
                f"{count(case.left(len(every)), 'picture stays', 'pictures stay')}.",
                f"Exclude {count(len(every), 'picture')}", lambda _o: [Exclude(paths=every)],
            )
        )  # fmt: skip
    return found


def _slip_words(dataset: Dataset, slips: list[Problem]) -> str:
    parts = [f"“{_shown(p.label)}” becomes “{_shown(p.other)}”" for p in slips[:_NAMED]]
    more = f" and {len(slips) - _NAMED:,} more" if len(slips) > _NAMED else ""
    words = ", ".join(parts) + more + "."
    if len(slips) == 1:
        is_there = slips[0].other in dataset.outputs.get(slips[0].output, ())
        words += " The two become one class." if is_there else " No such class is there yet."
    return words


def too_few(case: Case) -> list[Choice]:
    """Classes with a single picture, or none."""
    from studio.data.overlay.actions import Exclude, RemoveClass

    named = [e.problem for e in case.entries if e.problem.label]
    if not named:  # there is one class in all: only more pictures help
        return []
    dataset = case.now.dataset
    paths = _pictures(case, named)
    found = _merging(case, named)
    number = count(len(named), "class", "classes")
    has = "Its" if len(named) == 1 else "Their"
    remove: list[Action] = [RemoveClass(output=p.output, name=p.label) for p in named]
    words = f"The network does not learn {'it' if len(named) == 1 else 'them'} then."
    if paths:
        words += f" {has} {count(len(paths), 'picture')} leave{'s' * (len(paths) == 1)} too."
    found.append(
        Choice(
            "remove", "Do without the class" if len(named) == 1 else "Do without these classes",
            words, f"Remove {number}", lambda _o: [Exclude(paths=paths), *remove],
        )
    )  # fmt: skip
    return found if any(p.output in dataset.outputs for p in named) else []


def imbalance(case: Case) -> list[Choice]:
    """Classes of very different numbers; or one that holds for every picture."""
    from studio.data.overlay.actions import Exclude, RemoveClass

    found = []
    for problem in (e.problem for e in case.entries):
        if problem.label:
            action: Action = RemoveClass(output=problem.output, name=problem.label)
            found.append(
                Choice(
                    f"remove {problem.label}", f"Do without “{_shown(problem.label)}”",
                    "The network does not learn it then; its pictures stay.", "Remove 1 class",
                    doing(action),
                )
            )  # fmt: skip
            continue
        paths = _surplus(case, problem.output)
        if paths:
            words = (
                f"Drawn by chance from the large classes, until none has more than {UNEVEN} times "
                "the pictures of the smallest."
            )
            found.append(
                Choice(
                    "thin", "Thin out the large classes", words,
                    f"Exclude {count(len(paths), 'picture')}",
                    doing(Exclude(paths=paths)),
                )
            )  # fmt: skip
        if smallest := _smallest(case, problem.output):
            found += _merging(case, [Problem("", "", "", output=problem.output, label=smallest)])
    return found


def _merging(case: Case, problems: list[Problem]) -> list[Choice]:
    """Make the classes part of another one."""
    from studio.data.overlay.actions import MergeClasses

    output = problems[0].output
    names = tuple(p.label for p in problems if p.output == output)
    these = set(names)
    others = [n for n in case.now.dataset.outputs.get(output, ()) if n not in these]
    if not others:
        return []

    def make(into: str) -> list[Action]:
        return [MergeClasses(output=output, names=names, into=into)]

    shown = f"“{_shown(names[0])}”" if len(names) == 1 else "them"
    return [
        Choice(
            "merge", f"Merge {shown} into another class", "They are one class then.",
            f"Merge {count(len(names), 'class', 'classes')}", make,
            tuple((n, _shown(n)) for n in others),
        )
    ]  # fmt: skip


def _pictures(case: Case, problems: list[Problem]) -> list[str]:
    """All pictures of the classes that these are about, but for those that are left out."""
    dataset = case.now.dataset
    is_one = np.zeros(len(dataset), bool)
    for output, classes in dataset.outputs.items():
        wanted = {p.label for p in problems if p.output == output}
        mine = np.array([name in wanted for name in classes], bool)
        labels = dataset.labels[output]
        if labels.ndim == 2:
            is_one |= (labels[:, mine] == 1).any(axis=1)
        elif len(classes):
            is_one |= mine[labels] & (labels >= 0)
    rows = np.flatnonzero(is_one & ~case.now.excluded)
    return [dataset.paths[row] for row in rows.tolist()]


def _counts(case: Case, output: str) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    labels = case.now.dataset.labels[output][case.now.assignment >= 0]
    return np.bincount(labels[labels >= 0], minlength=len(case.now.dataset.outputs[output]))


def _surplus(case: Case, output: str) -> list[str]:
    """Pictures of large classes, drawn by chance but always the same, that make them uneven."""
    dataset = case.now.dataset
    if output not in dataset.outputs or dataset.is_multi_label(output):
        return []
    counts = _counts(case, output)
    some = counts[counts > 0]
    if not len(some):
        return []
    most = UNEVEN * int(some.min())
    draw = np.random.default_rng(0)
    found: list[str] = []
    for index in np.flatnonzero(counts > most).tolist():
        rows = dataset.rows_of(index, output)
        rows = rows[case.now.assignment[rows] >= 0]
        chosen = np.sort(draw.permutation(rows)[most:])
        found += [dataset.paths[row] for row in chosen.tolist()]
    return found


def _smallest(case: Case, output: str) -> str:
    dataset = case.now.dataset
    if output not in dataset.outputs or dataset.is_multi_label(output):
        return ""
    counts = _counts(case, output)
    some = np.where(counts > 0, counts, np.iinfo(np.int64).max)
    return dataset.outputs[output][int(some.argmin())] if len(some) else ""


def _shown(name: str) -> str:
    return display_name(name)

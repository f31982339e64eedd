"""What the page lists: one entry for two pictures, one picture, a class or a row."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath

from studio.core.paths import display_name
from studio.data.checks.standing import Situation
from studio.data.dataset import CLASS_PROBLEMS, Problem, Split
from studio.ui.panes.data.problems.kinds import kind_of
from studio.ui.widgets.numbers import count, percent

_UNLIKE = 0.0  # of copies of copies it is not known how alike they are: they stand last


@dataclass(frozen=True)
class Entry:
    """One entry; ``problems`` are several where a class is odd.

    Attributes:
        paths: the pictures of a pair, the one that stays first; one picture; or none.
    """

    problems: tuple[Problem, ...]
    paths: tuple[str, ...]

    @property
    def problem(self) -> Problem:
        """The first, which says what there is to say."""
        return self.problems[0]

    @property
    def key(self) -> tuple[str, ...]:
        """What stays the same when the list is made anew."""
        problem = self.problem
        return (problem.kind, problem.path, *sorted(self.paths), problem.label)


@dataclass(frozen=True)
class Side:
    """One picture of a card: its path, a badge for its split, and its class."""

    path: str
    badge: str
    is_train: bool
    caption: str


def entries_of(kind: str, problems: Iterable[Problem], now: Situation | None) -> list[Entry]:
    """The entries of one kind; copies most alike first, others in the order of the check."""
    mine = [p for p in problems if p.kind == kind]
    if kind == "odd-label":
        return _by_class(mine)
    found = [Entry((p,), _paths(p, now)) for p in mine]
    if any(len(e.paths) == 2 for e in found):
        found.sort(key=lambda e: -(e.problem.alike or _UNLIKE))
    return found


def _by_class(problems: list[Problem]) -> list[Entry]:
    """Odd labels, class by class; a cell that went astray stands for itself."""
    classes: dict[tuple[str, ...], list[Problem]] = {}
    for p in problems:
        alone = () if p.output else (p.path,)
        classes.setdefault((p.output, p.label, p.other, *alone), []).append(p)
    return [Entry(tuple(found), (found[0].path,)) for found in classes.values()]


def _paths(problem: Problem, now: Situation | None) -> tuple[str, ...]:
    if problem.other and now is not None and problem.other in now.rows:
        return problem.other, problem.path
    if problem.kind in CLASS_PROBLEMS or not problem.path:
        return ()
    return (problem.path,)


def is_class_row(problem: Problem) -> bool:
    """Whether it is about a class, not about pictures."""
    return problem.kind in CLASS_PROBLEMS or bool(problem.label)


def side_of(path: str, now: Situation | None) -> Side:
    """What a card says of one of its pictures."""
    split = now.split_of(path) if now is not None else -1
    names = ", ".join(map(display_name, now.classes_of(path))) if now is not None else ""
    badge = Split(split).label if split >= 0 else "Not used"
    return Side(path, badge, split == Split.TRAIN, names or PurePosixPath(display_name(path)).name)


def alike_words(problem: Problem) -> str:
    """How alike two pictures are, as the foot of their card says it."""
    if problem.alike is None:
        return "Alike"
    # Only what is the same to the last pixel is alike without a rest.
    shown = 1.0 if problem.alike >= 1 else min(problem.alike, 0.999)
    return f"{percent(shown, 0 if shown == 1 else 1)} alike"


def single_words(problem: Problem) -> str:
    """What the foot of a card with one picture says: the fact where there is one, or its name."""
    return problem.how or PurePosixPath(display_name(problem.path)).name


def row_title(entry: Entry) -> str:
    """The first line of an entry in a list of rows."""
    problem = entry.problem
    if problem.kind == "odd-label" and problem.output:
        return f"“{display_name(problem.label)}”"
    if problem.kind in CLASS_PROBLEMS:
        return f"“{display_name(problem.label)}”" if problem.label else "The classes"
    return display_name(problem.path) or "The whole data set"


def row_detail(entry: Entry) -> str:
    """The second line of an entry in a list of rows."""
    problem = entry.problem
    if problem.kind == "odd-label" and problem.output:
        number = count(len(entry.problems), "picture")
        if problem.other:
            return f"{number}. It may be a slip of “{display_name(problem.other)}”."
        return f"{number}. The name reads like a missing value."
    return problem.message


def as_text(problems: Iterable[Problem]) -> str:
    """All problems as rows of what, where and why, columns divided by tabs."""
    rows = [("What", "Where", "Why")]
    rows += [
        (kind_of(p.kind).title, display_name(p.path) or "the whole data set", p.message)
        for p in problems
    ]
    return "\n".join("\t".join(row) for row in rows) + "\n"

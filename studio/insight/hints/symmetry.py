"""Do classes become each other when pictures are mirrored, flipped or turned? Which side is up?

That one class becomes another is said where pictures of both, seen so, look more like the other
class than like their own, in both directions: pictures that merely look strange that way are all
taken for one class, and nothing is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from studio.core.control import Control
from studio.core.strengths import Hint
from studio.insight.hints.features import CUES, Features, joined, turned
from studio.insight.hints.motion import VIEWS, turners
from studio.insight.hints.nature import Doer, kinds_of, mild_of
from studio.insight.hints.pictures import Sample
from studio.insight.hints.probe import (
    Labels,
    Share,
    chance,
    folds_of,
    held_out,
    lost,
    luck,
    right_share,
)
from studio.insight.hints.words import DONE, of, percent, quoted

SURE = 3.09
"""Standard deviations: right 999 times of 1,000."""

_BACK = {"quarter": "three", "three": "quarter"}
_LEAST_PAIR = 8
_LEAST_EACH, _LEAST_BOTH = 0.3, 0.45
_FEW = 40
_MOST_TURNED = 240
_MOST_MIRRORED = 400


@dataclass(frozen=True)
class Pair:
    """Two classes that become each other. ``share``: of ``one`` that are taken for ``two``."""

    one: int
    two: int
    share: Share
    other_way: Share

    @property
    def strength(self) -> float:
        """How many of both, 0 … 1."""
        return (self.share.value + self.other_way.value) / 2.0


class Symmetry:
    """Answers about a sample; each is worked out when it is asked for."""

    def __init__(self, sample: Sample, parts: dict[str, Features], control: Control) -> None:
        self.sample, self.parts, self.control = sample, parts, control
        self.folds = folds_of(sample.labels)

    def blocks(self, view: str = "") -> list[Features]:
        """The numbers of the pictures as they are seen."""
        if not view:
            return joined(self.parts)
        return joined({**self.parts, "form": turned(self.parts["form"], view)}, CUES)

    @cached_property
    def answers(self) -> dict[str, Labels]:
        """What the pictures are taken for, seen each way, by what knows them only upright."""
        views = ["", *VIEWS, "three"]
        found = held_out(
            [self.blocks()], [self.blocks(v) for v in views], self.sample.labels,
            len(self.sample.classes), self.folds, self.control,
        )  # fmt: skip
        return dict(zip(views, found, strict=True))

    @cached_property
    def can_tell(self) -> bool:
        """Whether classes are told apart clearly better than by luck."""
        labels = self.sample.labels
        return right_share(self.answers[""], labels).low(SURE) > chance(labels)

    def pairs(self, view: str) -> list[Pair]:
        """The classes that become each other, the strongest pair first."""
        count = len(self.sample.classes)
        found = []
        for one in range(count):
            for two in range(count):
                # Back and forth is the same where the view undoes itself.
                if one != two and (one < two or view in _BACK):
                    pair = self._pair(view, one, two)
                    found += [pair] if pair is not None else []
        return sorted(found, key=lambda pair: -pair.strength)

    def _pair(self, view: str, one: int, two: int) -> Pair | None:
        there = self._taken(view, one, two)
        back = self._taken(_BACK.get(view, view), two, one)
        if there is None or back is None:
            return None
        shares = sorted((there.value, back.value))
        if shares[0] < _LEAST_EACH or sum(shares) / 2 < _LEAST_BOTH:
            return None
        return Pair(one, two, there, back)

    def _taken(self, view: str, one: int, two: int) -> Share | None:
        """How many of ``one`` are taken for ``two``, where that is clear; else None."""
        mine = self.sample.labels == one
        before, after = self.answers[""][mine], self.answers[view][mine]
        total = int(np.count_nonzero(mine))
        taken, kept = np.count_nonzero(after == two), np.count_nonzero(after == one)
        if total < _LEAST_PAIR or taken <= kept or np.count_nonzero(before == one) * 2 < total:
            return None
        tests = len(self.sample.classes) * (len(self.sample.classes) - 1)
        level = min(0.02, 0.5 / tests)
        was, is_now = before == two, after == two
        grown = luck(int(np.count_nonzero(is_now & ~was)), int(np.count_nonzero(was & ~is_now)))
        more = luck(int(taken), int(kept))
        return Share(int(taken), total) if max(grown, more) < level else None

    # --- which side is up -----------------------------------------------------------------------

    def told(self, *views: str) -> Share:
        """How often it is told which of these ways a picture is seen, of those asked about."""
        most = _MOST_TURNED if len(views) > 2 else _MOST_MIRRORED
        rows = np.random.default_rng(3).permutation(len(self.sample))[:most]
        versions = [[block[rows] for block in self.blocks(view)] for view in views]
        blocks = [np.concatenate(parts) for parts in zip(*versions, strict=True)]
        ways = np.repeat(np.arange(len(views)), len(rows))
        # All ways of one picture are known, or none.
        folds = np.tile(np.arange(len(rows)) % 5, len(views))
        (answers,) = held_out([blocks], [blocks], ways, len(views), folds, self.control)
        # Pictures were asked, not ways: so many are counted as there are pictures.
        return Share(round(len(rows) * right_share(answers, ways).value), len(rows))

    def harms(self, *views: str) -> bool:
        """Whether knowing these views as well makes the upright pictures harder to tell."""
        labels = self.sample.labels
        (answers,) = held_out(
            [self.blocks(view) for view in ("", *views)], [self.blocks()], labels,
            len(self.sample.classes), self.folds, self.control,
        )  # fmt: skip
        before, after = self.answers[""] == labels, answers == labels
        return lost(before, after) < 0.05 or float(after.mean()) < float(before.mean()) - 0.03


def symmetry_hints(symmetry: Symmetry) -> Iterator[Hint]:
    """What follows for steps that mirror, flip and turn."""
    if not symmetry.can_tell:
        return
    channels = symmetry.sample.pixels.shape[3]
    doers = turners(channels, symmetry.control)
    pairs = {view: found for view in VIEWS if (found := symmetry.pairs(view))}
    said: set[str] = set()
    for view in sorted(pairs, key=lambda v: -pairs[v][0].strength):
        # What turns by any quarter is named once, with what it does worst.
        new = [d for d in doers[view] if d.mild or d.kind not in said]
        said |= {d.kind for d in doers[view] if not d.mild}
        if new:
            yield _confused(symmetry.sample, view, pairs[view], new)
    if "half" in pairs and not {"mirror", "flip"} & set(pairs):
        yield from _together(symmetry.sample, pairs["half"][0], doers)
    if len(symmetry.sample) >= _FEW:
        yield from _sides(symmetry, doers, set(pairs))


def _confused(sample: Sample, view: str, pairs: list[Pair], doers: list[Doer]) -> Hint:
    more = len(pairs) - 1
    also = "" if more < 1 else f" So are {more} more pairs." if more > 1 else " So is another pair."
    return Hint(
        f"{view}-confuses", kinds_of(doers), "warning",
        f"{DONE[view]}, {_worst(sample, pairs[0])}.{also}", "Leave it out", mild=mild_of(doers),
    )  # fmt: skip


def _worst(sample: Sample, pair: Pair) -> str:
    one, two, share = pair.one, pair.two, pair.share
    if pair.other_way.value > share.value:
        one, two, share = two, one, pair.other_way
    names = sample.classes
    return (
        f"{quoted(names[one])} looks like {quoted(names[two])} here: {of(share)} are taken for "
        "the other class"
    )


def _together(sample: Sample, pair: Pair, doers: dict[str, tuple[Doer, ...]]) -> Iterator[Hint]:
    """Mirrored and flipped is turned by half."""
    mirrors = [d for d in doers["mirror"] if not d.mild]
    flips = [d for d in doers["flip"] if not d.mild]
    for those, others in ((flips, mirrors), (mirrors, flips)):
        if those and others:
            yield Hint(
                "half-confuses-together", kinds_of(those), "warning",
                f"Together with {others[0].step.title} it turns pictures by half, and then "
                f"{_worst(sample, pair)}.",
                "Leave it out", along=kinds_of(others),
            )  # fmt: skip


def _sides(
    symmetry: Symmetry, doers: dict[str, tuple[Doer, ...]], confusing: set[str]
) -> Iterator[Hint]:
    """Whether pictures have an upper side, and a left and a right one."""
    up = symmetry.told("", "quarter", "half", "three")
    turning = _once([*doers["quarter"], *doers["half"], *doers["flip"]])
    if up.value < 0.31 and not confusing and not symmetry.harms("quarter", "half", "three"):
        add = next((d for d in doers["quarter"] if not d.mild), None)
        yield Hint(
            "every-side", kinds_of(turning), "good",
            "These pictures are already seen from every side: which side is up is told for "
            f"{percent(up.value)} of them, and 25 % would be luck. Any turn suits them.",
            f"Add {add.step.title}" if add else "", {"kind": add.kind} if add else None,
        )  # fmt: skip
    elif up.value > 0.8 and (free := _without(turning, doers, confusing - {"mirror"})):
        yield Hint(
            "upright", kinds_of(free), "info",
            "These pictures all stand upright: which side is up is told for "
            f"{percent(up.value)} of them. Far turned ones may never be met later.",
            mild=mild_of(free),
        )  # fmt: skip
    yield from _left_and_right(symmetry, doers["mirror"], confusing)


def _once(doers: list[Doer]) -> list[Doer]:
    """Each kind as it comes first."""
    return list({d.kind: d for d in reversed(doers)}.values())[::-1]


def _without(
    turning: list[Doer], doers: dict[str, tuple[Doer, ...]], confusing: set[str]
) -> list[Doer]:
    """The kinds of which nothing worse was said."""
    said = {d.kind for view in confusing for d in doers[view]}
    return [d for d in turning if d.kind not in said]


def _left_and_right(
    symmetry: Symmetry, mirrors: tuple[Doer, ...], confusing: set[str]
) -> Iterator[Hint]:
    if "mirror" in confusing:
        return
    sides = symmetry.told("", "mirror")
    if sides.value < 0.57 and not symmetry.harms("mirror"):
        add = next((d for d in mirrors if not d.mild), None)
        yield Hint(
            "left-right-alike", kinds_of(mirrors), "good",
            "Left and right look alike in these pictures: which of two is the mirrored one is "
            f"told for {percent(sides.value)}, and 50 % would be luck.",
            f"Add {add.step.title}" if add else "", {"kind": add.kind} if add else None,
        )  # fmt: skip
    elif sides.value > 0.9:
        yield Hint(
            "left-right-differ", kinds_of(mirrors), "info",
            "Left and right differ in these pictures: the mirrored one is told from the other for "
            f"{percent(sides.value)} of them, and such ones may never be met later.",
            mild=mild_of(mirrors),
        )  # fmt: skip

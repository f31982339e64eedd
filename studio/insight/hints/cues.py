"""What classes are told apart by, and which steps take it away.

A cue counts as needed where pictures are told apart clearly worse without it. Then the steps that
change it are applied to pictures, and those after which the cue says less are named, with the
settings from which on it does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from studio.augment.step import Step
from studio.core.control import Control
from studio.core.spec import Parameter
from studio.core.strengths import Hint
from studio.data.pixels import resize
from studio.insight.hints.change import lighters, tinters
from studio.insight.hints.features import CUES, Features, chroma, features, joined
from studio.insight.hints.nature import (
    Doer,
    applied,
    doer,
    kinds_of,
    mild_of,
    plain,
    ranges,
    set_to,
    watched,
    weakest,
)
from studio.insight.hints.pictures import Sample
from studio.insight.hints.probe import Labels, Probe, chance, held_out, lost, right_share
from studio.insight.hints.words import percent

Changers = Callable[[int, Control], Iterator[type[Step]]]

_TILE = 24
_ASKED = 64
_HALVINGS = 3
_LEAST_LEAD = 0.1
_LEAST_GAIN = 0.03
_KEPT = 0.67
"""The share of the lead over luck that a step must leave."""

_SENTENCES = {
    "colour": "{title} changes colour, and your classes differ in colour: by colour alone "
    "{before} of the pictures are told apart, after it {after}.",
    "light": "{title} changes the light, and your classes differ in it: by light alone {before} "
    "of the pictures are told apart, after it {after}.",
}
_BANDS = (
    "{title} changes the balance of the bands, and your classes differ in it: by it alone "
    "{before} of the pictures are told apart, after it {after}."
)
_CHANGERS: dict[str, Changers] = {"colour": tinters, "light": lighters}


def is_needed(
    sample: Sample, parts: dict[str, Features], folds: Labels, cue: str, control: Control
) -> bool:
    """Whether classes differ in a cue, and that is not seen in the others as well."""
    labels, classes = sample.labels, len(sample.classes)

    def answers(*cues: str) -> Labels:
        blocks = joined(parts, cues)
        (found,) = held_out([blocks], [blocks], labels, classes, folds, control)
        return found

    alone, luck = right_share(answers(cue), labels), chance(labels)
    if alone.low(3.09) < luck + _LEAST_LEAD * (1 - luck):
        return False
    rest = tuple(c for c in CUES if c != cue)
    whole, without = answers(*CUES) == labels, answers(*rest) == labels
    gain = float(whole.mean() - without.mean())
    return gain >= _LEAST_GAIN and lost(whole, without) < 0.01


class Asked:
    """Some pictures laid side by side, and what is said of them by some cues after a step."""

    def __init__(self, sample: Sample, cues: Sequence[str], side: int = _TILE) -> None:
        self.cues, self._side, labels = cues, side, sample.labels
        self.channels = sample.pixels.shape[3]
        self.chance = chance(labels)
        rows = np.random.default_rng(9).permutation(len(sample))
        count = min(_ASKED, len(sample) // 3)
        asked, told = rows[:count], rows[count:]
        small = np.stack([resize(p, side, side).reshape(side, side, -1) for p in sample.pixels])
        known = features(small[told], cues)
        self._probe = Probe(joined(known, cues), labels[told], len(sample.classes))
        self._labels = labels[asked]
        self._sheet, self._count = tiled(small[asked]), count
        self.before = self._right(self._sheet)

    def right_after(self, step: Step) -> NDArray[np.bool_]:
        """Which pictures are still told right."""
        return self._right(applied(step, self._sheet))

    def is_harmed(self, step: Step) -> bool:
        """Whether the cues say clearly less after a step."""
        after = self.right_after(step)
        lead, left = self.before.mean() - self.chance, after.mean() - self.chance
        return bool(left < _KEPT * lead) and lost(self.before, after) < 0.01

    def words_after(self, harmful: Doer) -> tuple[str, str]:
        """How many are told right before a step, and after it where it is worst."""
        strong = [
            set_to(harmful.step, p.name, value)
            for p in ranges(harmful.step)
            if p.name in harmful.mild
            for value in _beyond(p, harmful.mild[p.name])
        ]
        after = min(float(self.right_after(s).mean()) for s in strong or [weakest(harmful.step)])
        return percent(float(self.before.mean())), percent(after)

    def _right(self, sheet: NDArray[np.uint8]) -> NDArray[np.bool_]:
        pictures = untiled(sheet, self._side)[: self._count]
        said = self._probe.answers(joined(features(pictures, self.cues), self.cues))
        return np.asarray(said == self._labels)


def _beyond(p: Parameter, mild: tuple[float, float]) -> list[float]:
    """The ends of a range that are not mild, and what lies half way to them."""
    low, high = mild
    found = [] if p.minimum is None or low <= p.minimum else [p.minimum, (p.minimum + low) / 2]
    if p.maximum is not None and high < p.maximum:
        found += [p.maximum, (p.maximum + high) / 2]
    return found


def tiled(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """One picture of all of them: a step that changes levels takes them together, quickly."""
    side = int(np.ceil(np.sqrt(len(pictures))))
    n, height, width, channels = pictures.shape
    sheet = np.zeros((side * side, height, width, channels), np.uint8)
    sheet[:n] = pictures
    rows = sheet.reshape(side, side, height, width, channels).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(rows.reshape(side * height, side * width, channels))


def untiled(sheet: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """The pictures of :func:`tiled`, with the empty ones behind them."""
    down, across, channels = sheet.shape[0] // side, sheet.shape[1] // side, sheet.shape[2]
    rows = sheet.reshape(down, side, across, side, channels).transpose(0, 2, 1, 3, 4)
    return np.ascontiguousarray(rows.reshape(-1, side, side, channels))


def cue_hints(
    sample: Sample, parts: dict[str, Features], folds: Labels, control: Control
) -> Iterator[Hint]:
    """What follows for steps that change colour and light."""
    channels = sample.pixels.shape[3]
    if channels > 1 and is_grey(sample):
        yield from _grey_hints(sample, control)
    said: set[str] = set()
    for cue, changers in _CHANGERS.items():
        if not is_needed(sample, parts, folds, cue, control):
            continue
        asked = Asked(sample, (cue,))
        sentence = _BANDS if cue == "colour" and channels != 3 else _SENTENCES[cue]
        for harmful in _harmful(asked, changers(channels, control), control):
            if harmful.kind not in said:
                said.add(harmful.kind)
                yield _harm(f"{cue}-matters", sentence, asked, harmful)


def _harmful(asked: Asked, steps: Iterable[type[Step]], control: Control) -> Iterator[Doer]:
    for step in steps:
        found = doer(step, watched(asked.is_harmed, control), _HALVINGS)
        if found is not None:
            yield found


def _harm(key: str, sentence: str, asked: Asked, harmful: Doer) -> Hint:
    before, after = asked.words_after(harmful)
    words = sentence.format(title=harmful.step.title, before=before, after=after)
    return Hint(
        key, (harmful.kind,), "warning", words, "Leave it out", mild=mild_of([harmful])
    )  # fmt: skip


def is_grey(sample: Sample) -> bool:
    """Whether practically all pictures have no colour in them."""
    colours = np.abs(chroma(sample.pixels)).mean(axis=(1, 2, 3))
    return len(sample) > 0 and float(np.mean(colours < 0.01)) > 0.98


def _grey_hints(sample: Sample, control: Control) -> Iterator[Hint]:
    """Steps that do nothing to grey pictures, and such as give them colour."""
    small = np.stack([resize(p, _TILE, _TILE) for p in sample.pixels[:25]])
    sheet = tiled(small.reshape(len(small), _TILE, _TILE, -1))
    idle, tinting = [], []
    for step in tinters(sheet.shape[2], control):
        results = [applied(s, sheet) for s in plain(step)]
        if all(int(np.abs(r.astype(int) - sheet).max()) <= 2 for r in results):
            idle.append(Doer(step, {}))
        elif any(float(np.abs(chroma(r[None])).mean()) > 0.05 for r in results):
            tinting.append(Doer(step, {}))
    if idle:
        yield Hint(
            "grey-already", kinds_of(idle), "info",
            "These pictures are grey already: this step changes nothing in them.", "Leave it out",
        )  # fmt: skip
    if tinting:
        yield Hint(
            "grey-tinted", kinds_of(tinting), "info",
            "These pictures are grey, and this step gives them colours that none of them has.",
            "Leave it out",
        )  # fmt: skip

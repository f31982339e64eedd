"""What a pretrained network could learn before the first training, and from which pictures.

Plain functions, for a thread beside the window's; no Qt here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import StudioError
from studio.core.input import InputSpec
from studio.data.balance import nothing_to_learn
from studio.data.dataset import Dataset
from studio.data.stacks import input_of
from studio.engine.protocol.augment_messages import LearnQuickly
from studio.engine.protocol.messages import Request

_EACH_SPLIT = 20_000
"""Pictures of a split that are told to the engine: it draws some hundred of them."""


@dataclass(frozen=True)
class Material:
    """What a quick network learns from, as the engine wants it."""

    paths: tuple[str, ...]
    labels: dict[str, list[object]]
    split: tuple[int, ...]
    outputs: dict[str, tuple[str, ...]]
    multi_label: tuple[str, ...]
    input: InputSpec

    @property
    def has_held_out(self) -> bool:
        """Whether there are validation pictures to ask about."""
        return 1 in self.split

    def request(self, job: int) -> Request:
        """The message for the inspector."""
        return LearnQuickly(job, self.paths, self.labels, self.split, self.outputs,
                            self.input.model_dump(mode="json"), self.multi_label)  # fmt: skip


@dataclass(frozen=True)
class Offer:
    """A pretrained network that is at hand, and the question that it can learn."""

    title: str
    output: str


def offer_of(dataset: Dataset, assignment: NDArray[np.int8], input: InputSpec) -> Offer | None:
    """What can be learned quickly; None without weights, or without labels to learn from."""
    from studio.models.quickest import quickest_at_hand  # it finds all architectures

    for name, classes in dataset.outputs.items():
        if not nothing_to_learn({name: classes}, dataset.labels, assignment)[0]:
            try:
                return Offer(quickest_at_hand(input).title, name)
            except StudioError:
                return None
    return None


def material_of(
    dataset: Dataset, assignment: NDArray[np.int8], input: InputSpec, output: str
) -> Material:
    """The pictures of all splits; of very many, as many of each class as can be."""
    chosen = assignment.copy()
    groups = dataset.first_class(output)
    for split in (0, 1, 2):
        rows = np.flatnonzero(assignment == split)
        if len(rows) > _EACH_SPLIT:
            chosen[rows] = -1
            chosen[_spread(rows, groups[rows])] = split
    samples = dataset.samples(chosen)
    root = samples.root
    return Material(
        tuple(str(root / path) for path in samples.paths),
        {output: samples.labels[output]},
        tuple(samples.split),
        {output: dataset.outputs[output]},
        tuple(name for name in dataset.multi_label if name == output),
        input_of(dataset, input),
    )


def _spread(rows: NDArray[np.int64], groups: NDArray[np.integer]) -> NDArray[np.int64]:
    """The classes take turns, so that none of them is lost."""
    draw = np.random.default_rng(1).permutation(len(rows))
    order = draw[np.argsort(groups[draw], kind="stable")]
    starts = np.flatnonzero(np.r_[True, np.diff(groups[order]) != 0])
    sizes = np.diff(np.r_[starts, len(order)])
    turn = np.arange(len(order)) - np.repeat(starts, sizes)
    return rows[order[np.argsort(turn, kind="stable")[:_EACH_SPLIT]]]

"""Which pictures are trained on, which validate, which test: stratified, with a seed."""

from __future__ import annotations

import hashlib
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from studio.core.spec import Spec, parameter
from studio.data.dataset import NO_SPLIT, Dataset, Split


class SplitSpec(Spec):
    """How a data set is split. Shares are of each class, so every class is in every part."""

    mode: Literal["folders", "ratio"] = parameter(
        "folders", title="Split",
        help="Keep the split that the folders give and add what they lack, or draw a new one.",
        choices={"folders": "As the folders say", "ratio": "By shares"},
    )  # fmt: skip
    validation: float = parameter(
        0.15, title="Validation",
        help="Share of each class that is held out to check the network after every epoch.",
        minimum=0, maximum=0.9, step=0.05, safe=(0.1, 0.3),
    )  # fmt: skip
    test: float = parameter(
        0.15, title="Test",
        help="Share of each class that is never seen until the final evaluation.",
        minimum=0, maximum=0.9, step=0.05, safe=(0.0, 0.3),
    )  # fmt: skip
    seed: int = parameter(
        7, title="Seed", help="The same seed gives the same split.", minimum=0, maximum=2**31 - 1
    )


def assign(
    dataset: Dataset, spec: SplitSpec, excluded: NDArray[np.bool_] | None = None
) -> NDArray[np.int8]:
    """Give every picture a split.

    A picture's place depends on the seed, its path and its class alone, not on the order of
    the files. In each class every part with a share gets at least one picture as far as they
    reach: the first goes to training, the second to validation, the third to test.

    Args:
        excluded: ``(n,) bool`` rows that belong to no split.

    Returns:
        ``(n,) int8`` of :class:`Split`, −1 where excluded.
    """
    split = np.full(len(dataset), NO_SPLIT, np.int8)
    usable = np.ones(len(dataset), bool) if excluded is None else ~excluded
    shares = {Split.VALIDATION: spec.validation, Split.TEST: spec.test}
    if spec.mode == "folders" and dataset.has_split:
        split[usable] = dataset.found_split[usable]
        given = set(np.unique(dataset.found_split).tolist())
        shares = {part: share for part, share in shares.items() if int(part) not in given}
        split[usable & (split == NO_SPLIT)] = Split.TRAIN
        drawn = usable & (split == Split.TRAIN)
    else:
        split[usable] = Split.TRAIN
        drawn = usable
    rows = np.flatnonzero(drawn)
    if len(rows) and any(shares.values()):
        _draw(dataset, rows, shares, spec.seed, split)
    return split


def _draw(
    dataset: Dataset,
    rows: NDArray[np.int64],
    shares: dict[Split, float],
    seed: int,
    split: NDArray[np.int8],
) -> None:
    """Move pictures of each class out of training, in an order that the seed shuffles."""
    labels = next(iter(dataset.labels.values()))[rows]
    keys = _shuffle_keys([dataset.paths[i] for i in rows.tolist()], seed)
    rows = rows[np.lexsort((keys, labels))]
    counts = np.unique(labels, return_counts=True)[1]
    start = 0
    for count in counts.tolist():
        own = rows[start : start + count]
        start += count
        taken = 0
        for part, number in _numbers(count, shares).items():
            split[own[taken : taken + number]] = part
            taken += number


def _numbers(count: int, shares: dict[Split, float]) -> dict[Split, int]:
    """How many of ``count`` pictures each part gets; at least one stays for training."""
    left = count - 1
    numbers = {}
    wanted = [part for part, share in shares.items() if share > 0]
    for i, part in enumerate(wanted):
        others = len(wanted) - i - 1
        number = max(1, int(count * shares[part] + 0.5))
        numbers[part] = max(0, min(number, left - others if left > others else left))
        left -= numbers[part]
    return numbers


def _shuffle_keys(paths: list[str], seed: int) -> NDArray[np.uint64]:
    salt = seed.to_bytes(16, "little", signed=True)
    digests = (
        hashlib.blake2b(p.encode("utf-8", "surrogateescape"), digest_size=8, salt=salt).digest()
        for p in paths
    )
    return np.frombuffer(b"".join(digests), dtype="<u8")

"""Which labels survive a change of the pictures, which do not, and how sure that is.

A label survives where the network, which found it in the picture as it was, still finds it.
Answers that were a toss-up before are left out: any change turns some of them. Where a picture may
have several classes it survives only if all classes that were rightly found are found again, and
none is added that the picture does not have.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from studio.core.strengths import Confusion
from studio.training.counting import wilson

ENOUGH = 0.95
"""The share of labels that has to survive."""
ENOUGH_OF_CLASS = 0.80
"""The share that has to survive of every class; a single class may not pay for the others."""
LEAST_OF_CLASS = 8
"""Pictures of a class from which its share says something."""
_SURE, _SURE_OF_CLASS = 1.0, 1.28
"""Standard deviations by which a share must miss its mark, so that one odd picture in twenty does
not decide: about 84 % and, since the worst of several classes is judged, 90 % sure."""


@dataclass(frozen=True, eq=False)
class Survival:
    """What became of a sample's labels.

    Attributes:
        accuracy: share of all known labels that are answered right now, 0 … 1; of a multi-label
            output those that a picture does not have are among them.
        counted: pictures answered right, and not by a hair, before the change.
        share: of these, those whose label survives; 1 where there is none.
        worst: the same of the class for which it is lowest, among those with at least
            :data:`LEAST_OF_CLASS` such pictures; ``share`` where no class has so many.
        is_safe: see :func:`survival`.
    """

    accuracy: float
    counted: int
    share: float
    worst: float
    is_safe: bool


def accuracy_of(truth: NDArray[np.int8], held: NDArray[np.bool_], several: bool) -> float:
    """The share of known labels that are right, 0 … 1.

    Args:
        truth: ``(n, classes)``: 1 the picture has the class, 0 not, −1 not known.
        held: ``(n, classes)`` what the network says.
        several: whether each class is a question of its own.
    """
    if several:
        return float((held == (truth == 1))[truth >= 0].mean())
    return float((held & (truth == 1)).any(axis=1).mean())


def survival(
    truth: NDArray[np.int8],
    before: NDArray[np.bool_],
    after: NDArray[np.bool_],
    several: bool = False,
    sure: NDArray[np.bool_] | None = None,
) -> Survival:
    """Compare what a network says before and after a change of the pictures.

    Labels are said to survive (``is_safe``) unless the sample speaks against it: unless the share
    that survives lies below 95 %, or that of one class below 80 %, by more than chance explains
    (upper end of Wilson's interval, 84 % and 90 % one-sided). With 200 pictures it takes 14
    losses instead of 10, with 20 pictures two instead of one.

    Args:
        truth, before, after: ``(n, classes)``, see :func:`accuracy_of`.
        sure: ``(n, classes)`` what was more than a toss-up before; all, where left out.
    """
    accuracy = accuracy_of(truth, after, several)
    certain = np.ones(before.shape, bool) if sure is None else sure
    right = before & (truth == 1) & certain
    counted = right.any(axis=1)
    n = int(counted.sum())
    if not n:
        return Survival(accuracy, 0, 1.0, 1.0, True)
    lost = (right & ~after).any(axis=1)
    added = (after & ~before & (truth == 0) & certain).any(axis=1)
    survived = int((counted & ~lost & ~added).sum())
    per_class = right.sum(axis=0)
    kept = (right & after).sum(axis=0)
    judged = np.flatnonzero(per_class >= LEAST_OF_CLASS)
    worst = min((kept[c] / per_class[c] for c in judged), default=survived / n)
    is_safe = wilson(survived, n, _SURE)[1] >= ENOUGH and all(
        wilson(kept[c], int(per_class[c]), _SURE_OF_CLASS)[1] >= ENOUGH_OF_CLASS for c in judged
    )
    return Survival(accuracy, n, survived / n, float(worst), bool(is_safe))


def confusion(
    truth: NDArray[np.int8],
    before: NDArray[np.bool_],
    after: NDArray[np.bool_],
    classes: tuple[str, ...],
    sure: NDArray[np.bool_] | None = None,
) -> Confusion | None:
    """The two classes that a change confuses most, of pictures answered right before it.

    Where nothing takes the place of a class (several may hold, and none does), ``taken_for`` is
    empty. None where nothing is lost.
    """
    certain = np.ones(before.shape, bool) if sure is None else sure
    right = (before & (truth == 1) & certain).astype(np.int64)
    lost = right * ~after
    added = (after & ~before & (truth == 0) & certain).astype(np.int64)
    is_replaced = added.any(axis=1)
    counts = right.T @ added
    gone = lost[~is_replaced].sum(axis=0)
    totals = right.sum(axis=0)
    table = np.column_stack([counts, gone])
    if not table.any():
        return None
    share = table / np.maximum(totals, 1)[:, None]
    true, other = np.unravel_index(int((table + share / 2).argmax()), table.shape)
    name = classes[other] if other < len(classes) else ""
    return Confusion(classes[true], name, int(table[true, other]), int(totals[true]))

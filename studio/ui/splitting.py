"""Drawing the split of the open data set; of very many pictures without the window waiting."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, Signal

from studio.data.dataset import Dataset
from studio.data.split import SplitSpec, assign, shuffle_keys
from studio.ui.latest import Latest

if TYPE_CHECKING:
    from studio.data.leaks import LeakReport

AT_ONCE = 10_000
"""So many pictures are split within a frame, whatever stays together."""

PLAIN_AT_ONCE = 200_000
"""So many with one class each and nothing that stays together, once their order is known."""

Keys = tuple[list[str], int, NDArray[np.uint64]]


class Splitting(QObject):
    """What a split needs besides its spec: the shuffled order, and which pictures are twins.

    Attributes:
        twins: ``(n,) int64`` near twins, −1 has none; None until the pictures were checked.
        last: ``(n,) int8`` what was drawn last, without a person's moves; None where nothing was.
        is_drawing: whether a split is being drawn in the background.

    Signals:
        drawn(object): ``(n,) int8``, the split that :meth:`draw` was asked for.
    """

    drawn = Signal(object)

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._keys: Keys | None = None
        self.twins: NDArray[np.int64] | None = None
        self.last: NDArray[np.int8] | None = None
        self.is_drawing = False
        self._latest = Latest(self)
        self._latest.answered.connect(self._take)

    def forget(self) -> None:
        """Another data set is open, or none."""
        self._keys = self.twins = self.last = None
        self.stop()

    def stop(self) -> None:
        """What is being drawn is no longer wanted."""
        self._latest.forget()
        self.is_drawing = False

    def know_twins(self, twins: NDArray[np.int64]) -> bool:
        """Take over what a check found; False where it is known already."""
        if self.twins is not None and np.array_equal(self.twins, twins):
            return False
        self.twins = twins
        return True

    def waits(self, spec: SplitSpec) -> bool:
        """Whether twins are to be kept together and it is not known yet which they are."""
        return spec.together == "twins" and self.twins is None

    def draw(
        self, dataset: Dataset, spec: SplitSpec, left_out: NDArray[np.bool_]
    ) -> NDArray[np.int8] | None:
        """The split of a spec, ``(n,) int8``; None where :attr:`drawn` tells it later."""
        from studio.data.together import groups_of

        self.stop()
        groups = groups_of(dataset, spec, self.twins)
        keys = self._known_keys(dataset, spec)
        is_plain = groups is None and len(dataset.outputs) == 1 and not dataset.multi_label
        at_once = PLAIN_AT_ONCE if is_plain and keys is not None else AT_ONCE

        def answer() -> tuple[Keys, NDArray[np.int8]]:
            order = keys or (dataset.paths, spec.seed, shuffle_keys(dataset.paths, spec.seed))
            return order, assign(dataset, spec, left_out, groups, order[2])

        if len(dataset) <= at_once:
            self._keys, self.last = answer()
            return self.last
        self.is_drawing = True
        self._latest.ask(answer)
        return None

    def leaks(self, dataset: Dataset, spec: SplitSpec, split: NDArray[np.int8]) -> list[LeakReport]:
        """What straddles a split: near twins once they are known, and the column of the spec."""
        from studio.data.together import columns_to_report, leak_reports

        return leak_reports(dataset, split, self.twins, columns_to_report(dataset, spec))

    def _known_keys(self, dataset: Dataset, spec: SplitSpec) -> Keys | None:
        keys = self._keys
        if keys is not None and keys[0] is dataset.paths and keys[1] == spec.seed:
            return keys
        return None

    def _take(self, answer: tuple[Keys, NDArray[np.int8]]) -> None:
        self._keys, self.last = answer
        self.is_drawing = False
        self.drawn.emit(self.last)

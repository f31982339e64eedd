"""A guard for augmenters that refuse small pictures or use NumPy's global random state."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

_one_at_a_time = threading.Lock()
"""NumPy's old global random state is shared by all threads of a process."""


def guarded(augmenter: Any, smallest: int, alone: bool = False) -> Any:
    """An imgaug augmenter around another one, for small pictures and many threads.

    Args:
        augmenter: the augmenter within.
        smallest: a picture with a shorter side, in pixels, is continued by its mirror image for
            the augmenter within, and cut back afterwards.
        alone: the augmenter may only run in one thread at a time.
    """
    return _guard_class()(augmenter, smallest, alone)


@cache
def _guard_class() -> type[Any]:
    """The class of guards; imgaug takes seconds to import, so it is made at first use."""
    from imgaug.augmenters import meta

    class Guarded(_Guard, meta.Augmenter):
        def __init__(self, augmenter: Any, smallest: int, alone: bool) -> None:
            super().__init__()
            self.augmenter = augmenter
            self.smallest = smallest
            self.alone = alone

    return Guarded


class _Guard:
    """What imgaug asks of an augmenter, answered through the one within."""

    augmenter: Any
    smallest: int
    alone: bool

    def get_children_lists(self) -> list[list[Any]]:
        """The augmenter within, so that it is seeded with this one."""
        return [[self.augmenter]]

    def get_parameters(self) -> list[Any]:
        """What imgaug prints of it."""
        return [self.smallest, self.alone]

    def _augment_batch_(self, batch: Any, random_state: Any, parents: Any, hooks: Any) -> Any:
        for place, picture in enumerate(batch.images):
            batch.images[place] = self._augment(picture)
        return batch

    def _augment(self, picture: np.ndarray) -> np.ndarray:
        import numpy as np

        height, width = picture.shape[:2]
        missing = max(0, self.smallest - height), max(0, self.smallest - width)
        if any(missing):
            picture = np.pad(picture, ((0, missing[0]), (0, missing[1]), (0, 0)), "symmetric")
        # Some of them divide by the brightest pixel, which is 0 in a black picture, and say so.
        quiet = np.errstate(divide="ignore", invalid="ignore")
        with quiet, _one_at_a_time if self.alone else nullcontext():
            result: np.ndarray = self.augmenter.augment_image(picture)
        return result[:height, :width]

"""What goes wrong inside a training, as sentences."""

from __future__ import annotations

import re

from studio.core.errors import StorageError, StudioError, TrainingError, storage_error

_MEMORY = re.compile(
    r"out ?of ?memory|\bOOM\b|resource[_ ]?exhausted|failed to allocate|cannot allocate memory",
    re.IGNORECASE,
)


class OutOfMemory(TrainingError):
    """A batch did not fit into the memory.

    Attributes:
        batch_size: the size that was too large.
        half: the size to go on with; 0 where a single picture is too much.
    """

    def __init__(self, batch_size: int, details: str = "") -> None:
        self.batch_size = batch_size
        self.half = batch_size // 2
        hint = (
            f"Go on with half: set the batch size to {self.half}. What was learned is kept."
            if self.half
            else "Choose a smaller network or a smaller input size."
        )
        pictures = "picture" if batch_size == 1 else "pictures"
        super().__init__(
            f"The memory is full: a batch of {batch_size} {pictures} does not fit.", hint, details
        )


def is_out_of_memory(error: BaseException) -> bool:
    """Whether any backend ran out of memory, told by the error's class and text."""
    if isinstance(error, MemoryError):
        return True
    names = {kind.__name__ for kind in type(error).__mro__}
    if names & {"ResourceExhaustedError", "OutOfMemoryError"}:
        return True
    return isinstance(error, RuntimeError) and bool(_MEMORY.search(str(error)))


def not_a_number(epoch: int, batch: int, learning_rate: float) -> TrainingError:
    """The loss became infinite or not a number."""
    return TrainingError(
        f"The loss is no longer a number, since batch {batch} of epoch {epoch} or a little "
        "before: the steps were too large.",
        f"Train again with a smaller learning rate, such as {learning_rate / 10:.2g}. "
        "The best epoch so far is kept.",
    )


def explain(error: Exception, batch_size: int) -> StudioError:
    """Any error of a training as one of the studio's."""
    if isinstance(error, StudioError):
        return error
    details = f"{type(error).__name__}: {error}"
    if is_out_of_memory(error):
        return OutOfMemory(batch_size, details)
    if isinstance(error, OSError):
        problem: StorageError = storage_error(error, "training")
        return problem
    first = str(error).strip().splitlines()[0][:200] if str(error).strip() else "no reason given"
    return TrainingError(
        f"Training stopped with an unexpected error: {first}",
        "The last checkpoint is kept. The log has the details.",
        details,
    )

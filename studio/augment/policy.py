"""The policy: an ordered list of steps and groups of steps, and what it makes of a picture.

A picture's seed decides everything. Each step draws from a stream of its own, named by its kind
and by how many steps of that kind stand before it, so that changing, moving, switching or adding
another step does not draw this one anew. There is one way of applying a policy, for preview and
training alike: :mod:`studio.augment.fast`, with imgaug for the steps that it does not have.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from studio.augment.fast.draws import seed_for
from studio.augment.groups import MOST_STEPS, Steps, is_active
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.trace import Ran, record
from studio.core.errors import SpecError
from studio.core.spec import Spec, parse_spec

if TYPE_CHECKING:
    from studio.augment.fast.run import Node, Work

log = logging.getLogger(__name__)

__all__ = [
    "MOST_STEPS", "Augmentation", "Fault", "FaultAt", "OnFault", "Policy", "Ran", "Transform",
    "parse_policy", "seed_for", "to_json", "transform_for",
]  # fmt: skip


class Policy(Spec):
    """An ordered list of steps; the first is applied first."""

    steps: Steps = ()

    @property
    def active(self) -> tuple[Step, ...]:
        """The steps and groups of the list that can change a picture."""
        return tuple(step for step in self.steps if is_active(step))


def parse_policy(value: Any) -> Policy:
    """Read a policy from plain data: a list of steps, or ``{"steps": [...]}``.

    Raises:
        SpecError: a kind is unknown, a value is out of range, there are too many steps, or
            groups are nested too deeply.
    """
    if isinstance(value, Policy):
        return value
    if isinstance(value, list | tuple):
        value = {"steps": value}
    if not isinstance(value, dict):
        raise SpecError("A policy is a list of steps.", f"This one is {type(value).__name__}.")
    try:
        return parse_spec(Policy, value)
    except RecursionError as error:  # a setting, not a group: those were counted before
        raise SpecError(
            "A setting of a step is nested too deeply to be read.",
            "Choose a file that was written by “Save as…”.",
        ) from error


def to_json(policy: Policy) -> list[dict[str, Any]]:
    """The steps as plain data: ``[{"kind": "rotate", "angle": [-25.0, 25.0], …}, …]``."""
    steps: list[dict[str, Any]] = policy.model_dump(mode="json")["steps"]
    return steps


@dataclass(frozen=True)
class Fault:
    """A step that could not be applied to one picture, which went on without it."""

    step: str
    message: str
    kind: str = field(default="", compare=False)


OnFault = Callable[[Fault], None]


class Augmentation:
    """A policy made ready for use. Picklable, and safe to use from many threads.

    The same picture and seed give the same pixels, in any process and any order.
    """

    def __init__(self, policy: Policy) -> None:
        from studio.augment.fast.run import tree  # brings OpenCV, which no window needs

        self.policy = policy
        self._nodes: tuple[Node, ...] = tree(policy.steps)
        self._local = threading.local()

    def __getstate__(self) -> Policy:
        return self.policy

    def __setstate__(self, policy: Policy) -> None:
        self.__init__(policy)  # type: ignore[misc]

    def apply(self, picture: np.ndarray, seed: int, on_fault: OnFault | None = None) -> np.ndarray:
        """One picture as it is trained with.

        Args:
            picture: ``(height, width, channels) uint8``, or ``float32`` with levels of 0 … 255,
                which are rounded to 8 bits first; not changed.
            seed: of :func:`seed_for`.
            on_fault: is told of each step that failed on this picture and was left out.

        Returns:
            A new array of the same shape and type.

        Raises:
            SpecError: the array is no such picture.
        """
        return self._apply(picture, seed, on_fault, self._augmenter, None)

    def trace(
        self, picture: np.ndarray, seed: int, on_fault: OnFault | None = None
    ) -> tuple[np.ndarray, list[Ran]]:
        """The pixels of :meth:`apply`, and the steps that made them, in order."""
        drawn: dict[str, dict[str, Any]] = {}
        ran: list[Ran] = []

        def build(node: Node) -> ImgaugAugmenter:
            augmenter = node.step.build()
            record(augmenter, drawn.setdefault(node.stream, {}))
            return augmenter

        def keep(work: Work) -> None:
            ran.append(Ran(work.node.step, drawn.get(work.node.stream, work.values)))

        return self._apply(picture, seed, on_fault, build, keep), ran

    def _apply(
        self,
        picture: np.ndarray,
        seed: int,
        on_fault: OnFault | None,
        imgaug_of: Callable[[Node], ImgaugAugmenter],
        ran: Callable[[Work], None] | None,
    ) -> np.ndarray:
        from studio.augment.fast.run import run

        def failed(node: Node, error: Exception) -> None:
            log.debug("step %s left out", node.step.kind, exc_info=error)
            if on_fault is not None:
                message = f"{type(error).__name__}: {error}"
                on_fault(Fault(node.step.title, message, node.step.kind))

        levels = np.ascontiguousarray(_levels(picture))
        result = run(self._nodes, levels, seed, imgaug_of, failed, ran)
        return result if picture.dtype == np.uint8 else result.astype(picture.dtype)

    def _augmenter(self, node: Node) -> ImgaugAugmenter:
        """The augmenter of this thread: imgaug keeps its random state inside of it."""
        built: dict[str, ImgaugAugmenter] = self._local.__dict__.setdefault("built", {})
        if node.stream not in built:
            built[node.stream] = node.step.build()
        return built[node.stream]


def _levels(picture: np.ndarray) -> np.ndarray:
    """The picture as 8 bits. Raises SpecError for what is no picture of levels of 0 … 255."""
    if picture.ndim != 3 or not picture.size:
        raise SpecError(
            "A picture to augment has height, width and channels.",
            f"This array has the shape {picture.shape}.",
        )
    if picture.dtype == np.uint8:
        return picture
    if picture.dtype != np.float32:
        raise SpecError(
            f"Pictures of type {picture.dtype} cannot be augmented.",
            "Scale the levels to 0 … 255 and convert them to uint8, or to float32.",
        )
    clean = np.nan_to_num(picture.astype(np.float32), nan=0.0, posinf=255.0, neginf=0.0)
    return np.rint(np.clip(clean, 0.0, 255.0)).astype(np.uint8)


@dataclass(frozen=True)
class FaultAt:
    """A fault with the picture and epoch where it happened."""

    index: int
    epoch: int
    fault: Fault


class Transform:
    """A policy as training uses it: pictures of one batch in, pictures to train with out.

    Attributes:
        faults: the first faults, at most :attr:`most_faults`.
        fault_count: all faults.
    """

    most_faults = 1000

    def __init__(self, policy: Policy, run_seed: int) -> None:
        self.run_seed = run_seed
        self.augmentation = Augmentation(policy)
        self.faults: list[FaultAt] = []
        self.fault_count = 0
        self._lock = threading.Lock()

    def __getstate__(self) -> tuple[Policy, int]:
        return self.augmentation.policy, self.run_seed

    def __setstate__(self, state: tuple[Policy, int]) -> None:
        self.__init__(*state)  # type: ignore[misc]

    def __call__(
        self, pictures: np.ndarray, indices: Sequence[int] | np.ndarray, epoch: int
    ) -> np.ndarray:
        """Vary a batch, and keep the faults. See :meth:`vary`."""
        varied, faults = self.vary(pictures, indices, epoch)
        self.keep(faults)
        return varied

    def vary(
        self, pictures: np.ndarray, indices: Sequence[int] | np.ndarray, epoch: int
    ) -> tuple[np.ndarray, list[FaultAt]]:
        """Vary a batch.

        Args:
            pictures: ``(n, height, width, channels) uint8``; not changed.
            indices: the n positions in the data set.
            epoch: counts from 1.

        Returns:
            ``(n, height, width, channels) uint8``, and the faults in the order of the pictures.
        """
        faults: list[FaultAt] = []
        if not self.augmentation.policy.active:
            return pictures, faults
        varied = np.empty_like(pictures)
        for row, index in enumerate(indices):
            seed = seed_for(self.run_seed, epoch, int(index))
            found: list[Fault] = []
            varied[row] = self.augmentation.apply(pictures[row], seed, found.append)
            faults += [FaultAt(int(index), epoch, fault) for fault in found]
        return varied, faults

    def keep(self, faults: list[FaultAt]) -> None:
        """Count faults, and remember the first ones."""
        with self._lock:
            self.fault_count += len(faults)
            self.faults += faults[: self.most_faults - len(self.faults)]


def transform_for(policy: Policy | dict[str, Any] | list[Any], run_seed: int) -> Transform:
    """The transform of a run. Raises SpecError for plain data that is no policy."""
    return Transform(parse_policy(policy), run_seed)

"""The policy: an ordered list of steps, and what it makes of a picture.

A picture's seed decides everything. Each step draws from a stream of its own, named by its kind
and by how many steps of that kind stand before it, so that changing, moving, switching or adding
another step does not draw this one anew.
"""

from __future__ import annotations

import hashlib
import logging
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, SerializeAsAny

from studio.augment.registry import AUGMENTERS
from studio.augment.step import ImgaugAugmenter, Step
from studio.core.errors import SpecError
from studio.core.spec import Spec, parse_spec

log = logging.getLogger(__name__)

MOST_STEPS = 100


def _as_step(value: Any) -> Step:
    if isinstance(value, Step):
        return value
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        raise SpecError(
            "A step of the policy has no “kind”.",
            'A step looks like {"kind": "rotate", "angle": [-25, 25]}.',
        )
    step = AUGMENTERS.get(value["kind"])
    try:
        return parse_spec(step, value)
    except SpecError as error:
        message = f"Step “{step.title}”: {error.message}"
        raise SpecError(message, error.hint, error.details) from error


def _not_too_many(value: Any) -> Any:
    if not isinstance(value, list | tuple):
        raise SpecError("A policy is a list of steps.", f"This one is {type(value).__name__}.")
    if len(value) > MOST_STEPS:
        raise SpecError(
            f"A policy has at most {MOST_STEPS} steps, not {len(value):,}.",
            "Take steps out of the file, or choose another one.",
        )
    return value


AnyStep = Annotated[SerializeAsAny[Step], BeforeValidator(_as_step)]


class Policy(Spec):
    """An ordered list of steps; the first is applied first."""

    steps: Annotated[tuple[AnyStep, ...], BeforeValidator(_not_too_many)] = ()

    @property
    def active(self) -> tuple[Step, ...]:
        """The steps that can change a picture."""
        return tuple(s for s in self.steps if s.enabled and s.probability > 0)


def parse_policy(value: Any) -> Policy:
    """Read a policy from plain data: a list of steps, or ``{"steps": [...]}``.

    Raises:
        SpecError: a kind is unknown, a value is out of range, or there are too many steps.
    """
    if isinstance(value, Policy):
        return value
    if isinstance(value, list | tuple):
        value = {"steps": value}
    if not isinstance(value, dict):
        raise SpecError("A policy is a list of steps.", f"This one is {type(value).__name__}.")
    return parse_spec(Policy, value)


def to_json(policy: Policy) -> list[dict[str, Any]]:
    """The steps as plain data: ``[{"kind": "rotate", "angle": [-25.0, 25.0], …}, …]``."""
    steps: list[dict[str, Any]] = policy.model_dump(mode="json")["steps"]
    return steps


@dataclass(frozen=True)
class Fault:
    """A step that could not be applied to one picture, which went on without it."""

    step: str
    message: str


OnFault = Callable[[Fault], None]


class Augmentation:
    """A policy made ready for use. Picklable, and safe to use from many threads.

    The same picture and seed give the same pixels, in any process and any order.
    """

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        seen: dict[str, int] = {}
        self._steps: list[tuple[str, Step]] = []
        for step in policy.steps:
            nth = seen[step.kind] = seen.get(step.kind, -1) + 1
            if step.enabled and step.probability > 0:
                self._steps.append((f"{step.kind}#{nth}", step))
        self._local = threading.local()

    def __getstate__(self) -> Policy:
        return self.policy

    def __setstate__(self, policy: Policy) -> None:
        self.__init__(policy)  # type: ignore[misc]

    def apply(self, picture: np.ndarray, seed: int, on_fault: OnFault | None = None) -> np.ndarray:
        """One picture as it is trained with.

        Args:
            picture: ``(height, width, channels) uint8``; not changed.
            seed: of :func:`seed_for`.
            on_fault: is told of each step that failed on this picture and was left out.

        Returns:
            A new array of the same shape, ``uint8``.
        """
        current = np.array(picture, dtype=np.uint8, order="C", copy=True)
        for stream, step in self._steps:
            if current.shape[2] not in step.channels:
                continue
            if _unit(seed, stream) * 100.0 >= step.probability:
                continue
            try:
                current = self._run(stream, step, current, seed)
            except Exception as error:
                log.debug("step %s left out", step.kind, exc_info=True)
                if on_fault is not None:
                    on_fault(Fault(step.title, f"{type(error).__name__}: {error}"))
        return current

    def _run(self, stream: str, step: Step, picture: np.ndarray, seed: int) -> np.ndarray:
        augmenter = self._augmenter(stream, step)
        augmenter.seed_(_hash(b"values", seed, stream) & 0x7FFFFFFF)
        result: np.ndarray = augmenter.augment_image(picture.copy())
        if result.shape != picture.shape or result.dtype != np.uint8:
            raise ValueError(f"gave {result.shape} {result.dtype} for {picture.shape} uint8")
        return np.ascontiguousarray(result)

    def _augmenter(self, stream: str, step: Step) -> ImgaugAugmenter:
        """The augmenter of this thread: imgaug keeps its random state inside of it."""
        built: dict[str, ImgaugAugmenter] = self._local.__dict__.setdefault("built", {})
        if stream not in built:
            built[stream] = step.build()
        return built[stream]


def _hash(purpose: bytes, seed: int, stream: str) -> int:
    text = b"%s:%d:%s" % (purpose, seed, stream.encode("ascii"))
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def _unit(seed: int, stream: str) -> float:
    """A number in 0 … 1 that decides whether the step is applied."""
    return (_hash(b"chance", seed, stream) >> 11) / float(1 << 53)


def seed_for(run_seed: int, epoch: int, index: int) -> int:
    """The seed of one picture in one epoch: the same on every machine.

    Args:
        run_seed: the seed of the run, or of the preview.
        epoch: counts from 1.
        index: the picture's position in the data set.
    """
    text = struct.pack("<qqq", run_seed, epoch, index)
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") >> 1


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
        """Vary a batch.

        Args:
            pictures: ``(n, height, width, channels) uint8``; not changed.
            indices: the n positions in the data set.
            epoch: counts from 1.

        Returns:
            ``(n, height, width, channels) uint8``.
        """
        if not self.augmentation.policy.active:
            return pictures
        varied = np.empty_like(pictures)
        for row, index in enumerate(indices):
            seed = seed_for(self.run_seed, epoch, int(index))
            varied[row] = self.augmentation.apply(
                pictures[row], seed, self._keeper(int(index), epoch)
            )
        return varied

    def _keeper(self, index: int, epoch: int) -> OnFault:
        def keep(fault: Fault) -> None:
            with self._lock:
                self.fault_count += 1
                if len(self.faults) < self.most_faults:
                    self.faults.append(FaultAt(index, epoch, fault))

        return keep


def transform_for(policy: Policy | dict[str, Any] | list[Any], run_seed: int) -> Transform:
    """The transform of a run. Raises SpecError for plain data that is no policy."""
    return Transform(parse_policy(policy), run_seed)

"""What every step of a policy has in common."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from studio.core.errors import SpecError
from studio.core.input import MAX_CHANNELS
from studio.core.spec import Interval, Parameter, Spec, parameter, parameters, parse_spec

if TYPE_CHECKING:
    import numpy as np

ImgaugAugmenter = Any
"""An ``imgaug.augmenters.Augmenter``; imgaug takes seconds to import, so it is not named here."""


class Step(Spec):
    """One augmenter with its settings.

    A step draws its values anew for every picture; it is applied with ``probability`` percent.

    Attributes:
        title: what a person calls it.
        group: under which heading the catalogue shows it.
        help: one sentence with the exact term.
        also: other names by which people may look for it, such as imgaug's.
        channels: numbers of channels that it works on; on others it leaves a picture alone.
        dtypes: types of pixels that it works on: always ``uint8``, and ``float32`` where levels
            of 0 … 255 give what they give as ``uint8``, but for rounding and limits.
        shown: settings for its thumbnail in the catalogue, where the strongest safe ones do not
            tell what it does.
    """

    title: ClassVar[str] = ""
    group: ClassVar[str] = ""
    help: ClassVar[str] = ""
    also: ClassVar[str] = ""
    channels: ClassVar[tuple[int, ...]] = tuple(range(1, MAX_CHANNELS + 1))
    dtypes: ClassVar[tuple[str, ...]] = ("uint8",)
    shown: ClassVar[dict[str, Any]] = {}

    kind: str
    enabled: bool = True
    probability: float = parameter(
        100.0, title="Chance", unit="%", minimum=0.0, maximum=100.0, step=1.0,
        help="Share of the pictures to which the step is applied (probability).",
    )  # fmt: skip

    @abstractmethod
    def build(self) -> ImgaugAugmenter:
        """The imgaug augmenter with these settings, ignoring ``enabled`` and ``probability``."""

    @abstractmethod
    def summary(self) -> str:
        """The settings in a few words, such as ``−25° … 25°``."""


def check_picture(step: type[Step], picture: np.ndarray) -> None:
    """Raise SpecError where a step does not work on such a picture, ``(height, width, channels)``.

    Raises:
        SpecError: the channels or the type of the pixels are none that the step works on.
    """
    if picture.ndim != 3 or 0 in picture.shape:
        raise SpecError(
            f"{step.title} needs a picture of height, width and channels.",
            f"This array has the shape {picture.shape}.",
        )
    channels = picture.shape[2]
    if channels not in step.channels:
        raise SpecError(
            f"{step.title} does not work on pictures of {channels} "
            f"{'channel' if channels == 1 else 'channels'}.",
            f"It works on {channels_words(step)}.",
        )
    if picture.dtype.name not in step.dtypes:
        raise SpecError(
            f"{step.title} does not work on pixels of type {picture.dtype.name}.",
            f"It works on {' and '.join(step.dtypes)}.",
        )


def channels_words(step: type[Step]) -> str:
    """The numbers of channels that a step works on: ``1 or 3 channels``, ``any channels``."""
    known = step.channels
    if len(known) == MAX_CHANNELS:
        return "any number of channels"
    if known == tuple(range(known[0], MAX_CHANNELS + 1)):
        return f"{known[0]} channels or more"
    return f"{' or '.join(str(n) for n in known)} channel{'s' if known != (1,) else ''}"


SafeRanges = Mapping[str, Interval]
"""Setting → the range that does no harm, where it was measured: it counts instead of the spec's."""


def safe_range(p: Parameter, measured: SafeRanges | None = None) -> Interval | None:
    """The range of a setting that does no harm; None where none is known."""
    return (measured or {}).get(p.name, p.safe)


def unsafe_parameters(step: Step, measured: SafeRanges | None = None) -> list[Parameter]:
    """The settings that lie partly outside the range that does no harm."""
    found = []
    for p in parameters(type(step)):
        safe = safe_range(p, measured)
        if safe is not None:
            value = getattr(step, p.name)
            low, high = value if p.kind == "interval" else (value, value)
            if low < safe[0] or high > safe[1]:
                found.append(p)
    return found


def made_safe(step: Step, measured: SafeRanges | None = None) -> Step:
    """The same step with every setting moved into its safe range."""
    changes: dict[str, Any] = {}
    for p in unsafe_parameters(step, measured):
        safe = safe_range(p, measured)
        assert safe is not None
        low, high = safe
        value = getattr(step, p.name)
        if p.kind == "interval":
            changes[p.name] = tuple(min(max(end, low), high) for end in value)
        else:
            changes[p.name] = min(max(value, low), high)
    return step.changed(**changes)


def demonstration(step: type[Step]) -> Step:
    """The step as strong as is safe, so that one picture shows what it does."""
    changes: dict[str, Any] = {}
    for p in parameters(step):
        if p.kind == "interval":
            end = p.safe[1] if p.safe is not None else p.maximum
            changes[p.name] = (end, end)
    return parse_spec(step, {**changes, **step.shown, "probability": 100.0})

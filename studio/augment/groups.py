"""Steps that hold steps: in random order, one of, some of, sometimes."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, SerializeAsAny

from studio.augment.registry import AUGMENTERS, kind_of
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import chance_words, span, whole
from studio.core.errors import SpecError
from studio.core.spec import Interval, parameter, parse_spec

MOST_STEPS = 100
MOST_LEVELS = 8


def as_step(value: Any) -> Step:
    """A step or group from its JSON. Raises SpecError."""
    if isinstance(value, Step):
        return value
    if not isinstance(value, dict) or not isinstance(value.get("kind"), str):
        raise SpecError(
            "A step of the policy has no “kind”.",
            'A step looks like {"kind": "rotate", "angle": [-25, 25]}.',
        )
    kind = value["kind"]
    step = GROUPS[kind] if kind in GROUPS else AUGMENTERS.get(kind)
    try:
        return parse_spec(step, value)
    except SpecError as error:
        message = f"Step “{step.title}”: {error.message}"
        raise SpecError(message, error.hint, error.details) from error


def as_steps(value: Any) -> Any:
    """The same list, where it is one and not too long or too deep. Raises SpecError."""
    if not isinstance(value, list | tuple):
        raise SpecError("A policy is a list of steps.", f"This one is {type(value).__name__}.")
    check_size(value)
    return value


def check_size(steps: list[Any] | tuple[Any, ...]) -> None:
    """Refuse more steps or levels than anybody means, without recursion.

    Lists that hold themselves are refused by their depth. Raises SpecError.
    """
    waiting: list[tuple[list[Any] | tuple[Any, ...], int]] = [(steps, 0)]
    total = 0
    while waiting:
        members, level = waiting.pop()
        total += len(members)
        if total > MOST_STEPS:
            raise SpecError(
                f"A policy has at most {MOST_STEPS} steps, not {total:,}.",
                "Take steps out of the file, or choose another one. Groups count as steps.",
            )
        if level > MOST_LEVELS:
            raise SpecError(
                f"Groups of steps are nested more than {MOST_LEVELS} levels deep.",
                "Take steps out of the inner groups.",
            )
        for member in members:
            inner = member.get("steps") if isinstance(member, dict) else None
            if isinstance(member, Group):
                inner = member.steps
            if isinstance(inner, list | tuple):
                waiting.append((inner, level + 1))


AnyStep = Annotated[SerializeAsAny[Step], BeforeValidator(as_step)]
Steps = Annotated[tuple[AnyStep, ...], BeforeValidator(as_steps)]


class Group(Step):
    """A step that holds steps.

    Which of them a picture gets is drawn by lots: each member has one of its own, so that
    changing a member, or adding one that loses, leaves the choice as it was.
    """

    group: ClassVar[str] = "Groups"

    steps: Steps = ()

    @property
    def can_change(self) -> bool:
        """Whether any member can change a picture."""
        return any(is_active(step) for step in self.steps)

    def members(self) -> list[ImgaugAugmenter]:
        """The members that are on, as imgaug augmenters with their chance."""
        return [with_chance(step) for step in self.steps if step.enabled]


def is_active(step: Step) -> bool:
    """Whether a step can change a picture at all."""
    on = step.enabled and step.probability > 0
    return on and (not isinstance(step, Group) or step.can_change)


def with_chance(step: Step) -> ImgaugAugmenter:
    """A step as imgaug augmenter that keeps its probability."""
    import imgaug.augmenters as iaa

    if step.probability >= 100.0:
        return step.build()
    return iaa.Sometimes(step.probability / 100.0, step.build())


def _held(steps: tuple[Step, ...]) -> str:
    return f"{len(steps)} step" if len(steps) == 1 else f"{len(steps)} steps"


class RandomOrder(Group):
    """All of them, shuffled."""

    title: ClassVar[str] = "Random order"
    help: ClassVar[str] = (
        "Applies all its steps, in another order for each picture (imgaug Sequential)."
    )

    kind: Literal["random_order"] = "random_order"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Sequential(self.members(), random_order=True)

    def summary(self) -> str:
        return _held(self.steps)


class OneOf(Group):
    """One of them."""

    title: ClassVar[str] = "One of"
    help: ClassVar[str] = "Applies one of its steps, each as likely as another (imgaug OneOf)."

    kind: Literal["one_of"] = "one_of"

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        members = self.members()
        return iaa.OneOf(members) if members else iaa.Identity()

    def summary(self) -> str:
        return f"1 of {_held(self.steps)}"


class SomeOf(Group):
    """A few of them."""

    title: ClassVar[str] = "Some of"
    help: ClassVar[str] = "Applies a few of its steps, none of them twice (imgaug SomeOf)."

    kind: Literal["some_of"] = "some_of"
    count: Interval = parameter(
        (1.0, 2.0), title="How many", minimum=0.0, maximum=float(MOST_STEPS), step=1.0,
        help="Range from which the number of applied steps is drawn.",
    )  # fmt: skip
    shuffled: bool = parameter(
        False, title="In random order", help="Applies them in another order for each picture."
    )

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        members = self.members()
        if not members:
            return iaa.Identity()
        low, high = (min(end, len(members)) for end in whole(self.count))
        return iaa.SomeOf((low, high), members, random_order=self.shuffled)

    def summary(self) -> str:
        return f"{span(self.count)} of {_held(self.steps)}"


class Sometimes(Group):
    """All of them or none."""

    title: ClassVar[str] = "Sometimes"
    help: ClassVar[str] = "Applies all its steps in order, or none of them (imgaug Sometimes)."

    kind: Literal["sometimes"] = "sometimes"
    probability: float = parameter(
        50.0, title="Chance", unit="%", minimum=0.0, maximum=100.0, step=1.0,
        help="Share of the pictures that get these steps (probability).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Sequential(self.members())

    def summary(self) -> str:
        return f"{_held(self.steps)}, {chance_words(self.probability)}"


GROUPS: dict[str, type[Group]] = {
    kind_of(group): group for group in (RandomOrder, OneOf, SomeOf, Sometimes)
}
"""The kinds of groups, by their name in JSON."""

"""The settings of the next run as a project keeps them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from studio.augment.policy import Policy
from studio.core.errors import StudioError
from studio.core.input import InputSpec
from studio.core.project import Project
from studio.core.spec import Spec, parse_spec
from studio.data.bands import ShownBands
from studio.data.split import SplitSpec
from studio.models.architectures.small_cnn import SmallCnn
from studio.models.registry import ARCHITECTURES, ArchitectureSpec
from studio.training.recipe import Recipe

_KINDS: dict[str, type[Spec]] = {
    "split": SplitSpec, "input": InputSpec, "shown": ShownBands, "policy": Policy,
    "recipe": Recipe,
}  # fmt: skip
SPECS = ("split", "input", "shown", "policy", "model", "recipe")
"""The names of the settings, in the project and in the session."""


def default_model() -> ArchitectureSpec:
    """The small CNN: good on the sample and quick on any computer."""
    # Taken by itself: finding all architectures first would delay the first paint.
    return SmallCnn()


def default_specs() -> dict[str, Any]:
    """The settings of a new project, by their names."""
    return {name: default_model() if name == "model" else _KINDS[name]() for name in SPECS}


def read_specs(project: Project) -> tuple[dict[str, Any], list[str]]:
    """The settings of a project, and a sentence on each that could not be read and was reset."""
    specs, messages = default_specs(), []
    for name in specs:
        value = project.section(name)
        if not value:
            continue
        try:
            kind: type[Spec] = (
                ARCHITECTURES.get(str(value.get("kind"))) if name == "model" else _KINDS[name]
            )
            specs[name] = parse_spec(kind, value)
        except StudioError as error:
            messages.append(f"The {name} of this project was reset: {error.message}")
    return specs, messages


def write_specs(project: Project, specs: Mapping[str, Spec]) -> None:
    """Put settings into a project, which is not saved yet."""
    for name, spec in specs.items():
        project.set_section(name, spec.model_dump(mode="json"))

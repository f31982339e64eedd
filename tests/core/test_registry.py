"""Registries refuse a name twice and name what they know."""

from __future__ import annotations

import pytest

from studio.core.errors import SpecError
from studio.core.registry import Registry


def test_a_duplicate_name_raises() -> None:
    registry: Registry[type] = Registry("thing", "studio.core")
    registry.register("a")(int)
    with pytest.raises(ValueError, match="two things"):
        registry.register("a")(str)


def test_an_unknown_name_lists_the_known_ones() -> None:
    registry: Registry[type] = Registry("thing", "studio.core")
    registry.register("first")(int)
    with pytest.raises(SpecError, match=r"no thing called “third”.*Known: first"):
        registry.get("third")
    assert "first" in registry and len(registry) == 1 and list(registry) == [int]

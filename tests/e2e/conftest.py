"""The windows that a test opens."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtWidgets import QApplication

from studio.app import World


@pytest.fixture
def studio(qapp: QApplication) -> Iterator[list[World]]:
    """Windows that are closed at the end, whatever happens."""
    worlds: list[World] = []
    yield worlds
    for world in worlds:
        world.close()

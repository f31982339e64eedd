"""What the sample shows: its classes, for those who need not draw."""

from __future__ import annotations

THINGS = ("circle", "triangle", "square", "star", "hexagon", "cross")
COLOURS = ("red", "orange", "yellow", "green", "blue", "purple")

"""Every colour, size and distance of the look; no Qt here, so tests can check the values."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np


@dataclass(frozen=True)
class Tokens:
    """The colours of one appearance, as `#RRGGBB`."""

    name: str
    window: str
    surface: str
    raised: str
    well: str
    hover: str
    pressed: str
    line: str
    edge: str
    line_strong: str
    text: str
    text_secondary: str
    text_disabled: str
    accent: str
    accent_hover: str
    accent_pressed: str
    accent_text: str
    selection: str
    good: str
    good_quiet: str
    warning: str
    warning_quiet: str
    bad: str
    bad_quiet: str
    series: tuple[str, str, str, str, str, str]

    @property
    def dark(self) -> bool:
        """Whether this is the dark appearance."""
        return self.name == "dark"

    def role(self, role: str) -> str:
        """The colour of a role: a field's name with "-" or "_", or "series-1" … "series-6"."""
        if role.startswith("series-"):
            return self.series_colour(int(role[7:]) - 1)
        value = getattr(self, role.replace("-", "_"))
        if not isinstance(value, str):
            raise KeyError(role)
        return value

    def series_colour(self, index: int) -> str:
        """The colour of the run with this index (from 0); the seventh has the first again."""
        return self.series[index % len(self.series)]


LIGHT = Tokens(
    name="light",
    window="#F3F5F4",
    surface="#FFFFFF",
    raised="#FFFFFF",
    well="#E8ECEB",
    hover="#E9EDEC",
    pressed="#DCE2E1",
    line="#DBE0DF",
    edge="#C5CDCC",
    line_strong="#7D8786",
    text="#171C1C",
    text_secondary="#545E5D",
    text_disabled="#98A1A0",
    accent="#006B75",
    accent_hover="#00585F",
    accent_pressed="#00464C",
    accent_text="#FFFFFF",
    selection="#D3E9EB",
    good="#1B7439",
    good_quiet="#E1F2E6",
    warning="#8A5600",
    warning_quiet="#FBF0D9",
    bad="#B92B21",
    bad_quiet="#FBE7E4",
    series=("#006B75", "#D56C12", "#2A3FA8", "#A01F60", "#6B5616", "#1C2422"),
)

DARK = Tokens(
    name="dark",
    window="#1C2122",
    surface="#131718",
    raised="#282F30",
    well="#0B0E0F",
    hover="#2B3233",
    pressed="#353D3E",
    line="#2E3536",
    edge="#414A4B",
    line_strong="#7A8586",
    text="#E8ECEB",
    text_secondary="#A3ADAC",
    text_disabled="#667071",
    accent="#4FC1CB",
    accent_hover="#6BCFD8",
    accent_pressed="#3AA9B3",
    accent_text="#06272A",
    selection="#163D42",
    good="#5CC27C",
    good_quiet="#17301F",
    warning="#E0A93B",
    warning_quiet="#33280F",
    bad="#F3857A",
    bad_quiet="#3A1C1A",
    series=("#4FC1CB", "#F2A07A", "#7382F0", "#E24A88", "#EEDF45", "#F2F5F3"),
)

# Type: the same size in points and, where a point is a pixel (macOS), in pixels.
_POINTS = {"small": 8.25, "body": 9.75, "title": 11.25, "heading": 15.0, "display": 21.0}
_PIXELS = {"small": 11.0, "body": 13.0, "title": 15.0, "heading": 20.0, "display": 28.0}
LINE_HEIGHT = {"small": 14, "body": 18, "title": 20, "heading": 26, "display": 34}

REGULAR, MEDIUM, SEMIBOLD = 400, 500, 600

# Spacing
S1, S2, S3, S4, S6, S8 = 4, 8, 12, 16, 24, 32
# Radius: rows and pictures, controls, cards
R1, R2, R3 = 4, 6, 8
# Heights
H_CONTROL, H_SMALL, H_PRIMARY, H_ROW, H_TABLE = 28, 24, 32, 28, 24
H_TOP, H_STRIP, H_BAR, H_FOOT = 44, 40, 44, 36
W_RAIL, W_RAIL_NARROW = 84, 52
ICON, ICON_RAIL, ICON_STROKE = 16, 20, 1.5

# The window, in logical pixels
MINIMUM_SIZE = (960, 600)
RIGHT_DRAWER_BELOW, RAIL_WORDS_BELOW, LEFT_DRAWER_BELOW = 1200, 1080, 1000
WORK_MINIMUM = 480
MOTION_MS = 150

# Heat maps: evenly spaced stops from low to high.
MAPS: dict[str, tuple[tuple[int, int, int], ...]] = {
    "activation": (
        (13, 17, 19),
        (9, 49, 58),
        (0, 98, 108),
        (60, 152, 152),
        (160, 205, 196),
        (246, 248, 240),
    ),
    "attention": (
        (20, 10, 30),
        (110, 22, 70),
        (196, 60, 40),
        (243, 140, 30),
        (252, 230, 140),
    ),
}


def points(size: str) -> float:
    """The size of a text style in points: "small", "body", "title", "heading", "display"."""
    return (_PIXELS if sys.platform == "darwin" else _POINTS)[size]


@lru_cache(maxsize=8)
def colour_map(name: str) -> np.ndarray:
    """The heat map "activation" or "attention" as a (256, 3) uint8 RGB table."""
    import numpy as np

    stops = np.array(MAPS[name], dtype=np.float64)
    at = np.linspace(0.0, len(stops) - 1, 256)
    where = np.arange(len(stops))
    table = np.stack([np.interp(at, where, stops[:, c]) for c in range(3)], axis=1)
    return np.round(table).astype(np.uint8)


def activation_map() -> np.ndarray:
    """The table for activations, (256, 3) uint8 RGB: near-black over petrol to white."""
    return colour_map("activation")


def attention_map() -> np.ndarray:
    """The table for attention, (256, 3) uint8 RGB: plum over red to yellow."""
    return colour_map("attention")

"""Pictures that show little: blank, very dark, very bright, blurred."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from studio.data.checks.measuring import Measures
from studio.data.dataset import Problem

FAINT = 3.0
"""Contrast below which a picture is blank: standard deviation of the small picture, of 255. The
noise of a camera, averaged into the small picture, stays below it."""

FAINT_SPREAD = 24.0
"""A blank picture has no place that differs by more than this from another: a single star on a
dark sky is something to see."""

DARK, DARK_HIGH = 40.0, 72.0
"""Very dark: grey below 40 of 255 on average, and 98 of 100 pixels below 72. White digits on
black are dark on average, but not in their strokes."""

BRIGHT, BRIGHT_LOW = 215.0, 183.0
"""Very bright: the same from the other end."""

FLAT = 64.0
"""Neither is a picture with a place that differs from another by a quarter of the range: a white
shirt before a white wall is well lit."""

OUTLIER = 4.5
"""How many robust standard deviations below the middle of the data set count as blurred: one
sharp picture of 300,000, were their sharpness normally distributed."""

BLURRED_LESS = 0.3
"""A blurred picture has at most three quarters (e^−0.3) of the usual share of fine detail,
however alike the others are."""

NORM = 0.25
"""What more than this part of all pictures have in common is how they are meant to be: stars on
a dark sky are not dark."""

LEAST_PICTURES = 12
"""With fewer known pictures there is no telling what is usual."""


def look_problems(measures: Measures, paths: list[str]) -> list[Problem]:
    """At most one problem for each picture: the first of blank, dark, bright, blurred.

    Args:
        measures: ``(n,)`` table.
        paths: of the rows.
    """
    found: list[Problem] = []
    left = measures["known"].copy()
    blurred, usual = _blurred(measures)
    for kind, which in (
        ("blank", is_blank(measures)), ("dark", _unusual(is_dark(measures), left)),
        ("bright", _unusual(is_bright(measures), left)), ("blurred", blurred),
    ):  # fmt: skip
        rows = np.flatnonzero(which & left)
        left[rows] = False
        found += [
            Problem(
                kind, paths[i], _words(kind, measures[i], usual),
                how=_fact(kind, measures[i], usual),
            )
            for i in rows.tolist()
        ]  # fmt: skip
    return found


def is_blank(measures: Measures) -> NDArray[np.bool_]:
    """``(n,) bool`` pictures of one even colour."""
    even = (measures["contrast"] < FAINT) & (measures["spread"] < FAINT_SPREAD)
    return np.asarray(even & measures["known"], bool)


def is_dark(measures: Measures) -> NDArray[np.bool_]:
    """``(n,) bool`` pictures that are nearly black, brightest parts included."""
    low = (measures["mean"] < DARK) & (measures["high"] < DARK_HIGH)
    return np.asarray(low & (measures["spread"] < FLAT), bool)


def is_bright(measures: Measures) -> NDArray[np.bool_]:
    """``(n,) bool`` pictures that are nearly white, darkest parts included."""
    high = (measures["mean"] > BRIGHT) & (measures["low"] > BRIGHT_LOW)
    return np.asarray(high & (measures["spread"] < FLAT), bool)


def _unusual(which: NDArray[np.bool_], known: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The same, or none where too many are so."""
    usual = known.sum() >= LEAST_PICTURES and (which & known).sum() > NORM * known.sum()
    return np.zeros_like(which) if usual else which


def _blurred(measures: Measures) -> tuple[NDArray[np.bool_], float]:
    """``(n,) bool`` pictures far less sharp than the others, and the usual sharpness.

    Drawings, photographs and slides under a microscope differ in sharpness by nature, but the
    pictures of one data set rarely do.
    """
    counted = measures["known"] & ~is_blank(measures)
    values = measures["sharpness"][counted].astype(np.float64)
    if len(values) < LEAST_PICTURES:
        return np.zeros(len(measures), bool), 0.0
    middle = float(np.median(values))
    # Only the lower half says how far down ordinary pictures reach.
    spread = 1.4826 * float(np.median(middle - values[values <= middle]))
    limit = middle - max(OUTLIER * spread, BLURRED_LESS)
    return np.asarray(counted & (measures["sharpness"] < limit), bool), middle


def _words(kind: str, row: np.void, usual: float) -> str:
    mean = float(row["mean"])
    if kind == "blank":
        return (
            f"The picture is blank: brightness varies by {float(row['contrast']):.1f} of 255. "
            "There is nothing in it to learn from."
        )
    if kind == "dark":
        return (
            f"The picture is very dark: {mean:.0f} of 255 on average, and 98 % of it stay below "
            f"{float(row['high']):.0f}."
        )
    if kind == "bright":
        return (
            f"The picture is very bright: {mean:.0f} of 255 on average, and 98 % of it lie above "
            f"{float(row['low']):.0f}."
        )
    share = float(np.exp(float(row["sharpness"]) - usual))
    return (
        f"The picture looks blurred: it has {share:.0%} of the fine detail that is usual in this "
        "data set."
    ).replace("%", "\u202f%")


def _fact(kind: str, row: np.void, usual: float) -> str:
    """The number that was judged, in a few words."""
    if kind == "blank":
        return f"varies by {float(row['contrast']):.1f} of 255"
    if kind in ("dark", "bright"):
        return f"brightness {float(row['mean']):.0f} of 255"
    share = float(np.exp(float(row["sharpness"]) - usual))
    return f"{share:.0%} of the usual detail".replace("%", "\u202f%")

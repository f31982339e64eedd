"""Values of a step as a person reads them: true minus, units, “…” between two ends."""

from __future__ import annotations

from studio.core.spec import Interval

EDGES = {
    "symmetric": "Mirror image",
    "edge": "Edge pixels",
    "wrap": "Other side",
    "constant": "Black",
}
"""What appears where a moved picture leaves a gap, by imgaug's name of the mode."""


def number(value: float, decimals: int = 0) -> str:
    """A number with a true minus: ``−25``; a rounded zero carries no sign."""
    rounded = round(value, decimals) + 0.0
    return f"{rounded:.{decimals}f}".replace("-", "−")


def span(interval: Interval, unit: str = "", decimals: int = 0) -> str:
    """Both ends with the unit: ``−25° … 25°`` or ``0.85 … 1.20 ×``; one value where they meet.

    The degree sign follows each number without a space, every other unit follows the last.
    """
    each, last = ("°", "") if unit == "°" else ("", f" {unit}" if unit else "")
    low, high = (number(end, decimals) + each for end in interval)
    return f"{low}{last}" if low == high else f"{low} … {high}{last}"


def with_unit(text: str, unit: str) -> str:
    """A number with its unit behind it: ``12°``, ``3 px``; alone where there is no unit."""
    return text + ("" if unit in ("", "°") else " ") + unit


def chance_words(percent: float) -> str:
    """A chance as the words people use: ``always``, ``half``, ``never``, else ``80 %``."""
    known = {0.0: "never", 50.0: "half", 100.0: "always"}
    return known.get(percent, f"{number(percent)} %")


def factors(percent: Interval) -> Interval:
    """Percent of change as factors: −20 … 30 % becomes 0.8 … 1.3."""
    return 1.0 + percent[0] / 100.0, 1.0 + percent[1] / 100.0


def fractions(percent: Interval) -> Interval:
    """Percent as fractions of one."""
    return percent[0] / 100.0, percent[1] / 100.0


def whole(interval: Interval) -> tuple[int, int]:
    """Both ends as whole numbers."""
    return round(interval[0]), round(interval[1])

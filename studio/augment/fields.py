"""Settings that several steps declare in the same way."""

from __future__ import annotations

from typing import Literal

from studio.augment.words import EDGES
from studio.core.spec import Interval, parameter

Edge = Literal["symmetric", "edge", "wrap", "constant"]


def edge_field(default: Edge = "symmetric") -> Edge:
    """What fills a gap that a moved picture leaves."""
    edge: Edge = parameter(
        default, title="Fill the edge with", choices=EDGES,
        help="What appears where the picture no longer reaches (border mode).",
    )  # fmt: skip
    return edge


def chance_field(percent: float, help: str) -> float:
    """The share of the pictures to which a step is applied, where the usual 100 % is too much."""
    share: float = parameter(
        percent, title="Chance", unit="%", minimum=0.0, maximum=100.0, step=1.0, help=help
    )
    return share


def mix_field(low: float, high: float, safe: float) -> Interval:
    """How much of a changed picture is mixed with the picture itself, in percent."""
    mix: Interval = parameter(
        (low, high), title="Mix", unit="%", minimum=0.0, maximum=100.0, step=1.0, safe=(0.0, safe),
        help="Range of the share of the changed picture (alpha); 0 % leaves the picture.",
    )  # fmt: skip
    return mix


def change_field(
    low: float, high: float, least: float, most: float, safe: tuple[float, float], of: str
) -> Interval:
    """A change in percent, below zero for less and above for more."""
    change: Interval = parameter(
        (low, high), title="Change", unit="%", minimum=least, maximum=most, step=1.0, safe=safe,
        help=f"Range from which the change of {of} is drawn.",
    )  # fmt: skip
    return change


def share_field(low: float, high: float, most: float, safe: float, what: str) -> Interval:
    """A share of the picture in percent."""
    share: Interval = parameter(
        (low, high), title="Share", unit="%", minimum=0.0, maximum=most, step=0.5,
        safe=(0.0, safe), help=f"Range of the share of {what}.",
    )  # fmt: skip
    return share


def levels_field(low: float, high: float, most: float, safe: float, help: str) -> Interval:
    """A strength in levels of 0 … 255."""
    levels: Interval = parameter(
        (low, high), title="Strength", unit="levels", minimum=0.0, maximum=most, step=1.0,
        safe=(0.0, safe), help=help,
    )  # fmt: skip
    return levels


def per_channel_field(default: bool, what: str) -> bool:
    """Whether each channel draws its own."""
    own: bool = parameter(
        default, title="In colour", help=f"Draws {what} for each channel by itself (per channel)."
    )
    return own

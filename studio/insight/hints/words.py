"""Findings in words."""

from __future__ import annotations

from studio.insight.hints.probe import Share

DONE = {
    "mirror": "Mirrored",
    "flip": "Flipped",
    "half": "Turned by half",
    "quarter": "Turned by a quarter",
}
"""How a picture is seen, as the beginning of a sentence."""


def percent(value: float) -> str:
    """``0.784`` as ``78 %``."""
    return f"{100.0 * value:.0f} %"


def of(share: Share) -> str:
    """``43 of 60 pictures``."""
    return f"{share.count} of {share.total} pictures"


def quoted(name: str) -> str:
    """A class's name, shortened where it is very long."""
    return f"“{name if len(name) <= 40 else name[:39] + '…'}”"

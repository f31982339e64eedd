"""What the catalogue says of a step in words: its settings, where it works, how quick it is."""

from __future__ import annotations

from studio.augment.groups import Group
from studio.augment.step import Step, channels_words
from studio.augment.words import span
from studio.core.input import CHANNELS, MAX_CHANNELS
from studio.core.spec import Parameter, parameters
from studio.ui.widgets.numbers import decimals

SLOW = 60.0
"""Pictures a second and core below which a step is called slow: training soon waits for it."""

_MOST_SETTINGS = 4


def badge_of(step: type[Step]) -> str:
    """The numbers of channels that a step is limited to: ``3``, ``1·3``, ``2+``; else nothing."""
    known = step.channels
    if len(known) == MAX_CHANNELS:
        return ""
    if known == tuple(range(known[0], MAX_CHANNELS + 1)):
        return f"{known[0]}+"
    return "·".join(str(number) for number in known)


def why_not(channels: int) -> str:
    """Why a step cannot be added here."""
    has = CHANNELS[channels].lower() if channels in CHANNELS else f"{channels} channels"
    return f"It does not work here: the network's input is {has}."


def speed_words(seconds: float) -> str:
    """How slow a step is that takes so many seconds for a picture; nothing where it is not."""
    if seconds * SLOW <= 1.0:
        return ""
    rate = 1.0 / seconds
    if rate < 1.5:
        return f"Slow: a picture takes a core about {max(1, round(seconds))} s."
    return f"Slow: a core manages about {rate:.0f} pictures a second."


def sentence_of(step: type[Step], refusal: str = "", speed: str = "") -> str:
    """What it does, its settings with their ranges, the channels, and how slow it is."""
    parts = [step.help, _settings(step)]
    if issubclass(step, Group):
        parts.append("Put steps into it.")
    else:
        parts.append(refusal or f"Works on {channels_words(step)}.")
    parts.append(speed)
    return " ".join(part for part in parts if part)


def _settings(step: type[Step]) -> str:
    """``Angle −180° … 180°, Fill the edge with; …`` of the settings that have a range."""
    shown = [p for p in parameters(step) if p.name != "probability" and p.kind in _RANGED]
    words = [_range(p) for p in shown if p.minimum is not None and p.maximum is not None]
    if not words:
        return ""
    more = f" and {len(words) - _MOST_SETTINGS} more" if len(words) > _MOST_SETTINGS else ""
    head = "Setting" if len(words) == 1 else "Settings"
    return f"{head}: {'; '.join(words[:_MOST_SETTINGS])}{more}."


_RANGED = ("interval", "float", "int")


def _range(p: Parameter) -> str:
    assert p.minimum is not None and p.maximum is not None
    digits = decimals(p.step) if p.step is not None else 0
    return f"{p.title} {span((p.minimum, p.maximum), p.unit, digits)}"

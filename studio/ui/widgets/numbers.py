"""Numbers as the window writes them: units after a space, a true minus, "," between thousands."""

from __future__ import annotations

import math

MINUS = "\u2212"
TIMES = "\u00d7"
ELLIPSIS = "\u2026"


def number(value: float, digits: int | None = None) -> str:
    """A number with thousands separators: 4750 → "4,750"; `digits` after the point."""
    if isinstance(value, float) and not math.isfinite(value):
        return "not a number" if math.isnan(value) else ("∞" if value > 0 else f"{MINUS}∞")
    if digits is not None:
        text = f"{value:,.{digits}f}"
    elif float(value).is_integer() and abs(value) < 1e15:
        text = f"{int(value):,}"
    else:
        text = significant(float(value))
    return text.replace("-", MINUS)


def significant(value: float, digits: int = 3) -> str:
    """A number with this many significant digits, without trailing zeros: 0.00055, 1.2e−7."""
    if value == 0:
        return "0"
    if not math.isfinite(value):
        return number(value)
    size = math.floor(math.log10(abs(value)))
    if size < -6 or size > 14:
        return f"{value:.{digits - 1}e}".replace("e-0", "e-").replace("e+", "e").replace("-", MINUS)
    text = f"{value:,.{max(0, digits - 1 - size)}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return text.replace("-", MINUS)


def loss(value: float) -> str:
    """A loss, three digits after the point: "0.087"."""
    return number(float(value), 3)


def percent(fraction: float, digits: int = 1) -> str:
    """A share from 0 to 1 as "94.6 %"."""
    if not math.isfinite(fraction):
        return "not known"
    return f"{fraction * 100:.{digits}f} %".replace("-", MINUS)


def count(value: int, one: str, many: str = "") -> str:
    """A number and its noun: "1 picture", "4,750 pictures"."""
    return f"{number(value)} {one if value == 1 else (many or one + 's')}"


def file_size(size: int) -> str:
    """Bytes in decimal units: "412 kB", "1.7 MB"."""
    if size < 1000:
        return count(size, "byte")
    value = float(size)
    for unit in ("kB", "MB", "GB", "TB"):
        value /= 1000
        if value < 999.5 or unit == "TB":
            digits = 1 if value < 99.95 and unit != "kB" else 0
            return f"{value:,.{digits}f} {unit}"
    raise AssertionError("unreachable")


def duration(seconds: float) -> str:
    """A time span in words: "6.2 s", "2 min", "1 h 20 min"."""
    if not math.isfinite(seconds) or seconds < 0:
        return "unknown"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 59.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    if minutes < 60:
        return f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours} h {minutes} min" if minutes else f"{hours} h"
    days, hours = divmod(hours, 24)
    return f"{days} d {hours} h" if hours else f"{days} d"


def time_left(seconds: float | None) -> str:
    """What remains: "2 min left", "a few seconds left"; empty where it is not known."""
    if seconds is None or not math.isfinite(seconds) or seconds < 0:
        return ""
    if seconds < 5:
        return "a few seconds left"
    if seconds < 57.5:
        return f"{max(5, round(seconds / 5) * 5)} s left"
    return f"{duration(seconds)} left"


def picture_size(width: int, height: int) -> str:
    """A picture's size: "224 × 224 px"."""
    return f"{number(width)} {TIMES} {number(height)} px"


def speed(per_second: float) -> str:
    """A throughput: "612 pictures/s"."""
    if not math.isfinite(per_second):
        return ""
    digits = 1 if per_second < 9.95 else 0
    return f"{number(float(per_second), digits)} pictures/s"


def interval(low: float, high: float, unit: str = "", step: float = 1.0) -> str:
    """A range: "−25 … 25 °" is written "−25 … 25 °"; digits follow the step."""
    digits = decimals(step)
    text = f"{number(low, digits)} {ELLIPSIS} {number(high, digits)}"
    return f"{text} {unit}" if unit else text


def decimals(step: float) -> int:
    """How many digits after the point a step needs: 1 → 0, 0.05 → 2."""
    if step <= 0:
        return 6
    text = f"{step:.10f}".rstrip("0")
    return len(text) - text.index(".") - 1


def shorten(text: str, characters: int) -> str:
    """A text elided in the middle to at most this many characters."""
    if len(text) <= characters:
        return text
    head = (characters - 1 + 1) // 2
    tail = characters - 1 - head
    return text[:head] + ELLIPSIS + (text[-tail:] if tail else "")

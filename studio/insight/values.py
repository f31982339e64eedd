"""The values of one setting: on which scale, which of them to try, and which changes nothing."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from studio.core.spec import Parameter

_RATIO = 8.0  # a range of positive values that spans more is looked at by factors
_FEW = 20  # values that are so few are all alike, whatever their ratio
_SIDE = 5  # values tried on each of two sides; twice as many where there is one
_CLOSER = 1.5  # power by which values stand closer together near the neutral one
_HELPFUL = (0.0, 1.0, 100.0)  # what often changes nothing
_LOOKS, _ROUNDS = 12, 3
_AS_GOOD = 0.03  # share of the largest change by which two values may differ and be alike
_FINE = 0.01  # share of the range that is exact enough


@dataclass(frozen=True)
class Scale:
    """The range of one setting.

    Attributes:
        low, high: its bounds, in its unit.
        step: the distance of its values, 0 where they are continuous.
        by_factors: whether equal factors are equal distances, as for a zoom.
    """

    low: float
    high: float
    step: float
    by_factors: bool

    def grid(self, neutral: float) -> list[float]:
        """Rising values to try, with ``neutral`` and the bounds among them."""
        below, above = (
            self._place(neutral) - self._place(self.low),
            self._place(self.high) - self._place(neutral),
        )
        both = below > 0 and above > 0
        count = _SIDE if both else 2 * _SIDE
        values = {neutral}
        for length, end in ((-below, self.low), (above, self.high)):
            if length:
                start = self._place(neutral)
                values |= {
                    self.snapped(self._value(start + length * (i / count) ** _CLOSER))
                    for i in range(1, count)
                } | {end}
        return sorted(values)

    def between(self, one: float, other: float) -> float | None:
        """A value halfway; None where the two are near enough to each other."""
        if abs(self._place(one) - self._place(other)) <= _FINE * self._length():
            return None
        middle = self.snapped(self._value((self._place(one) + self._place(other)) / 2))
        return middle if min(one, other) < middle < max(one, other) else None

    def snapped(self, value: float) -> float:
        """The nearest value that the setting can take."""
        if self.step:
            value = self.low + round((value - self.low) / self.step) * self.step
        return min(max(round(value, 9), self.low), self.high)

    def least_change(self, change: Callable[[float], float]) -> float:
        """The value at which ``change`` is smallest; 0, 1 or 100 where that is as good."""
        start, length = self._place(self.low), self._length()
        tried: dict[float, float] = {}

        def try_values(values: list[float]) -> float:
            for value in values:
                if value not in tried:
                    tried[value] = change(value)
            return min(tried, key=lambda v: (round(tried[v], 6), abs(v)))

        helpful = [v for v in _HELPFUL if self.low <= v <= self.high and self.snapped(v) == v]
        places = [start + length * i / _LOOKS for i in range(_LOOKS + 1)]
        best = try_values([*helpful, *(self.snapped(self._value(place)) for place in places)])
        width = length / _LOOKS
        for _ in range(_ROUNDS):
            if tried[best] == 0:
                break
            width /= 2
            middle = self._place(best)
            near = [p for p in (middle - width, middle + width) if start <= p <= start + length]
            best = try_values([self.snapped(self._value(place)) for place in near])
        # What else is drawn at random moves the smallest change a little.
        near_enough = tried[best] + _AS_GOOD * (max(tried.values()) - tried[best])
        as_good = [v for v in helpful if tried[v] <= near_enough]
        return min(as_good, key=lambda v: tried[v], default=best)

    def _length(self) -> float:
        return self._place(self.high) - self._place(self.low)

    def _place(self, value: float) -> float:
        return math.log(value) if self.by_factors else value

    def _value(self, place: float) -> float:
        return math.exp(place) if self.by_factors else place


def scale_of(setting: Parameter) -> Scale:
    """The scale of a bounded number."""
    assert setting.minimum is not None and setting.maximum is not None
    low, high = float(setting.minimum), float(setting.maximum)
    step = float(setting.step or (1.0 if setting.kind == "int" else 0.0))
    count = (high - low) / step if step else math.inf
    by_factors = low > 0 and (setting.log or (high / low >= _RATIO and count > _FEW))
    return Scale(low, high, step, by_factors)

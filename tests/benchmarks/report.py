"""How a benchmark says what it measured."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured number beside what it should be.

    ``limit`` is None for figures that are only reported; ``at_least`` says on which side of the
    limit the good values lie.
    """

    name: str
    value: float
    unit: str = "×"
    limit: float | None = None
    at_least: bool = False
    note: str = ""

    @property
    def is_good(self) -> bool:
        """Whether the value is on the good side of its limit."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        """The figure as one line of the report."""
        sign = "≥" if self.at_least else "≤"
        target = "" if self.limit is None else f"{sign} {self.limit:g} {self.unit}"
        verdict = "" if self.limit is None else ("ok" if self.is_good else "MISSED")
        value = f"{self.value:>9.3g} {self.unit:<3}"
        return f"{self.name:<58} {value} {target:<12} {verdict:<7}{self.note}"


def show(figures: list[Figure]) -> bool:
    """Print all figures; True where every limit is kept."""
    for figure in figures:
        print(figure.line(), flush=True)
    return all(f.is_good for f in figures)

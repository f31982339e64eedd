"""A sentence of advice on the card of a step."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class Advice:
    """What is said of a step.

    Attributes:
        key: names it to whoever gave it.
        kind: how it is marked.
        words: the sentence.
        action: the words of a link behind it; empty for none.
    """

    key: str
    kind: Literal["info", "good", "warning"]
    words: str
    action: str = ""

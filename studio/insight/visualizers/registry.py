"""Visualizers: ways to look into a network, each a spec in a file of its own.

A visualizer returns a type of :mod:`studio.core.results`, so it needs no code for the window.
"""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from studio.core.registry import Registry
from studio.core.results import Result
from studio.core.spec import Spec

Classes = dict[str, tuple[str, ...]]
"""Output name → its classes, in the network's order."""


class Visualizer(Spec):
    """One way to look into a network; its fields are its settings.

    Class attributes: ``title``, ``help`` (one sentence) and ``needs_picture``.
    """

    title: ClassVar[str]
    help: ClassVar[str]
    needs_picture: ClassVar[bool] = True

    kind: str

    def applies_to(self, model: Any, layer: str) -> bool:
        """Whether there is something to see at a layer."""
        raise NotImplementedError

    def show(
        self,
        model: Any,
        picture: NDArray[np.uint8] | None,
        layer: str,
        classes: Classes | None = None,
    ) -> Result:
        """Look at one layer.

        Args:
            model: a Keras network.
            picture: what the network sees, ``(height, width, channels) uint8``.
            layer: full name, see :func:`studio.insight.layers.layer_names`.
            classes: names for the bars of an output.

        Raises:
            InputError: no such layer, or nothing to see there, or a picture is missing.
        """
        raise NotImplementedError


VISUALIZERS: Registry[type[Visualizer]] = Registry("visualizer", "studio.insight.visualizers")

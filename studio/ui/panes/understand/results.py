"""Puts what came back from the inspector into the view: filters, activations, one map of them."""

from __future__ import annotations

import numpy as np

from studio.core.paths import display_name
from studio.core.results import Bars, ImageGrid, Result
from studio.ui.panes.understand.maps import coloured, map_words
from studio.ui.panes.understand.view import UnderstandView
from studio.ui.widgets.numbers import number


class Results:
    """Shows filters and activations of one layer in a view, and the map that is chosen."""

    def __init__(self, view: UnderstandView) -> None:
        self.view = view
        view.filters.chosen.connect(self.choose)
        view.maps.chosen.connect(self.choose)

    def show_filters(self, grid: ImageGrid | None) -> None:
        """The filters of the layer, None where it has none."""
        view = self.view
        view.filter_part.setVisible(grid is not None)
        view.filters.set_grid(grid)
        if grid is not None:
            view.filter_note.setText(_cut_note(grid))
            view.filters.choose(view.maps.choice())
        self._show_details()

    def show_activations(self, result: Result) -> None:
        """What the layer makes of the picture."""
        view = self.view
        is_grid = isinstance(result, ImageGrid)
        named = isinstance(result, Bars) and result.names[:1] != ("0",)
        view.maps.setVisible(is_grid)
        view.legend.setVisible(is_grid)
        view.units.setVisible(isinstance(result, Bars) and not named)
        view.classes.setVisible(named)
        view.dark.hide()
        if isinstance(result, ImageGrid):
            view.maps.set_grid(result)
            view.map_note.setText(_cut_note(result))
            view.legend.set_palette(result.palette)
            if view.maps.choice() < 0:
                view.maps.choose(_liveliest(result))
            view.filters.choose(view.maps.choice())
            self._show_dark(result)
        elif isinstance(result, Bars):
            view.maps.set_grid(None)
            view.map_note.setText(result.note)
            view.units.set_bars(result)
            if named:
                pairs = zip(result.names, result.values.tolist(), strict=True)
                view.classes.set_probabilities([(display_name(name), p) for name, p in pairs])
        self._show_details()

    def _show_dark(self, grid: ImageGrid) -> None:
        dark = sum(1 for s in grid.statistics if s["max"] <= 0)
        if dark and grid.palette == "activation":
            self.view.dark.set_badge(
                f"{dark:,} of {len(grid.images):,} stay dark", "warning", "warning"
            )
            self.view.dark.setToolTip(
                "These maps are zero everywhere for this picture. "
                "Where they are for every picture, the unit is dead."
            )
            self.view.dark.show()

    def choose(self, index: int) -> None:
        """Look at one map and its filter."""
        self.view.filters.choose(index)
        self.view.maps.choose(index)
        self._show_details()

    def _show_details(self) -> None:
        view = self.view
        index, grid = view.maps.choice(), view.maps.grid()
        shown = grid is not None and index >= 0
        view.map_section.setVisible(shown)
        if grid is None or not shown:
            return
        assert view.map_section.heading is not None
        view.map_section.heading.setText(f"Map {index}")
        filters = view.filters.grid()
        if filters is not None and index < len(filters.images):
            view.filter_view.set_picture(coloured(filters.images[index], filters.palette))
            view.filter_view.setToolTip("The filter of this map: grey is zero.")
        else:
            view.filter_view.set_picture(coloured(grid.images[index], grid.palette))
            view.filter_view.setToolTip("The map itself: this layer has no filters.")
        view.histogram.set_map(grid.images[index])
        if index < len(grid.statistics):
            view.map_words.setText(map_words(grid.statistics[index], grid.palette))


def _cut_note(grid: ImageGrid) -> str:
    if grid.total > len(grid.images):
        return f"{grid.note}; the first {number(len(grid.images))} are shown"
    return grid.note


def _liveliest(grid: ImageGrid) -> int:
    """The map that differs most from place to place: the best one to begin with."""
    if not len(grid.images):
        return -1
    flat = grid.images.reshape(len(grid.images), -1).astype(np.float32)
    return int(np.argmax(flat.std(axis=1)))

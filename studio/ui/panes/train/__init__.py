"""The Train pane: recipe, curves, runs."""

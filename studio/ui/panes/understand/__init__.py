"""The Understand pane: filters and activations of the run in view."""

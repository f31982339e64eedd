"""One package or module for each pane."""

"""The Classify pane: pictures in, answers of the run in view out."""

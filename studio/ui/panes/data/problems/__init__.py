"""The Problems page of the Data pane: what is wrong, what it means, and what to do about it."""

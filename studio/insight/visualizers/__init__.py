"""One file for each way to look into a network."""

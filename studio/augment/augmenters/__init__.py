"""One module a group; every step found here is in the catalogue."""

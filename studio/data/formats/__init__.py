"""Data set formats: one file each."""

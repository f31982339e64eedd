"""Files that hold pictures as arrays: one file for each kind."""

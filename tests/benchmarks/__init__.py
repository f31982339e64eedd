"""Timings, each as a ratio to a reference measured in the same run. Not part of the tests."""

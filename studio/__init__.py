"""Classifier Studio: from a folder of pictures to an image classifier that is understood."""

__version__ = "0.1.0"

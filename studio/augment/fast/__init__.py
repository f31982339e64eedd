"""Steps that need no imgaug: the same effect, drawn and applied by NumPy and OpenCV.

These modules know no more of a step than its settings as attributes, and import nothing of ours
but each other: :mod:`studio.augment.script` writes their source into an exported script.
"""

"""Classifier Studio: from a folder of pictures to an image classifier that is understood."""

import os

__version__ = "0.1.0"

# NumPy's and SciPy's linear algebra works in the thread that asks for it: the studio already keeps
# every core busy, and waking threads for the small matrices of one picture takes many times longer
# than the products. They read this once, when they are loaded: before any import of theirs.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

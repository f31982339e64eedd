"""Where a run comes from: versions, computer, cache."""

from __future__ import annotations

import importlib.metadata
import platform
from contextlib import suppress
from pathlib import Path

import keras

from studio.core.project import PROJECT_FILE
from studio.core.runs import RunFolder


def default_cache(run: RunFolder) -> Path:
    """The cache of the project that the run lies in, or else one inside the run."""
    runs = run.path.parent
    return runs.parent / "cache" if (runs.parent / PROJECT_FILE).is_file() else run.path / "cache"


def versions() -> dict[str, str]:
    """Versions of what decides about the numbers."""
    found = {"python": platform.python_version(), "keras": keras.__version__}
    for name in (keras.backend.backend(), "numpy", "imaug", "classifier-studio"):
        with suppress(importlib.metadata.PackageNotFoundError):
            found[name] = importlib.metadata.version(name)
    return found


def computer() -> str:
    """What Keras computes on, in words, where the caller does not know better."""
    backend = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}
    devices = keras.distribution.list_devices()
    gpus = sum("gpu" in device for device in devices)
    processor = f"{gpus} × GPU" if gpus > 1 else "GPU" if gpus else "CPU"
    return f"{processor} · {backend.get(keras.backend.backend(), keras.backend.backend())}"

"""Which Keras backend a process computes with; must be settled before Keras is imported."""

from __future__ import annotations

import os
import sys

from studio.core.settings import SettingsStore

BACKENDS = {"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}


def choose_backend() -> str:
    """Set the environment for Keras from the settings, and return the backend's name.

    A ``KERAS_BACKEND`` that is set already is respected.
    """
    chosen = os.environ.get("KERAS_BACKEND", "")
    if chosen not in BACKENDS:
        chosen = SettingsStore().current.compute_backend
        os.environ["KERAS_BACKEND"] = chosen
    # Errors only: TensorFlow's greetings are no news to a person.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    # Take memory as it is needed: two workers share a GPU.
    os.environ.setdefault("TF_FORCE_GPU_ALLOW_GROWTH", "true")
    os.environ.setdefault("XLA_PYTHON_CLIENT_PREALLOCATE", "false")
    if sys.platform == "darwin":
        os.environ.setdefault("PYTORCH_ENABLE_MPS_FALLBACK", "1")
    return chosen

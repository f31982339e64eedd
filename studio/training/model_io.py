"""Networks of a run: built from its record, with the weights of its best epoch."""

from __future__ import annotations

import io

import keras

from studio.core.errors import RunError, SpecError, WeightsError
from studio.core.files import write_atomic
from studio.core.runs import RunFolder, RunRecord
from studio.models.registry import parse_architecture
from studio.models.weights_file import load_into


def build_model(record: RunRecord, load_weights: bool = True) -> keras.Model:
    """Build the network that a record describes, uncompiled.

    Args:
        load_weights: whether a pretrained network starts from its pretrained weights; False
            where other weights are loaded right after.

    Raises:
        SpecError: the record asks for what does not exist or cannot be.
        WeightsError: pretrained weights are not on this computer, or do not fit.
    """
    architecture = parse_architecture(record.model)
    outputs = {name: len(classes) for name, classes in record.outputs.items()}
    model: keras.Model = architecture.build(
        record.input, outputs, starting_weights=load_weights, multi_label=record.multi_label
    )
    return model


def load_model(run: RunFolder) -> keras.Model:
    """Rebuild the network of a run with the weights of its best epoch.

    Raises:
        RunError: there are no weights yet, or they are damaged, foreign or do not fit.
    """
    if not run.best_weights.is_file():
        raise RunError(
            f"“{run.title}” has no weights yet: no epoch of it was completed.",
            "Let it train for at least one epoch.",
        )
    try:
        model = build_model(run.record, load_weights=False)
    except SpecError as error:
        raise RunError(
            f"The run “{run.title}” describes a network that this version cannot build: "
            f"{error.message}",
            error.hint,
        ) from error
    load_best_weights(run, model)
    return model


def load_best_weights(run: RunFolder, model: keras.Model) -> None:
    """Put the weights of the best epoch into a network. Raises RunError."""
    try:
        load_into(model, run.best_weights)
    except WeightsError as error:
        raise RunError(
            f"The weights of “{run.title}” cannot be used: {error.message}",
            "Restore best.weights.h5 from a copy of the run, or train again.",
            details=error.details,
        ) from error


def save_best_weights(run: RunFolder, model: keras.Model) -> None:
    """Write the weights beside the old ones and move them into place. Raises StorageError."""
    content = _Buffer()
    model.save_weights(content, overwrite=True)
    write_atomic(run.best_weights, content.getbuffer(), "saving the best weights")


class _Buffer(io.BytesIO):
    """The weights file in memory: on a full disk HDF5 itself can crash the whole process."""

    def __str__(self) -> str:
        return "memory.weights.h5"  # Keras looks at the ending

"""Opening weights files that anybody may have made: data, never code, and only what fits.

Reads Keras's two HDF5 layouts: the older one with ``layer_names`` (every published backbone,
whole ``.h5`` models too) and ``.weights.h5``. Links, virtual and external data sets are refused,
shapes are compared before a value is read, so a small file cannot ask for much memory.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from studio.core.errors import WeightsError
from studio.core.paths import display_name

_MOST_OBJECTS = 200_000
_DEEPEST = 40
_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_ELSEWHERE = "Choose another file, or download the weights again."


def load_into(model: Any, file: Path) -> None:
    """Put the weights of ``file`` into a built Keras model.

    Layers are matched in order, then by name; layers of the file beyond the model's (a top) are
    left out. Every layer of the model must be found with the same shapes.

    Raises:
        WeightsError: the file is missing, foreign, cut, hostile or of another network; the model
            is unchanged then.
    """
    name = display_name(file.name)
    before = [np.array(w) for w in model.get_weights()]
    try:
        with _opened(file) as h5:
            budget = 6 * sum(w.nbytes for w in before) + 2**26
            _inspect(h5, name, budget)
            root = h5.get("model_weights", h5)
            if "layer_names" in root.attrs or "layer_names0" in root.attrs:
                _load_layers(model, root, name)
                return
            known = any(key in h5 for key in ("layers", "_layer_checkpoint_dependencies"))
        if not known:
            raise WeightsError(f"“{name}” is an HDF5 file, but holds no Keras weights.", _ELSEWHERE)
        _load_keras3(model, file, name)
    except WeightsError:
        model.set_weights(before)
        raise
    except (OSError, KeyError, ValueError, TypeError, RuntimeError, AttributeError) as error:
        model.set_weights(before)
        raise WeightsError(
            f"“{name}” is damaged and cannot be read to its end.", _ELSEWHERE, details=repr(error)
        ) from error


def looks_like_weights(file: Path) -> str:
    """Empty where a file may hold weights, else a sentence on why not. Reads its start alone."""
    name = display_name(file.name)
    try:
        with file.open("rb") as opened:
            start = opened.read(4096)
    except OSError:
        return f"“{name}” cannot be read."
    # The signature may stand behind a block of the maker's own: at 0, 512, 1024, …
    if any(start[at : at + 8] == _SIGNATURE for at in (0, 512, 1024, 2048)):
        return ""
    return f"“{name}” {_foreign(start)} Choose an .h5 or .weights.h5 file."


def correct_normalisation(body: Any) -> None:
    """Make up for the variances in the published EfficientNet files.

    These files state the standard deviations where variances belong; Keras divides once more
    when it loads them itself (github.com/tensorflow/tensorflow/issues/49930). Squaring the stated
    values gives the same network without the extra layer.
    """
    for layer in body.layers:
        if type(layer).__name__ != "Normalization" or len(layer.weights) != 3:
            continue
        mean, variance, count = layer.get_weights()
        if np.allclose(np.ravel(variance), (0.229, 0.224, 0.225), atol=2e-3):
            layer.set_weights([mean, np.square(variance), count])
            layer.finalize_state()


@contextmanager
def _opened(file: Path) -> Iterator[Any]:
    import h5py

    name = display_name(file.name)
    if not file.is_file():
        raise WeightsError(f"The weights file “{name}” is not there.", _ELSEWHERE)
    if not h5py.is_hdf5(file):
        with file.open("rb") as opened:
            start = opened.read(512)
        raise WeightsError(f"“{name}” {_foreign(start)}", "Choose an .h5 or .weights.h5 file.")
    try:
        h5 = h5py.File(file, "r", locking=False)
    except OSError as error:
        raise WeightsError(
            f"“{name}” is damaged or was cut short.", _ELSEWHERE, details=repr(error)
        ) from error
    with h5:
        yield h5


def _foreign(start: bytes) -> str:
    """What a file that is no HDF5 seems to be, to complete a sentence."""
    if not start:
        return "is empty."
    if start[:4] == b"PK\x03\x04":
        return "is an archive (perhaps a whole .keras model), not a weights file."
    if start[:1] == b"\x80" or start[:2] == b"\x1f\x8b":
        return "is a pickle or a compressed file, which is never opened."
    if b"<html" in start.lower() or b"<!doctype" in start.lower():
        return "is a web page: the download was answered by a page instead of the file."
    return "is no weights file of Keras (it is not HDF5)."


def _inspect(h5: Any, name: str, budget: int) -> None:
    """Walk every link without following any out of the file; refuse what may not be there."""
    import h5py

    stack: list[tuple[Any, int]] = [(h5, 0)]
    seen: set[Any] = set()
    objects = total = 0
    while stack:
        group, depth = stack.pop()
        for key in group:
            objects += 1
            if objects > _MOST_OBJECTS or depth > _DEEPEST:
                raise WeightsError(f"“{name}” is nested like no weights file.", _ELSEWHERE)
            if not isinstance(group.get(key, getlink=True), h5py.HardLink):
                raise WeightsError(
                    f"“{name}” holds links to other places, so it is not opened.", _ELSEWHERE
                )
            item = group[key]
            address = h5py.h5o.get_info(item.id).addr
            if address in seen:
                continue
            seen.add(address)
            if isinstance(item, h5py.Group):
                stack.append((item, depth + 1))
            elif isinstance(item, h5py.Dataset):
                total += _inspect_dataset(item, name)
    if total > budget:
        raise WeightsError(
            f"“{name}” holds {total / 1e6:,.0f} MB of values, far more than this network has.",
            "Choose the weights of this network.",
        )


def _inspect_dataset(data: Any, name: str) -> int:
    """The bytes that reading it would take."""
    if data.external or data.is_virtual:
        raise WeightsError(
            f"“{name}” takes values from other files, so it is not opened.", _ELSEWHERE
        )
    return int(math.prod(data.shape or ()) * data.dtype.itemsize)


def _attribute(group: Any, name: str) -> list[str]:
    """A list of texts, which Keras cuts into ``name0``, ``name1`` … where it is long."""
    values: list[Any] = []
    if name in group.attrs:
        values = list(group.attrs[name])
    else:
        part = 0
        while f"{name}{part}" in group.attrs:
            values.extend(group.attrs[f"{name}{part}"])
            part += 1
    return [v.decode("utf-8", "replace") if isinstance(v, bytes) else str(v) for v in values]


def _load_layers(model: Any, root: Any, name: str) -> None:
    stored: list[tuple[str, list[Any]]] = []
    for layer_name in _attribute(root, "layer_names"):
        group = root[layer_name]
        data = [group[w] for w in _attribute(group, "weight_names")]
        if data:
            stored.append((layer_name, data))
    wanted = [(la, _legacy_order(la)) for la in model.layers if la.weights]
    chosen = _match_in_order(wanted, stored) or _match_by_name(wanted, stored)
    if chosen is None:
        raise WeightsError(
            f"“{name}” holds the weights of another network: {_difference(wanted, stored)}.",
            "Choose the file of this network, without its top.",
        )
    values = [[np.asarray(d[()]) for d in data] for data in chosen]
    _refuse_not_finite([v for layer in values for v in layer], name)
    for (layer, variables), arrays in zip(wanted, values, strict=True):
        for variable, array in zip(variables, arrays, strict=True):
            variable.assign(array)
        if hasattr(layer, "finalize_state"):
            layer.finalize_state()


def _legacy_order(layer: Any) -> list[Any]:
    """The order of the older layout: trainable weights first."""
    return [*layer.trainable_weights, *layer.non_trainable_weights]


def _same_shapes(variables: list[Any], data: list[Any]) -> bool:
    return len(variables) == len(data) and all(
        tuple(v.shape) == tuple(d.shape) and d.dtype.kind in "fiu"
        for v, d in zip(variables, data, strict=True)
    )


def _match_in_order(wanted: list[Any], stored: list[Any]) -> list[list[Any]] | None:
    if len(stored) < len(wanted):
        return None
    pairs = zip(wanted, stored, strict=False)
    if all(_same_shapes(variables, data) for (_, variables), (_, data) in pairs):
        return [data for _, data in stored[: len(wanted)]]
    return None


def _match_by_name(wanted: list[Any], stored: list[Any]) -> list[list[Any]] | None:
    by_name = dict(stored)
    chosen = []
    for layer, variables in wanted:
        data = by_name.get(layer.name)
        if data is None or not _same_shapes(variables, data):
            return None
        chosen.append(data)
    return chosen


def _difference(wanted: list[Any], stored: list[Any]) -> str:
    """The first place where file and network part, as words."""
    for (layer, variables), (_, data) in zip(wanted, stored, strict=False):
        if not _same_shapes(variables, data):
            mine = ", ".join(str(tuple(v.shape)) for v in variables)
            theirs = ", ".join(str(tuple(d.shape)) for d in data)
            return f"at “{layer.name}” the network has {mine}, the file {theirs}"
    return f"the network has {len(wanted)} layers with weights, the file {len(stored)}"


def _load_keras3(model: Any, file: Path, name: str) -> None:
    if not file.name.endswith(".weights.h5"):
        raise WeightsError(
            f"“{name}” is of the newer layout, but its name does not end in .weights.h5.",
            "Give it that ending and choose it again.",
        )
    # Keras leaves what a file lacks as it was and only warns; so nothing good may be there before.
    model.set_weights(
        [np.full_like(w, np.nan) if w.dtype.kind == "f" else w for w in model.get_weights()]
    )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            model.load_weights(str(file))
    except Exception as error:  # Keras raises many kinds here, plain Exception among them
        raise WeightsError(
            f"“{name}” does not fit this network.",
            "Choose the weights of this network.",
            details=repr(error),
        ) from error
    if not all(np.all(np.isfinite(w)) for w in model.get_weights()):
        raise WeightsError(
            f"“{name}” lacks some weights of this network, or holds values that are not numbers.",
            "Choose the weights of this network.",
        )


def _refuse_not_finite(values: list[Any], name: str) -> None:
    if not all(np.all(np.isfinite(v)) for v in values):
        raise WeightsError(f"“{name}” holds values that are not numbers.", _ELSEWHERE)

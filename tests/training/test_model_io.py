"""Networks of a run come back from their folder, and a strange weights file does no harm."""

from __future__ import annotations

from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from studio.core.errors import RunError, SpecError
from studio.core.runs import RunFolder
from studio.training.model_io import build_model, load_model, save_best_weights
from tests.training.helpers import make_run, samples_of, write_pictures


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    pictures = write_pictures(tmp_path / "pictures", each=1)
    return make_run(tmp_path / "run", samples_of(pictures))


@pytest.fixture
def trained(run: RunFolder) -> RunFolder:
    keras.utils.set_random_seed(5)
    save_best_weights(run, build_model(run.record))
    return run


def test_weights_come_back(trained: RunFolder) -> None:
    keras.utils.set_random_seed(5)
    original = build_model(trained.record)
    loaded = load_model(RunFolder.open(trained.path))
    for old, new in zip(original.get_weights(), loaded.get_weights(), strict=True):
        np.testing.assert_array_equal(old, new)
    left = {p.name for p in trained.path.iterdir()}
    assert left == {"run.json", "samples.json", "best.weights.h5"}


def test_a_run_without_weights_says_so(run: RunFolder) -> None:
    with pytest.raises(RunError, match="no weights yet"):
        load_model(run)


@pytest.mark.parametrize("share", [0.0, 0.2, 0.7, 0.98])
def test_cut_weights_are_told(trained: RunFolder, share: float) -> None:
    whole = trained.best_weights.read_bytes()
    trained.best_weights.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(RunError, match="weights"):
        load_model(trained)


@pytest.mark.parametrize("content", [b"not a weights file", b"\x80\x04pickle", b"PK\x03\x04zip"])
def test_foreign_files_are_told(trained: RunFolder, content: bytes) -> None:
    trained.best_weights.write_bytes(content)
    with pytest.raises(RunError):
        load_model(trained)


def test_weights_of_another_network_are_told(trained: RunFolder) -> None:
    save_best_weights(trained, keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)]))
    with pytest.raises(RunError):
        load_model(trained)


def first_dataset(file: h5py.File) -> str:
    found: list[str] = []
    file.visititems(
        lambda name, item: found.append(name) if isinstance(item, h5py.Dataset) else None
    )
    return found[0]


def test_links_out_of_the_file_are_refused(trained: RunFolder, tmp_path: Path) -> None:
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as file:
        file["data"] = np.ones(8, np.float32)
    with h5py.File(trained.best_weights, "r+") as file:
        name = first_dataset(file)
        del file[name]
        file[name] = h5py.ExternalLink(str(secret), "data")
    with pytest.raises(RunError):
        load_model(trained)


def test_values_kept_in_other_files_are_refused(trained: RunFolder, tmp_path: Path) -> None:
    raw = tmp_path / "raw.bin"
    raw.write_bytes(bytes(4096))
    with h5py.File(trained.best_weights, "r+") as file:
        name = first_dataset(file)
        shape = file[name].shape
        del file[name]
        size = int(np.prod(shape)) * 4
        file.create_dataset(name, shape, "f4", external=[(str(raw), 0, size)])
    with pytest.raises(RunError):
        load_model(trained)


def test_a_bomb_of_zeros_is_refused(trained: RunFolder) -> None:
    with h5py.File(trained.best_weights, "r+") as file:
        name = first_dataset(file)
        del file[name]
        file.create_dataset(name, (2**34,), "f4", chunks=(2**16,), compression="gzip")
    with pytest.raises(RunError):
        load_model(trained)


def test_a_run_of_an_unknown_network_is_told(trained: RunFolder) -> None:
    trained.update(model={"kind": "perceptron-9000"})
    with pytest.raises(RunError, match="cannot build"):
        load_model(trained)
    with pytest.raises(SpecError):
        build_model(trained.record)

"""Every data set as it is published: opened, trained for one epoch, and asked about a picture.

The table in test_pixel_tables says who writes them. The network is the smallest that there is, and
the pictures are 16 px wide: what is tried is the way from the file to an answer. Steps run as they
are, since to compile a network that makes one step takes far longer than the step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from studio.data.index import open_dataset
from studio.engine.commands import predict
from studio.engine.planning import plan_run
from studio.training.trainer import train
from tests.data import table_writers as tables
from tests.data import writers

Write = Callable[[Path], Path]

_PARTS = {"split_names_at": "_", "outputs": "colour,kind"}

PUBLISHED: dict[str, tuple[Write, str, int, dict[str, str]]] = {
    # name: writer, format, channels of the network, options
    "mnist": (lambda p: writers.write_idx(p / "m"), "idx", 1, {}),
    "kuzushiji-49": (lambda p: tables.write_kuzushiji49(p / "k"), "npz", 1, {}),
    "meglass": (lambda p: tables.write_meglass(p / "m"), "table", 3, {}),
    "dog breeds": (lambda p: tables.write_dog_breeds(p / "d"), "table", 3, {}),
    "aptos": (lambda p: tables.write_aptos(p / "a"), "table", 3, {}),
    "isic 2017": (lambda p: tables.write_isic_2017(p / "i"), "table", 3, {}),
    "protein atlas": (lambda p: tables.write_protein_table(p / "h"), "table", 4, {}),
    "channels in folders": (lambda p: _made(writers.write_protein_atlas, p / "h"),
                            "channel-files", 4, {}),
    "imagenet": (lambda p: tables.write_imagenet(p / "i"), "imagenet", 3, {}),
    "synset folders": (lambda p: tables.write_imagenet(p / "i") / "ILSVRC/Data/CLS-LOC/train",
                       "folder", 3, {}),
    "cifar-10 python": (lambda p: writers.write_cifar10(p / "c"), "cifar", 3, {}),
    "cifar-10 binary": (lambda p: writers.write_cifar10_binary(p / "c"), "cifar", 3, {}),
    "cifar-100 python": (lambda p: writers.write_cifar100(p / "c"), "cifar", 3, {}),
    "cifar-100 binary": (lambda p: writers.write_cifar100_binary(p / "c"), "cifar", 3, {}),
    "sat-4 mat": (lambda p: writers.write_sat_mat(p / "sat-4-full.mat"), "mat", 4, {}),
    "sat-4 mat 7.3": (lambda p: writers.write_sat_mat73(p / "sat-4-full.mat"), "mat", 4, {}),
    "sat-4 csv": (lambda p: tables.write_sat_csv(p / "s"), "csv-pixels", 4, {}),
    "sat-6 csv": (lambda p: tables.write_sat_csv(p / "s", tables.SAT6), "csv-pixels", 4, {}),
    "svhn": (lambda p: writers.write_svhn(p / "train_32x32.mat"), "mat", 3, {}),
    "emnist": (lambda p: tables.write_emnist_mat(p / "emnist-digits.mat"), "mat", 1, {}),
    "emnist 7.3": (lambda p: tables.write_emnist_mat73(p / "emnist-digits.mat"), "mat", 1, {}),
    "iceberg": (lambda p: writers.write_iceberg(p / "train.json"), "json-bands", 2, {}),
    "iwildcam": (lambda p: tables.write_iwildcam(p / "w"), "coco", 3, {}),
    "open images": (lambda p: tables.write_open_images(p / "o"), "table", 3, {}),
    "apparel": (lambda p: tables.write_apparel(p / "a"), "folder", 3, _PARTS),
    "digits csv": (lambda p: tables.write_digits_csv(p / "d"), "csv-pixels", 1, {}),
    "fashion csv": (lambda p: tables.write_fashion_csv(p / "f"), "csv-pixels", 1, {}),
    "fer-2013": (lambda p: tables.write_fer2013(p / "fer2013.csv"), "csv-pixels", 1, {}),
    "stacks": (lambda p: tables.write_stacks(p / "s", 20), "folder", 20, {"pages": "bands"}),
    "hdf5": (lambda p: writers.write_hdf5(p / "arrays.h5"), "hdf5", 3, {}),
}  # fmt: skip


# Eager steps make Keras and NumPy speak of how they hand arrays on.
pytestmark = pytest.mark.filterwarnings("ignore")


@pytest.fixture(autouse=True)
def without_compiling() -> Iterator[None]:
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def _made(write: Callable[[Path], object], root: Path) -> Path:
    write(root)
    return root


@pytest.mark.parametrize("name", PUBLISHED)
def test_opens_trains_and_predicts(name: str, tmp_path: Path) -> None:
    write, kind, channels, options = PUBLISHED[name]
    path = write(tmp_path)
    dataset = open_dataset(path, options=options)
    assert dataset.format == kind and not dataset.chosen
    sizes = {"width": 16, "height": 16, "channels": channels}
    settings = [f"input.{key}={value}" for key, value in sizes.items()]
    run = plan_run(
        path, tmp_path / "run", recipe={"epochs": 1, "batch_size": 64},
        settings=[*settings, "model.blocks=2", "model.filters=4"], options=options,
    )  # fmt: skip
    record = train(run, lambda _: None)
    assert record.state == "finished" and list(record.outputs) == list(dataset.outputs)
    (prediction,) = list(predict(run.path, [str(dataset.absolute(0))]))
    assert not prediction.error
    for output, classes in record.outputs.items():
        assert sorted(n for n, _ in prediction.outputs[output]) == sorted(classes)
        assert all(0 <= p <= 1 for _, p in prediction.outputs[output])

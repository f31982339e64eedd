"""Every data set as it is published: opened, trained for one epoch, and asked about a picture.

The table in test_pixel_tables says who writes them.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from studio.data.index import open_dataset
from studio.engine.planning import plan_run
from studio.insight.predictor import Predictor
from studio.training.trainer import train
from tests.data import table_writers as tables
from tests.data import writers

Write = Callable[[Path], Path]

PUBLISHED: dict[str, tuple[Write, str, dict[str, str]]] = {
    "mnist": (lambda p: writers.write_idx(p / "m"), "idx", {}),
    "kuzushiji-49": (lambda p: tables.write_kuzushiji49(p / "k"), "npz", {}),
    "meglass": (lambda p: tables.write_meglass(p / "m"), "table", {}),
    "dog breeds": (lambda p: tables.write_dog_breeds(p / "d"), "table", {}),
    "aptos": (lambda p: tables.write_aptos(p / "a"), "table", {}),
    "isic 2017": (lambda p: tables.write_isic_2017(p / "i"), "table", {}),
    "protein atlas": (lambda p: tables.write_protein_table(p / "h"), "table", {}),
    "cifar-10": (lambda p: writers.write_cifar10(p / "c"), "cifar", {}),
    "cifar-100": (lambda p: writers.write_cifar100_binary(p / "c"), "cifar", {}),
    "sat-4 mat": (lambda p: writers.write_sat_mat(p / "sat-4-full.mat"), "mat", {}),
    "sat-6 csv": (lambda p: tables.write_sat_csv(p / "s", tables.SAT6), "csv-pixels", {}),
    "svhn": (lambda p: writers.write_svhn(p / "train_32x32.mat"), "mat", {}),
    "emnist": (lambda p: tables.write_emnist_mat(p / "emnist-digits.mat"), "mat", {}),
    "iceberg": (lambda p: writers.write_iceberg(p / "train.json"), "json-bands", {}),
    "iwildcam": (lambda p: tables.write_iwildcam(p / "w"), "coco", {}),
    "open images": (lambda p: tables.write_open_images(p / "o"), "table", {}),
    "apparel": (
        lambda p: tables.write_apparel(p / "a"), "folder",
        {"split_names_at": "_", "outputs": "colour,kind"},
    ),
    "digits csv": (lambda p: tables.write_digits_csv(p / "d"), "csv-pixels", {}),
    "fer-2013": (lambda p: tables.write_fer2013(p / "fer2013.csv"), "csv-pixels", {}),
}  # fmt: skip


@pytest.mark.parametrize("name", PUBLISHED)
def test_opens_trains_and_predicts(name: str, tmp_path: Path) -> None:
    write, kind, options = PUBLISHED[name]
    path = write(tmp_path)
    dataset = open_dataset(path, options=options)
    assert dataset.format == kind
    settings = ["input.width=16", "input.height=16", "model.blocks=2", "model.filters=4"]
    if kind in ("mat", "csv-pixels") and "sat" in name:
        settings.append("input.channels=4")
    run = plan_run(
        path, tmp_path / "run", recipe={"epochs": 1, "batch_size": 16}, settings=settings,
        options=options,
    )  # fmt: skip
    record = train(run, lambda _: None)
    assert record.state == "finished" and list(record.outputs) == list(dataset.outputs)
    (prediction,) = Predictor(run).predict([dataset.absolute(0)])
    assert not prediction.error
    for output, classes in record.outputs.items():
        assert sorted(n for n, _ in prediction.outputs[output]) == sorted(classes)
        assert all(0 <= p <= 1 for _, p in prediction.outputs[output])

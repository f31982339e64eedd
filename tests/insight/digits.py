"""Digits to learn: those of MNIST where they are, and drawn ones."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from studio.core.control import Control
from studio.core.input import InputSpec
from studio.core.runs import RunFolder, RunRecord, SampleList
from studio.data.opencv import cv2
from studio.training.trainer import train

FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX)
DRAWN = ("2", "4", "6", "9")
SIDE = 28


def draw_digit(digit: str, seed: int) -> np.ndarray:
    """``(28, 28) uint8``: a digit in one of three fonts, a little moved, thick or thin."""
    random = np.random.default_rng(seed)
    big = np.zeros((4 * SIDE, 4 * SIDE), np.uint8)
    font = FONTS[random.integers(len(FONTS))]
    size, thick = random.uniform(2.6, 3.2), int(random.integers(6, 11))
    (width, height), _ = cv2.getTextSize(digit, font, size, thick)
    x = (big.shape[1] - width) // 2 + int(random.integers(-5, 6))
    y = (big.shape[0] + height) // 2 + int(random.integers(-5, 6))
    cv2.putText(big, digit, (x, y), font, size, int(random.integers(190, 256)), thick)
    small = cv2.resize(big, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.int16)
    return np.clip(small + random.integers(0, 20, small.shape), 0, 255).astype(np.uint8)


def drawn_digits(folder: Path, each: int) -> SampleList:
    """Drawn digits as files; every fourth is for validation."""
    paths, labels, split = [], [], []
    for index in range(each * len(DRAWN)):
        label = index % len(DRAWN)
        file = folder / DRAWN[label] / f"{index}.png"
        file.parent.mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(file), draw_digit(DRAWN[label], index))
        paths.append(file.relative_to(folder).as_posix())
        labels.append(label)
        split.append(int(index // len(DRAWN) % 4 == 0))
    return SampleList(folder, paths, {"digit": labels}, split)


def mnist_digits(file_folder: Path, train_count: int, validation_count: int) -> SampleList:
    """A part of MNIST's test pictures, read from their own files."""
    from studio.data.index import open_dataset

    dataset = open_dataset(file_folder)
    labels = np.asarray(next(iter(dataset.labels.values())))
    count = train_count + validation_count
    rows = np.random.default_rng(0).permutation(len(labels))[:count]
    return SampleList(
        dataset.root,
        [dataset.paths[i] for i in rows],
        {"digit": labels[rows].tolist()},
        [0] * train_count + [1] * validation_count,
    )


def learn(path: Path, samples: SampleList, classes: tuple[str, ...], epochs: int) -> RunFolder:
    """A run of LeNet on digits, trained for seconds."""
    record = RunRecord(
        id=path.name,
        outputs={"digit": classes},
        input=InputSpec(width=SIDE, height=SIDE, channels=1),
        model={"kind": "lenet"},
        recipe={"epochs": epochs, "batch_size": 32, "seed": 1},
    )
    run = RunFolder.create(path, record, samples)
    train(run, lambda event: None, Control())
    return run

"""Eight usual steps at 224 px: ours, Albumentations 2.0.8 and plain imgaug, and each step alone.

All three run on one thread, in turns, on the same pictures. Seconds are of the processor, so that
pictures a second are those of one core. Albumentations is in the extra ``bench``.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import numpy as np

from tests.benchmarks.report import Figure

SIDE, PICTURES, ROUNDS = 224, 64, 9
SINGLE_ROUNDS = 5
WARM_UP = 8

os.environ.setdefault("NO_ALBUMENTATIONS_UPDATE", "1")  # it would ask the network for its version

Apply = Callable[[list[np.ndarray]], Any]
Peers = dict[str, Apply]

STEPS: dict[str, dict[str, Any]] = {
    "flip": {"kind": "mirror", "probability": 50},
    "affine": {"kind": "affine", "angle": (-15, 15), "scale": (0.9, 1.1), "shift": (-6, 6),
               "shear": (-6, 6), "edge": "symmetric"},
    "crop": {"kind": "crop", "share": (0, 15)},
    "brightness": {"kind": "brightness", "change": (-20, 20)},
    "contrast": {"kind": "contrast", "change": (-20, 20)},
    "blur": {"kind": "gaussian_blur", "sigma": (0.1, 1.0)},
    "noise": {"kind": "gaussian_noise", "levels": (0, 12), "per_channel": True},
    "dropout": {"kind": "drop_out", "share": (0, 8), "block": 6},
}  # fmt: skip


def measure() -> list[Figure]:
    """Pictures a second of the whole pipeline, and of each step, beside the peers."""
    import cv2

    threads = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        pictures = _pictures()
        figures = _whole(pictures)
        for name in STEPS:
            figures += _single(name, pictures)
    finally:
        cv2.setNumThreads(threads)
    return figures


def _pictures() -> list[np.ndarray]:
    """``(224, 224, 3) uint8`` with the smoothness of photographs."""
    import cv2

    source = np.random.default_rng(5)
    rough = source.integers(0, 256, (PICTURES, SIDE // 4, SIDE // 4, 3), dtype=np.uint8)
    return [cv2.resize(each, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC) for each in rough]


def _whole(pictures: list[np.ndarray]) -> list[Figure]:
    seconds = _in_turns(_peers(list(STEPS)), pictures, ROUNDS)
    ours = statistics.median(seconds["ours"])
    note = f"{PICTURES / ours:,.0f} pictures/s a core"
    figures = [Figure("eight steps at 224 px", ours / PICTURES * 1000, unit="ms", note=note)]
    for name, limit in (("Albumentations", 1.5), ("imgaug", 2.0)):
        if name not in seconds:
            figures.append(
                Figure(f"eight steps ÷ {name}", float("nan"), note="not measured: install .[bench]")
            )
            continue
        theirs = statistics.median(seconds[name])
        ratios = sorted(b / a for a, b in zip(seconds["ours"], seconds[name], strict=True))
        note = f"{PICTURES / theirs:,.0f}/s; by round {ratios[0]:.2f} … {ratios[-1]:.2f}"
        figures.append(
            Figure(f"eight steps ÷ {name}", theirs / ours, limit=limit, at_least=True, note=note)
        )
    return figures


def _single(name: str, pictures: list[np.ndarray]) -> list[Figure]:
    seconds = _in_turns(_peers([name]), pictures, SINGLE_ROUNDS)
    rates = {peer: PICTURES / statistics.median(each) for peer, each in seconds.items()}
    note = "; ".join(f"{peer} {rate:,.0f}/s" for peer, rate in rates.items())
    return [Figure(f"{name} alone", 1000 / rates["ours"], unit="ms", note=note)]


def _in_turns(peers: Peers, pictures: list[np.ndarray], rounds: int) -> dict[str, list[float]]:
    """Seconds of the processor of each round over all pictures."""
    seconds: dict[str, list[float]] = {name: [] for name in peers}
    for apply in peers.values():
        apply(pictures[:WARM_UP])
    for _ in range(rounds):
        for name, apply in peers.items():
            begun = time.process_time()
            apply(pictures)
            seconds[name].append(time.process_time() - begun)
    return seconds


def _peers(names: list[str]) -> Peers:
    peers: Peers = {"ours": _ours(names), "imgaug": _imgaug(names)}
    try:
        version("albumentations")
    except PackageNotFoundError:
        return peers
    return {**peers, "Albumentations": _albumentations(names)}


def _ours(names: list[str]) -> Apply:
    """As training applies it: a seed for every picture, one picture at a time."""
    from studio.augment.policy import Augmentation, parse_policy, seed_for

    augmentation = Augmentation(parse_policy([STEPS[name] for name in names]))
    epoch = iter(range(1, 1_000_000))

    def apply(pictures: list[np.ndarray]) -> None:
        now = next(epoch)
        for index, picture in enumerate(pictures):
            augmentation.apply(picture, seed_for(1, now, index))

    return apply


def _imgaug(names: list[str]) -> Apply:
    """Plain imgaug, in one call for all pictures, which it is fastest at."""
    import imgaug.augmenters as iaa

    steps = {
        "flip": iaa.Fliplr(0.5),
        "affine": iaa.Affine(
            rotate=(-15, 15), scale=(0.9, 1.1), shear=(-6, 6), mode="symmetric",
            translate_percent={"x": (-0.06, 0.06), "y": (-0.06, 0.06)},
        ),
        "crop": iaa.Crop(percent=(0, 0.15), keep_size=True),
        "brightness": iaa.Multiply((0.8, 1.2)),
        "contrast": iaa.LinearContrast((0.8, 1.2)),
        "blur": iaa.GaussianBlur((0.1, 1.0)),
        "noise": iaa.AdditiveGaussianNoise(scale=(0, 12), per_channel=True),
        "dropout": iaa.CoarseDropout((0.0, 0.08), size_px=17),
    }  # fmt: skip
    pipeline = iaa.Sequential([steps[name] for name in names], seed=1)
    apply: Apply = pipeline.augment_images
    return apply


def _albumentations(names: list[str]) -> Apply:
    import albumentations as A
    import cv2

    hole = (0.06, 0.06)
    steps = {
        "flip": A.HorizontalFlip(p=0.5),
        "affine": A.Affine(
            rotate=(-15, 15), scale=(0.9, 1.1), shear=(-6, 6),
            translate_percent={"x": (-0.06, 0.06), "y": (-0.06, 0.06)},
            border_mode=cv2.BORDER_REFLECT, p=1.0,
        ),
        "crop": A.CropAndPad(percent=(-0.15, 0.0), keep_size=True, p=1.0),
        "brightness": A.RandomBrightnessContrast(
            brightness_limit=(-0.2, 0.2), contrast_limit=(0.0, 0.0), p=1.0
        ),
        "contrast": A.RandomBrightnessContrast(
            brightness_limit=(0.0, 0.0), contrast_limit=(-0.2, 0.2), p=1.0
        ),
        "blur": A.GaussianBlur(blur_limit=0, sigma_limit=(0.1, 1.0), p=1.0),
        "noise": A.GaussNoise(std_range=(0.0, 12 / 255), per_channel=True, p=1.0),
        "dropout": A.CoarseDropout(
            num_holes_range=(1, 20), hole_height_range=hole, hole_width_range=hole, fill=0, p=1.0
        ),
    }  # fmt: skip
    pipeline = A.Compose([steps[name] for name in names], seed=1)

    def apply(pictures: list[np.ndarray]) -> None:
        for picture in pictures:
            pipeline(image=picture)

    return apply

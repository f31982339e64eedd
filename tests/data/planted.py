"""A folder of clean drawn pictures with faults planted in it, and the list of what was planted.

The clean pictures are those of the built-in sample. The faults are made as they come about: a
picture saved again, smaller, cropped, mirrored, out of focus, with the cap on the lens.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from studio.data.parallel import for_each
from studio.data.sample import render

Pixels = NDArray[np.uint8]

NEAR = (
    "resized", "recompressed", "cropped", "brighter", "darker", "mirrored", "turned",
    "crop of the mirrored", "all at once",
)  # fmt: skip
"""How near duplicates come about, in turn."""

LOOKS = ("blank", "dark", "bright", "blurred", "odd-size", "tiny")
FILES = ("unreadable", "truncated", "empty", "wrong-extension")
COPIES = ("exact-duplicate", "near-duplicate", "label-conflict", "split-leak")
KINDS = (*COPIES, *LOOKS, *FILES)
"""Kinds of problems that are planted, one path each."""


@dataclass(frozen=True)
class Planted:
    """What was written.

    Attributes:
        root: of the data set.
        faults: kind → the paths that must be found.
        allowed: kind → paths that may be found as well: the originals of copies.
        originals: path of a copy → the path of its original.
        near: path of a near duplicate → how it was made, a word of :data:`NEAR`.
        clean: paths without any fault.
    """

    root: Path
    faults: dict[str, list[str]] = field(default_factory=dict)
    allowed: dict[str, set[str]] = field(default_factory=dict)
    originals: dict[str, str] = field(default_factory=dict)
    near: dict[str, str] = field(default_factory=dict)
    clean: list[str] = field(default_factory=list)


def plant(
    root: Path,
    clean: int,
    each: int,
    size: int = 96,
    picture: Callable[[int], Pixels] | None = None,
) -> Planted:
    """Write ``clean`` pictures and ``each`` faults of every kind of :data:`KINDS`.

    Classes are ``a`` and ``b``, below ``train`` and ``val``. Originals of copies are clean
    pictures; other faults are made of pictures of their own.

    Args:
        picture: ``picture(i)`` gives clean pictures; the sample's, where left out.
    """
    assert clean >= each * len(COPIES)
    make = picture or (lambda i: render(i, size, 1)[0])
    planted = Planted(root)
    for part in ("train", "val"):
        for name in ("a", "b"):
            (root / part / name).mkdir(parents=True)
    names = [_clean_name(i) for i in range(clean)]
    planted.clean.extend(names)
    for_each(clean, lambda i: _save(root / names[i], make(i)), "Drawing")
    jobs = [(number, kind, i) for number, kind in enumerate(KINDS) for i in range(each)]
    for kind in KINDS:
        planted.faults[kind] = []
        planted.allowed[kind] = set()
    for number, kind, i in jobs:
        if kind in COPIES:
            index = number * each + i
            _copy(planted, kind, i, names[index], make(index))
        else:
            _spoil(planted, kind, i, make(clean + number * each + i))
    return planted


def _clean_name(i: int) -> str:
    # Every tenth picture of each class lies in the other part.
    return f"{'val' if i % 20 > 17 else 'train'}/{'ab'[i % 2]}/clean {i:06d}.png"


def _copy(planted: Planted, kind: str, i: int, original: str, pixels: Pixels) -> None:
    part, name, _ = original.split("/")
    if kind == "label-conflict":
        name = "b" if name == "a" else "a"
    if kind == "split-leak":
        part = "val" if part == "train" else "train"
    near = kind == "near-duplicate" or (kind != "exact-duplicate" and i % 2 == 1)
    how = NEAR[i % len(NEAR)]
    path = f"{part}/{name}/{kind} {i:04d}.{'jpg' if near else 'png'}"
    if near:
        copy, quality = near_copy(pixels, how, seed=i)
        _save(planted.root / path, copy, quality)
    else:
        _save(planted.root / path, pixels)
    planted.faults[kind].append(path)
    planted.allowed[kind].add(original)
    planted.originals[path] = original
    if kind == "near-duplicate":
        planted.near[path] = how


def near_copy(pixels: Pixels, how: str, seed: int) -> tuple[Pixels, int]:
    """A copy that was made in one of the ways of :data:`NEAR`, and its JPEG quality.

    Every copy is cropped by 5 % of its sides where its name says so: from one corner, from all
    sides, or from somewhere between.
    """
    random = np.random.default_rng([seed, NEAR.index(how)])
    quality = int(random.integers(80, 96))
    if how in ("resized", "all at once"):
        pixels = _resized(pixels, random.choice([0.5, 0.7, 1.4]))
    if how in ("cropped", "crop of the mirrored", "all at once"):
        height, width = pixels.shape[:2]
        down, across = round(height * 0.05), round(width * 0.05)
        top, left = int(random.integers(0, down + 1)), int(random.integers(0, across + 1))
        pixels = pixels[top : height - down + top, left : width - across + left]
    if how in ("mirrored", "crop of the mirrored"):
        pixels = pixels[:, ::-1] if seed % 2 else pixels[::-1]
    if how in ("turned", "all at once"):
        pixels = np.rot90(pixels, int(random.integers(1, 4)))
    gain = {"brighter": 1.25, "darker": 0.65, "all at once": 0.85}.get(how, 1.0)
    if how == "recompressed":
        quality = int(random.integers(35, 60))
    return np.clip(pixels * gain, 0, 255).astype(np.uint8), quality


def _spoil(planted: Planted, kind: str, i: int, pixels: Pixels) -> None:
    path = f"train/{'ab'[i % 2]}/{kind} {i:04d}.png"
    file = planted.root / path
    if kind == "wrong-extension":
        file.write_bytes(_encoded(pixels, "JPEG"))
    elif kind in FILES:
        content = {
            "unreadable": b"this is no picture, however it is called" * (i + 1),
            "truncated": _encoded(pixels, "PNG")[: 2000 + i],
            "empty": b"",
        }  # fmt: skip
        file.write_bytes(content[kind])
    else:
        _save(file, spoilt(pixels, kind, i))
        if kind == "odd-size" and i % 2:  # enlarged, hence without fine detail as well
            planted.allowed["blurred"].add(path)
    planted.faults[kind].append(path)


def spoilt(pixels: Pixels, kind: str, seed: int) -> Pixels:
    """A picture with a fault that one can see; ``kind`` is one of :data:`LOOKS`."""
    random = np.random.default_rng([seed, LOOKS.index(kind)])
    side = len(pixels)
    if kind == "blank":
        even = np.tile(random.uniform(0, 255, 3), (*pixels.shape[:2], 1))
        noise = random.normal(0, random.uniform(0, 3), pixels.shape)
        return np.clip(even + noise, 0, 255).astype(np.uint8)
    if kind == "dark":
        return (pixels * random.uniform(0.08, 0.2)).astype(np.uint8)
    if kind == "bright":
        return (255 - (255 - pixels) * random.uniform(0.08, 0.2)).astype(np.uint8)
    if kind == "blurred":
        width = side * random.uniform(0.025, 0.05)
        return np.asarray(Image.fromarray(pixels).filter(ImageFilter.GaussianBlur(width)))
    if kind == "tiny":
        return _resized(pixels, random.uniform(8, 17) / side)
    if seed % 2:
        return _resized(pixels, random.uniform(3, 4))
    kept = round(side / random.uniform(2.2, 4))
    return np.ascontiguousarray(pixels[:kept])


def _resized(pixels: Pixels, factor: float) -> Pixels:
    size = [max(1, round(n * factor)) for n in (pixels.shape[1], pixels.shape[0])]
    return np.asarray(Image.fromarray(pixels).resize((size[0], size[1]), Image.Resampling.BICUBIC))


def _encoded(pixels: Pixels, format: str, quality: int = 90) -> bytes:
    buffer = io.BytesIO()
    options = {"quality": quality} if format == "JPEG" else {"compress_level": 1}
    Image.fromarray(np.ascontiguousarray(pixels)).save(buffer, format, **options)
    return buffer.getvalue()


def _save(file: Path, pixels: Pixels, quality: int = 90) -> None:
    file.write_bytes(_encoded(pixels, "JPEG" if file.suffix == ".jpg" else "PNG", quality))

"""Drawing the sample's pictures: a thing in a colour, on a busy ground.

Everything is measured in parts of the picture's side, so any size shows the same scene.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from studio.data.opencv import cv2
from studio.data.things import COLOURS, THINGS

Floats = NDArray[np.float32]
Random = np.random.Generator

_RGB = {
    "red": (200, 64, 47), "orange": (217, 138, 28), "yellow": (196, 176, 44),
    "green": (47, 143, 85), "blue": (44, 109, 181), "purple": (138, 79, 168),
}  # fmt: skip
_FINER = 4  # masks are drawn this much larger, then averaged: smooth edges


def render(index: int, size: int = 64, seed: int = 1) -> tuple[NDArray[np.uint8], str, str]:
    """Draw one picture of the sample.

    The picture depends on ``index``, ``size`` and ``seed`` alone. Things change with every
    index, colours with every sixth, so that every pair is equally frequent.

    Returns:
        ``(size, size, 3) uint8 RGB``, the thing and the colour.
    """
    thing = THINGS[index % len(THINGS)]
    colour = COLOURS[index // len(THINGS) % len(COLOURS)]
    random = np.random.default_rng([seed, index])
    picture = _ground(size, random)
    _clutter(picture, random)
    outline = _outline(thing, random)
    mask = _mask(outline, size)
    _lay_shadow(picture, mask, random)
    surface = _surface(size, np.array(_RGB[colour], np.float32), random)
    _lay(picture, surface, mask)
    rim = _mask(outline, size, line=0.022)
    _lay(picture, surface * np.float32(0.55), rim * np.float32(random.uniform(0.6, 0.9)))
    return _photographed(picture, random), thing, colour


def _outline(thing: str, random: Random) -> Floats:
    """The corners of a thing, ``(n, 2)`` in parts of the side, placed, turned and squeezed."""
    radius = random.uniform(0.29, 0.41)
    turn = random.uniform(-0.4, 0.4)
    squeeze = random.uniform(0.95, 1.0)
    room = min(0.13, 0.5 - radius)
    centre = 0.5 + random.uniform(-room, room, 2)
    corners = _SHAPES[thing]() * radius
    corners[:, 1] *= squeeze
    c, s = np.cos(turn), np.sin(turn)
    turned = corners @ np.array([[c, s], [-s, c]])
    return (turned + centre).astype(np.float32)


def _polygon(corners: int, inner: float = 1.0) -> NDArray[np.float64]:
    angles = np.arange(corners) * (2 * np.pi / corners) - np.pi / 2
    radii = np.where(np.arange(corners) % 2 == 1, inner, 1.0)
    return np.stack([np.cos(angles) * radii, np.sin(angles) * radii], axis=1)


def _cross() -> NDArray[np.float64]:
    a = 0.34
    x = [-a, a, a, 1, 1, a, a, -a, -a, -1, -1, -a]
    y = [-1, -1, -a, -a, a, a, 1, 1, a, a, -a, -a]
    return np.array([x, y], np.float64).T * 0.95


_SHAPES: dict[str, Callable[[], NDArray[np.float64]]] = {
    "circle": lambda: _polygon(72) * 0.95,
    "triangle": lambda: _polygon(3) * 1.15,
    "square": lambda: _polygon(4) * 1.08,
    "star": lambda: _polygon(10, 0.45) * 1.1,
    "hexagon": lambda: _polygon(6),
    "cross": _cross,
}


def _mask(outline: Floats, size: int, line: float = 0.0) -> Floats:
    """``(size, size)`` cover of the outline's inside, or of its line, 0 to 1."""
    fine = size * _FINER
    canvas = np.zeros((fine, fine), np.uint8)
    points = np.round(outline * (fine * 16)).astype(np.int32)  # 4 bits behind the point
    if line:
        width = max(1, round(line * fine))
        cv2.polylines(canvas, [points], True, (255,), width, cv2.LINE_8, 4)
    else:
        cv2.fillPoly(canvas, [points], (255,), cv2.LINE_8, 4)
    small = cv2.resize(canvas, (size, size), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def _lay(picture: Floats, surface: Floats, mask: Floats) -> None:
    picture += (surface - picture) * mask[:, :, None]


def _lay_shadow(picture: Floats, mask: Floats, random: Random) -> None:
    size = len(mask)
    dx, dy = random.uniform(-0.05, 0.05, 2) * size
    move = np.array([[1, 0, dx], [0, 1, dy]], np.float64)
    shadow = cv2.warpAffine(mask, move, (size, size))
    shadow = np.asarray(cv2.GaussianBlur(shadow, (0, 0), max(0.6, size * 0.03)), np.float32)
    picture *= 1 - np.float32(random.uniform(0.1, 0.4)) * shadow[:, :, None]


def _grid(size: int, random: Random) -> tuple[Floats, Floats]:
    """Coordinates in parts of the side, turned by a random angle."""
    turn = random.uniform(0, np.pi)
    line = (np.arange(size, dtype=np.float32) + 0.5) / size
    x, y = np.meshgrid(line, line)
    c, s = np.float32(np.cos(turn)), np.float32(np.sin(turn))
    return (c * x + s * y).astype(np.float32), (c * y - s * x).astype(np.float32)


def _stripes(size: int, random: Random) -> Floats:
    x, _ = _grid(size, random)
    return np.sin(x * np.float32(2 * np.pi * random.uniform(5, 11)))


def _checks(size: int, random: Random) -> Floats:
    x, y = _grid(size, random)
    often = np.float32(np.pi * random.uniform(6, 11))
    return np.clip(np.sin(x * often) * np.sin(y * often) * 4, -1, 1)


def _dots(size: int, random: Random) -> Floats:
    x, y = _grid(size, random)
    often = np.float32(2 * np.pi * random.uniform(6, 10))
    return np.clip((np.cos(x * often) + np.cos(y * often) - np.float32(0.7)) * 3, -1, 1)


def _clouds(size: int, random: Random) -> Floats:
    """Smooth noise: coarse random values, enlarged."""
    cells = int(random.integers(4, 14))
    coarse = random.uniform(-1, 1, (cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_CUBIC), np.float32)


def _grain(size: int, random: Random) -> Floats:
    cells = min(size, 48)
    coarse = random.uniform(-1, 1, (cells, cells)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (size, size), interpolation=cv2.INTER_LINEAR), np.float32)


def _plain(size: int, random: Random) -> Floats:
    return np.zeros((size, size), np.float32)


_TEXTURES = (_plain, _stripes, _dots, _checks, _grain, _clouds)


def _surface(size: int, rgb: Floats, random: Random) -> Floats:
    """``(size, size, 3)`` what the thing is made of: its colour with a texture."""
    base = rgb * np.float32(random.uniform(0.85, 1.12)) + random.uniform(-9, 9, 3)
    texture = _TEXTURES[int(random.integers(len(_TEXTURES)))](size, random)
    light = 1 + np.float32(random.uniform(0.08, 0.2)) * texture
    return (base.astype(np.float32) * light[:, :, None]).astype(np.float32)


def _muted(random: Random, hue: float) -> Floats:
    """A colour of little saturation near ``hue`` (0 to 360)."""
    tone = random.uniform(0.6, 0.88)
    grey = random.uniform(0.06, 0.24)
    angles = np.deg2rad(hue + np.array([0, -120, 120]))
    rgb = tone * (1 + grey * np.cos(angles))
    return np.asarray(rgb * 255, np.float32)


def _ground(size: int, random: Random) -> Floats:
    """``(size, size, 3)`` a muted ground: patches, a texture and a slope of light."""
    hue = random.uniform(0, 360)
    picture = np.empty((size, size, 3), np.float32)
    picture[:] = _muted(random, hue)
    for _ in range(int(random.integers(20, 50))):
        x, y = random.uniform(-0.1, 1, 2)
        w, h = random.uniform(0.04, 0.26, 2)
        left, top = round(max(0, x) * size), round(max(0, y) * size)
        part = picture[top : round((y + h) * size) + 1, left : round((x + w) * size) + 1]
        part += (_muted(random, hue + random.uniform(0, 50)) - part) * np.float32(0.25)
    texture = _TEXTURES[int(random.integers(len(_TEXTURES)))](size, random)
    slope = _grid(size, random)[0] - np.float32(0.5)
    light = 1 + np.float32(random.uniform(0, 0.1)) * texture
    light += np.float32(random.uniform(-0.25, 0.25)) * slope
    return picture * light[:, :, None]


def _clutter(picture: Floats, random: Random) -> None:
    """Bits that are no thing: short strokes and specks, some in the things' own colours."""
    size = len(picture)
    for _ in range(int(random.integers(2, 6))):
        start = random.uniform(0, 1, 2)
        end = start + random.uniform(-0.22, 0.22, 2) * random.integers(0, 2)
        canvas = np.zeros((size, size), np.float32)
        points = [tuple(int(v) for v in np.round(p * size * 16)) for p in (start, end)]
        width = max(1, round(random.uniform(0.012, 0.05) * size))
        cv2.line(canvas, points[0], points[1], (1.0,), width, cv2.LINE_8, 4)
        canvas = np.asarray(cv2.GaussianBlur(canvas, (0, 0), max(0.4, size * 0.008)), np.float32)
        if random.uniform() < 0.4:
            rgb = np.array(_RGB[COLOURS[int(random.integers(len(COLOURS)))]], np.float32)
        else:
            rgb = _muted(random, random.uniform(0, 360))
        _lay(picture, rgb, canvas * np.float32(random.uniform(0.3, 0.7)))


def _photographed(picture: Floats, random: Random) -> NDArray[np.uint8]:
    """Brightness, contrast and sensor noise; rounded to 8 bits."""
    light = np.float32(random.uniform(0.75, 1.12))
    noise = random.standard_normal(picture.shape, np.float32)
    spread = np.float32(random.uniform(1.5, 5))
    result = picture * light + noise * spread
    return np.clip(np.round(result), 0, 255).astype(np.uint8)

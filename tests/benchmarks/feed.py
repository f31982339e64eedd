"""How fast batches come: with more processes, from photographs, and beside a GPU that eats them.

Everything that is compared takes turns on the same pictures. Peers have a process each.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from studio.augment.policy import transform_for
from studio.data.batches import Batches
from tests.benchmarks.augmentation import STEPS
from tests.benchmarks.report import Figure

ROUNDS, BATCH = 9, 32
PHOTOGRAPHS, PHOTOGRAPH, PHOTOGRAPH_ROUNDS = 320, (375, 500), 4
GPU = 1500.0
"""Pictures a second that the simulated GPU trains with: a desktop card and a small network."""


def measure() -> list[Figure]:
    """Two workers ÷ one; from JPEG ÷ Keras; training with ÷ without augmentation."""
    return _workers() + _photographs() + _beside_a_gpu()


# --- more workers -----------------------------------------------------------------------------


def _workers() -> list[Figure]:
    pictures = _smooth(384, 224, 224, seed=5)
    rates: dict[int, list[float]] = {1: [], 2: []}
    with ExitStack() as stack:
        fed = {
            count: stack.enter_context(_batches(pictures, workers=count, processes=True))
            for count in rates
        }
        for number in range(ROUNDS + 1):
            for count, batches in fed.items():
                rate = _epoch(batches, number + 1)
                if number:  # libraries are imported in the first one
                    rates[count].append(rate)
    ratios = sorted(two / one for one, two in zip(rates[1], rates[2], strict=True))
    one, two = (statistics.median(rates[count]) for count in (1, 2))
    note = f"{two:,.0f}/s ÷ {one:,.0f}/s; by round {ratios[0]:.2f} … {ratios[-1]:.2f}"
    return [
        Figure("eight steps at 224 px, two workers ÷ one", two / one,
               limit=1.8, at_least=True, note=note),
    ]  # fmt: skip


def _batches(pictures: np.ndarray, augmented: bool = True, **more: int | bool) -> Batches:
    transform = transform_for(list(STEPS.values()), 3) if augmented else None
    labels = {"class": np.zeros(len(pictures), np.int32)}
    return Batches(
        pictures, labels, range(len(pictures)), BATCH, seed=1, transform=transform,
        workers=int(more["workers"]) if "workers" in more else None,
        processes=bool(more["processes"]) if "processes" in more else None,
    )  # fmt: skip


def _epoch(batches: Batches, number: int, seconds_a_step: float = 0.0) -> float:
    """Pictures a second of one epoch, with a step that only waits."""
    count, begun = 0, time.perf_counter()
    for batch in batches.epoch(number):
        if seconds_a_step:
            time.sleep(seconds_a_step)
        count += len(batch.x)
    return count / (time.perf_counter() - begun)


def _smooth(count: int, height: int, width: int, seed: int) -> np.ndarray:
    """``(count, height, width, 3) uint8``: noise of all scales, the coarse stronger, as in
    photographs."""
    from studio.data.opencv import cv2

    source = np.random.default_rng(seed)
    pictures = np.empty((count, height, width, 3), np.uint8)
    for picture in pictures:
        total = np.full((height, width, 3), 128.0, np.float32)
        for cells in (3, 6, 12, 24, 48, 96, 192):
            rough = source.normal(0, 90 / cells**0.6, (cells, cells, 3)).astype(np.float32)
            total += cv2.resize(rough, (width, height), interpolation=cv2.INTER_CUBIC)
        picture[...] = np.clip(total, 0, 255)
    return pictures


# --- photographs ------------------------------------------------------------------------------


def _photographs() -> list[Figure]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        size = _write(folder)
        rates = _in_turns(folder)
    figures = []
    ours = statistics.median(rates["ours"])
    about = f"{PHOTOGRAPHS} JPEG of 500 × 375 px, {size / 1000:.0f} kB each"
    for name, limit in (("keras", 2.0), ("keras, only rotated", None)):
        theirs = statistics.median(rates[name])
        words = "" if name == "keras" else ", rotation for affine"
        figures.append(
            Figure(f"from JPEG to 224 px, eight steps ÷ Keras{words}", ours / theirs,
                   limit=limit, at_least=True,
                   note=f"{ours:,.0f}/s ÷ {theirs:,.0f}/s; {about}"),
        )  # fmt: skip
    return figures


def _write(folder: Path) -> float:
    """Photograph-like files in two classes; bytes of a file."""
    from studio.data.opencv import cv2

    total = 0
    for number, picture in enumerate(_smooth(PHOTOGRAPHS, *PHOTOGRAPH, seed=7)):
        file = folder / f"class {number % 2}" / f"{number}.jpg"
        file.parent.mkdir(exist_ok=True)
        data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, 90])[1].tobytes()
        file.write_bytes(data)
        total += len(data)
    return total / PHOTOGRAPHS


def _in_turns(folder: Path) -> dict[str, list[float]]:
    """Pictures a second of each peer, by round."""
    from tests.benchmarks.feed_peer import PEERS

    environment = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    with ExitStack() as stack:
        peers = {
            name: stack.enter_context(
                subprocess.Popen(
                    [sys.executable, "-m", "tests.benchmarks.feed_peer", name, str(folder)],
                    stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                    text=True, env=environment,
                )
            )
            for name in PEERS
        }  # fmt: skip
        rates: dict[str, list[float]] = {name: [] for name in peers}
        for number in range(PHOTOGRAPH_ROUNDS + 1):
            for name, peer in peers.items():
                rate = _ask(name, peer)
                if number:
                    rates[name].append(rate)
        for peer in peers.values():
            assert peer.stdin is not None
            peer.stdin.close()
    return rates


def _ask(name: str, peer: subprocess.Popen[str]) -> float:
    assert peer.stdin is not None and peer.stdout is not None
    peer.stdin.write("\n")
    peer.stdin.flush()
    for line in peer.stdout:
        if line.startswith("rate "):
            return float(line.split()[1])
    raise RuntimeError(f"{name} stopped with exit code {peer.wait()}")


# --- beside a GPU -----------------------------------------------------------------------------


def _beside_a_gpu() -> list[Figure]:
    pictures = _smooth(2048, 64, 64, seed=9)
    step = BATCH / GPU
    rates: dict[str, list[float]] = {"on": [], "off": []}
    with _batches(pictures, processes=True) as on, _batches(pictures, augmented=False) as off:
        _epoch(on, 1)
        waited, trained = on.seconds_waited, 0.0
        for number in range(2, ROUNDS + 2):
            rates["off"].append(_epoch(off, number, step))
            begun = time.perf_counter()
            rates["on"].append(_epoch(on, number, step))
            trained += time.perf_counter() - begun
        share = (on.seconds_waited - waited) / trained
    with_it, without = (statistics.median(rates[name]) for name in ("on", "off"))
    return [
        Figure("training at 64 px, eight steps on ÷ off", with_it / without,
               limit=0.85, at_least=True,
               note=f"{with_it:,.0f}/s ÷ {without:,.0f}/s; a step sleeps {step * 1000:.1f} ms"),
        Figure("share of the time that it waits for pictures", 100 * share, unit="%"),
    ]  # fmt: skip

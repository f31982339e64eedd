"""Random numbers that a seed and a name decide, on every machine alike."""

from __future__ import annotations

import hashlib
import struct

import numpy as np

_WORDS = struct.Struct("<8Q")
_53_BITS = float(1 << 53)
_FEW = 4096


def hash_of(purpose: bytes, seed: int, stream: str) -> int:
    """64 bits that depend on a picture's seed, a step's stream and what they are for."""
    text = b"%s:%d:%s" % (purpose, seed, stream.encode("ascii"))
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little")


def unit(purpose: bytes, seed: int, stream: str) -> float:
    """A number in 0 … 1, below 1."""
    return (hash_of(purpose, seed, stream) >> 11) / _53_BITS


def seed_for(run_seed: int, epoch: int, index: int) -> int:
    """The seed of one picture in one epoch: the same on every machine.

    Args:
        run_seed: the seed of the run, or of the preview.
        epoch: counts from 1.
        index: the picture's position in the data set.
    """
    text = struct.pack("<qqq", run_seed, epoch, index)
    return int.from_bytes(hashlib.blake2b(text, digest_size=8).digest(), "little") >> 1


class Draws:
    """What one step draws for one picture, one number after the other.

    Single numbers are cut from BLAKE2b of seed, stream and a counter, which costs less than
    seeding a generator; numbers in bulk come from an SFC64 generator.
    """

    def __init__(self, seed: int, stream: str) -> None:
        self._seed, self._stream = seed, stream
        self._words: list[int] = []
        self._blocks = 0

    def word(self) -> int:
        """The next 64 bits."""
        if not self._words:
            text = b"draws:%d:%s:%d" % (self._seed, self._stream.encode("ascii"), self._blocks)
            self._words = list(_WORDS.unpack(hashlib.blake2b(text, digest_size=64).digest()))
            self._blocks += 1
        return self._words.pop()

    def between(self, interval: tuple[float, float]) -> float:
        """A number from an interval, each equally likely."""
        low, high = interval
        return low + (high - low) * ((self.word() >> 11) / _53_BITS)

    def whole(self, interval: tuple[float, float]) -> int:
        """A whole number from an interval, both ends included and each equally likely."""
        low, high = round(interval[0]), round(interval[1])
        return low + int((high - low + 1) * ((self.word() >> 11) / _53_BITS))

    def bulk(self, count: int) -> np.ndarray:
        """``(count,) uint8``, each of 0 … 255 equally likely."""
        if count <= _FEW:  # not worth seeding a generator
            text = b"bulk:%d" % self.word()
            return np.frombuffer(hashlib.shake_128(text).digest(count), np.uint8)
        words = np.random.SFC64(self.word()).random_raw(-(-count // 8))
        return np.asarray(words, "<u8").view(np.uint8)[:count]

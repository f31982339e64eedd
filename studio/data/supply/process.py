"""The other end: a process that makes pictures until nobody wants them any more.

It brings NumPy, and beyond that only what reading and varying the pictures needs.
"""

from __future__ import annotations

import os
import pickle
import signal
import threading
from contextlib import suppress
from multiprocessing import parent_process
from multiprocessing.connection import Connection, wait
from typing import Any, NamedTuple

import numpy as np

from studio.data.supply.memory import receive
from studio.data.supply.source import Opening, Pictures, Pixels, array_in, open_pictures, read
from studio.data.supply.tasks import Transform, vary

NOWHERE = -1
"""The mark of a slot that nobody works on."""


class Setup(NamedTuple):
    """What a process must know before its first task.

    ``slots`` places for ``chunk`` pictures each lie in a ring of ``size`` bytes, after one number
    for each that says which picture is being worked on.
    """

    slots: int
    chunk: int
    size: int
    opening: Opening
    transform: bytes


class Here(NamedTuple):
    """The process has begun."""


class Ready(NamedTuple):
    """It has opened everything and waits for tasks."""


class Cannot(NamedTuple):
    """It cannot work here, for this reason."""

    words: str


class Fill(NamedTuple):
    """Fill this slot. ``indices`` are ``int64`` bytes; ``skip`` are positions to be left zero."""

    slot: int
    epoch: int
    indices: bytes
    skip: tuple[int, ...]


class Filled(NamedTuple):
    """The slot is filled, with zeros at the positions ``lost``."""

    slot: int
    lost: list[int]
    faults: list[Any]


class Raised(NamedTuple):
    """The transform raised: the exception pickled, or its words where it cannot be."""

    slot: int
    pickled: bytes
    words: str


def ring_of(
    memory: Any, slots: int, chunk: int, shape: tuple[int, ...]
) -> tuple[np.ndarray[Any, Any], Pixels]:
    """The numbers ``(slots,) int64`` and pixels ``(slots, chunk, h, w, c)`` of a ring."""
    marks = np.frombuffer(memory, np.int64, slots)
    return marks, array_in(memory, (slots, chunk, *shape), 8 * slots)


def ring_size(slots: int, chunk: int, shape: tuple[int, ...]) -> int:
    """Bytes of such a ring."""
    return slots * (8 + chunk * int(np.prod(shape, dtype=np.int64)))


def run(conn: Connection) -> None:
    """Work until the other end of the pipe is closed, or its process gone; never returns."""
    _be_quiet()
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    # Closed at any time: then nobody waits for what is being made.
    with suppress(EOFError, OSError):
        _serve(conn)
    os._exit(0)


def _be_quiet() -> None:
    # Ctrl+C in a terminal reaches the whole group; whoever started this one decides.
    with suppress(ValueError, OSError):
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    with suppress(OSError):
        nothing = os.open(os.devnull, os.O_WRONLY)
        for number in (1, 2):
            os.dup2(nothing, number)
        os.close(nothing)


def _leave_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(0)


def _serve(conn: Connection) -> None:
    conn.send(Here())
    setup: Setup = conn.recv()
    try:
        memory = receive(conn, setup.size)
        pictures = open_pictures(setup.opening, conn)
        transform: Transform | None = pickle.loads(setup.transform)
    except (EOFError, ConnectionError):
        raise
    except Exception as error:
        conn.send(Cannot(f"{type(error).__name__}: {error}"))
        return
    maker = _Maker(setup, memory, pictures, transform)
    conn.send(Ready())
    while True:
        conn.send(maker.answer(conn.recv()))


class _Maker:
    """Fills slots of the ring."""

    def __init__(
        self, setup: Setup, memory: Any, pictures: Pictures, transform: Transform | None
    ) -> None:
        shape = setup.opening.shape[1:]
        self._marks, self._ring = ring_of(memory, setup.slots, setup.chunk, shape)
        self._pictures = pictures
        self._transform = transform

    def answer(self, task: Fill) -> Filled | Raised:
        try:
            return self._fill(task)
        except Exception as error:
            pickled = b""
            with suppress(Exception):
                pickled = pickle.dumps(error)
                pickle.loads(pickled)  # some can be written, but not read
            return Raised(task.slot, pickled, f"{type(error).__name__}: {error}")
        finally:
            self._marks[task.slot] = NOWHERE

    def _fill(self, task: Fill) -> Filled:
        indices = np.frombuffer(task.indices, np.int64)
        done = Filled(task.slot, [], [])
        for place in range(len(indices)):
            out = self._ring[task.slot, place : place + 1]
            if place in task.skip:
                out[...] = 0
                done.lost.append(place)
                continue
            self._marks[task.slot] = place
            index = indices[place : place + 1]
            pixels, good = read(self._pictures, index)
            if not good[0]:
                out[...] = 0
                done.lost.append(place)
                continue
            out[...], faults = vary(self._transform, pixels, index, task.epoch)
            done.faults.extend(faults)
        return done

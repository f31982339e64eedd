"""Working processes, led by one thread that hands out tasks and takes pictures back."""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import CancelledError
from multiprocessing.connection import wait
from typing import Any

from studio.data.supply.hand import Hand
from studio.data.supply.memory import Block
from studio.data.supply.process import (
    NOWHERE,
    Cannot,
    Filled,
    Here,
    Raised,
    Ready,
    Setup,
    ring_of,
    ring_size,
)
from studio.data.supply.source import Pictures, Shared
from studio.data.supply.tasks import Outcome, Task, Transform

log = logging.getLogger(__name__)

SLOTS_EACH = 2
"""One that is filled and one that waits, so that nobody waits for a message."""

MOST_DEATHS = 4
"""Processes that may die, beside one each, without a picture to blame before all are given up."""

STUCK_SECONDS = 180.0
"""Of one picture; the slowest step takes ten on 12 million pixels."""
LOOK_SECONDS = 5.0
"""How often they are looked at when nothing is heard of them."""

MOST_DEADLY = 16
"""Pictures that may each end two processes before it is no longer the pictures."""


class Crew:
    """Processes that make tasks. They are started in the background: see :attr:`ready`.

    A process that dies is replaced and its tasks are made again. A picture that ends two of them
    is left out from then on. Whatever keeps processes from working at all is written to the log,
    and every task goes to ``instead``.

    Args:
        chunk: pictures of a task at most.
        instead: takes the tasks that cannot be made here; called from any thread.
        dead: rows that end whoever touches them; added to.

    Attributes:
        ready: set when all processes are at work, or when there will be none.
        trouble: why processes were given up, as a sentence for the person; empty where they work
            or never could.
    """

    def __init__(
        self,
        pictures: Pictures,
        transform: Transform | None,
        count: int,
        chunk: int,
        instead: Callable[[Task], None],
        dead: set[int],
    ) -> None:
        self.ready = threading.Event()
        self.trouble = ""
        self._pictures, self._transform = pictures, transform
        self._count, self._chunk = count, chunk
        self._instead = instead
        self._dead = dead
        self._lock = threading.Lock()
        self._waiting: deque[Task] = deque()
        self._hands: list[Hand] = []
        self._killers: dict[int, int] = {}
        self._unexplained = 0
        self._is_open = True
        self._leaving = False
        self._heard, self._wake = multiprocessing.get_context("spawn").Pipe(duplex=False)
        self._thread = threading.Thread(target=self._lead, name="batches crew", daemon=True)
        self._thread.start()

    @property
    def is_working(self) -> bool:
        """Whether tasks are made by processes now."""
        return self.ready.is_set() and self._is_open

    @property
    def pids(self) -> list[int]:
        """The numbers of the processes."""
        with self._lock:
            return [hand.pid for hand in self._hands]

    def put(self, task: Task) -> None:
        """Make this task as soon as a process is free."""
        with self._lock:
            if self._is_open:
                self._waiting.append(task)
                self._hand_out()
                return
        self._instead(task)

    def close(self) -> None:
        """End the processes; what they were making is dropped."""
        self._leaving = True
        with self._lock:
            self._is_open = False
        self._wake.send_bytes(b".")
        self._thread.join()
        self._wake.close()
        self._heard.close()

    # --- the leading thread -----------------------------------------------------------------------

    def _lead(self) -> None:
        try:
            self._prepare()
            for number in range(self._count):
                if self._leaving:
                    return
                self._hire(list(range(number * SLOTS_EACH, (number + 1) * SLOTS_EACH)))
            while not self._leaving:
                if not self._listen():
                    return
        except Exception as error:  # no memory, no processes, nothing that can be pickled
            log.warning("Batches are made in threads: %s: %s", type(error).__name__, error)
        finally:
            self._dismiss()

    def _prepare(self) -> None:
        """Everything that the processes share."""
        transform = pickle.dumps(self._transform)
        self._shared = Shared(self._pictures)
        slots, shape = self._count * SLOTS_EACH, tuple(self._pictures.shape[1:])
        size = ring_size(slots, self._chunk, shape)
        self._block = Block(size)
        self._marks, self._ring = ring_of(self._block.memory, slots, self._chunk, shape)
        self._marks[:] = NOWHERE
        self._setup = Setup(slots, self._chunk, size, self._shared.opening, transform)

    def _hire(self, slots: list[int]) -> None:
        hand = Hand(slots)
        with self._lock:
            self._hands.append(hand)

    def _listen(self) -> bool:
        """Take what there is to hear; False when no process is wanted any more."""
        ready = wait([self._heard, *(hand.conn for hand in self._hands)], LOOK_SECONDS)
        self._end_the_stuck()
        heard = [hand for hand in self._hands if hand.conn in ready]
        return all(self._attend(hand) for hand in heard)

    def _end_the_stuck(self) -> None:
        """A process that will never finish a picture is as good as dead."""
        now = time.monotonic()
        with self._lock:
            hands = [hand for hand in self._hands if hand.is_ready]
            stuck = [hand for hand in hands if hand.seconds_at(self._marks, now) > STUCK_SECONDS]
        for hand in stuck:
            log.warning("A process that makes batches has not moved for %.0f s", STUCK_SECONDS)
            hand.stop()

    def _attend(self, hand: Hand) -> bool:
        try:
            message = hand.conn.recv()
        except (EOFError, OSError, pickle.UnpicklingError):  # the end of its pipe is its death
            return self._bury(hand)
        try:
            return self._hear(hand, message)
        except (OSError, RuntimeError):  # gone before it had everything
            return self._bury(hand)

    def _hear(self, hand: Hand, message: Any) -> bool:
        if isinstance(message, Filled | Raised):
            self._take(hand, message)
        elif isinstance(message, Here):
            hand.conn.send(self._setup)
            self._block.give(hand.conn, hand.pid)
            self._shared.give(hand.conn, hand.pid)
        elif isinstance(message, Ready):
            with self._lock:
                hand.is_ready = True
                self._hand_out()
                if all(each.is_ready for each in self._hands) and len(self._hands) == self._count:
                    self.ready.set()
        elif isinstance(message, Cannot):
            log.warning("Batches are made in threads: %s", message.words)
            return False
        return True

    def _take(self, hand: Hand, message: Filled | Raised) -> None:
        with self._lock:
            task = hand.take(message.slot)
        # Before the slot is given away: what follows the copy may be filled at once.
        task.out[...] = self._ring[message.slot, : len(task.indices)]
        with self._lock:
            hand.free.append(message.slot)
            self._hand_out()
        if isinstance(message, Filled):
            task.future.set_result(Outcome(message.lost, message.faults))
        else:
            task.future.set_exception(_error_of(message))

    def _hand_out(self) -> None:
        """Give waiting tasks to whoever has least to do. Called with the lock."""
        while self._waiting:
            free = [hand for hand in self._hands if hand.is_ready and hand.free]
            if not free:
                return
            task = self._waiting.popleft()
            if not task.begin():
                continue
            rows = task.indices.tolist() if self._dead else []
            skip = tuple(place for place, row in enumerate(rows) if row in self._dead)
            min(free, key=lambda hand: len(hand.given)).give(task, skip)

    # --- the end of processes ---------------------------------------------------------------------

    def _bury(self, hand: Hand) -> bool:
        """Replace a process that is gone; False where there have been too many."""
        with self._lock:  # first, so that no other thread sends to a pipe that is being closed
            self._hands.remove(hand)
        code = hand.end()
        with self._lock:
            if not self._leaving:
                self._blame(hand)
            for slot, task in reversed(hand.given):
                self._marks[slot] = NOWHERE
                self._waiting.appendleft(task)
        if self._leaving:
            return False
        log.warning("A process that makes batches has ended (%s); its work is done again", code)
        spare = MOST_DEATHS if self.ready.is_set() else 0
        if self._unexplained > self._count + spare or len(self._dead) > MOST_DEADLY:
            self.trouble = (
                "The processes that prepare pictures kept ending, so the pictures are prepared "
                "in the training's own process from here on, which may be slower."
            )
            log.warning(self.trouble)
            return False
        self._hire(hand.slots)
        return True

    def _blame(self, hand: Hand) -> None:
        """Note which picture was being made; one that ended two processes is not made again."""
        self._unexplained += 1
        if not hand.given:
            return
        slot, task = hand.given[0]
        place = int(self._marks[slot])
        if not 0 <= place < len(task.indices):
            return
        row = int(task.indices[place])
        self._killers[row] = self._killers.get(row, 0) + 1
        if self._killers[row] > 1:
            self._dead.add(row)
            self._unexplained -= 2

    def _dismiss(self) -> None:
        """End every process; what is left to do goes to ``instead``, or nowhere at the end."""
        with self._lock:
            self._is_open = False
            hands, self._hands = self._hands, []
            left = [task for hand in hands for _, task in hand.given] + list(self._waiting)
            self._waiting.clear()
        for hand in hands:
            hand.end()
        for task in left:
            if not self._leaving:
                self._instead(task)
            elif not task.future.cancel() and not task.future.done():
                task.future.set_exception(CancelledError())
        self.ready.set()


def _error_of(message: Raised) -> BaseException:
    if message.pickled:
        try:
            error = pickle.loads(message.pickled)
        except Exception:
            error = None
        if isinstance(error, BaseException):
            return error
    return RuntimeError(message.words)

"""The same small task for many items, in threads, with progress and cancel."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from itertools import islice

from studio.core.control import Cancelled, Control, Progress, no_progress

_CHUNK = 16
_TICK = 0.03  # seconds between two looks at the cancel button


def cores() -> int:
    """How many cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def for_each(
    count: int,
    work: Callable[[int], object],
    words: str,
    progress: Progress = no_progress,
    control: Control | None = None,
    workers: int | None = None,
) -> None:
    """Call ``work(i)`` for ``0 <= i < count`` in threads; ``work`` should release the GIL.

    Raises:
        Cancelled: asked for; items that run are finished first, no new one is begun.
        Exception: the first one that ``work`` raised; no new item is begun after it.
    """
    stop = Control()

    def run(start: int) -> int:
        end = min(count, start + _CHUNK)
        for i in range(start, end):
            stop.checkpoint()
            if control is not None:
                control.wait_while_paused()
                control.checkpoint()
            work(i)
        return end - start

    workers = workers or cores()
    starts = iter(range(0, count, _CHUNK))
    done, last = 0, 0.0
    progress(0, count, words)
    pool = ThreadPoolExecutor(workers, thread_name_prefix="pictures")
    try:
        running: set[Future[int]] = {pool.submit(run, s) for s in islice(starts, 2 * workers)}
        while running:
            finished, running = wait(running, timeout=_TICK, return_when=FIRST_COMPLETED)
            for future in finished:
                done += future.result()
            running |= {pool.submit(run, s) for s in islice(starts, len(finished))}
            if control is not None and control.cancelled:
                raise Cancelled
            if (now := time.monotonic()) - last > 0.05:  # at most 20 reports a second
                progress(done, count, words)
                last = now
    finally:
        stop.cancel()
        pool.shutdown(wait=True, cancel_futures=True)
    progress(count, count, words)

"""The handle of one worker process: start, send, receive, notice its death, end it."""

from __future__ import annotations

import atexit
import logging
import multiprocessing
import os
import queue
import signal
import threading
import time
import weakref
from contextlib import suppress
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess

import psutil

from studio.core.paths import log_folder
from studio.engine.protocol.entry import run_worker
from studio.engine.protocol.messages import Answer, Request, Shutdown, WorkerDied

log = logging.getLogger(__name__)

JOIN_SECONDS = 1.0
_LEAVE = object()
_alive: weakref.WeakSet[WorkerClient] = weakref.WeakSet()


class WorkerClient:
    """One spawned process and the pipe to it. Start it once; make another to start again.

    :meth:`send` and :meth:`kill` may be called from any thread and never block; :meth:`start`,
    :meth:`receive` and :meth:`close` belong to the thread that owns the client.

    Args:
        name: of the process and of its log, e.g. ``trainer``.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.log_file = log_folder() / f"{name}.log"
        self._outbox: queue.SimpleQueue[object] = queue.SimpleQueue()
        self._process: BaseProcess | None = None
        self._conn: Connection | None = None
        self._sender: threading.Thread | None = None
        self._died: WorkerDied | None = None
        self._closed = False
        self._kill_asked = False
        self._lock = threading.Lock()

    @property
    def pid(self) -> int | None:
        """The process's number, None before it was started."""
        return self._process.pid if self._process is not None else None

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process is not None and not self._closed and self._process.is_alive()

    def start(self) -> None:
        """Spawn the process. Takes some 10 ms; what was sent before is delivered now."""
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe(duplex=True)
        process = context.Process(
            target=run_worker, args=(theirs, str(self.log_file)), name=f"studio {self.name}"
        )
        try:
            process.start()
        finally:
            # Were our copy of its end left open, its death would never close the pipe.
            theirs.close()
        with self._lock:
            self._process, self._conn = process, ours
            killed = self._kill_asked
        _alive.add(self)
        self._sender = threading.Thread(
            target=self._deliver, args=(ours,), name=f"send to {self.name}", daemon=True
        )
        self._sender.start()
        if killed:
            self.kill()

    def send(self, request: Request) -> None:
        """Put a request on its way. After the process's death it is dropped."""
        self._outbox.put(request)

    def receive(self, timeout: float | None = None) -> Answer | None:
        """The next answer, None after ``timeout`` seconds.

        When the process is gone, first what it still said, then :class:`WorkerDied`, again and
        again.
        """
        if self._died is not None:
            return self._died
        conn, process = self._conn, self._process
        if conn is None or process is None:
            raise RuntimeError("The worker was not started.")
        ready = wait([conn, process.sentinel], timeout)
        if not ready:
            return None
        try:
            # Its last words may still be in the pipe when the process is gone already.
            if conn in ready or conn.poll(0):
                answer: Answer = conn.recv()
                return answer
            reason = ""
        except (EOFError, OSError):
            reason = ""
        except Exception as error:  # a message cut or foreign: nothing after it can be trusted
            log.exception("A message of %s cannot be read", self.name)
            reason = repr(error)
            self.kill()
        self._died = self._obituary(process, reason)
        return self._died

    def kill(self) -> None:
        """End the process and its children at once."""
        with self._lock:
            self._kill_asked = True
            process = self._process
        if process is None or process.pid is None:
            return
        with suppress(psutil.Error):
            for child in psutil.Process(process.pid).children(recursive=True):
                with suppress(psutil.Error):
                    child.kill()
        with suppress(OSError, ValueError, AttributeError):
            process.kill()

    def close(self, grace: float = 0.0) -> None:
        """Ask the process to leave, wait ``grace`` seconds, end it, and free everything."""
        if self._closed:
            return
        self._outbox.put(Shutdown())
        process = self._process
        if process is not None and grace > 0:
            process.join(grace)
        self._closed = True
        self.kill()
        self._outbox.put(_LEAVE)
        if process is not None:
            process.join(JOIN_SECONDS)
        if self._sender is not None:
            self._sender.join(JOIN_SECONDS)
        if self._conn is not None:
            self._conn.close()
        if process is not None:
            with suppress(ValueError):
                process.close()
        _alive.discard(self)

    def _deliver(self, conn: Connection) -> None:
        # A thread of its own: a full pipe to a busy process must not stop the window.
        while (request := self._outbox.get()) is not _LEAVE:
            try:
                conn.send(request)
            except (OSError, ValueError):
                return

    def _obituary(self, process: BaseProcess, details: str) -> WorkerDied:
        process.join(JOIN_SECONDS)
        if process.exitcode is None:  # the pipe is closed, so nobody can reach it any more
            self.kill()
            process.join(JOIN_SECONDS)
        sentence, hint = words_for_exit(process.exitcode)
        tail = last_lines(self.log_file)
        return WorkerDied(sentence, hint, "\n".join(t for t in (details, tail) if t),
                          process.exitcode)  # fmt: skip


def words_for_exit(code: int | None) -> tuple[str, str]:
    """A sentence on why a process ended, and a hint; ``code`` as ``Process.exitcode``."""
    if code is None or code == 0:
        return "The computing process has left.", "Start again."
    if code > 0:
        return (
            f"The computing process stopped by itself (exit code {code}).",
            "The details show its last words. Start again.",
        )
    number = -code
    if number == 9:
        return (
            "The computing process was ended by the system (signal 9): probably out of memory.",
            "Choose a smaller batch or input, or close other programs, and start again.",
        )
    try:
        name = signal.Signals(number).name
    except ValueError:
        name = f"signal {number}"
    if number in (getattr(signal, "SIGTERM", 15), getattr(signal, "SIGINT", 2)):
        return (
            f"The computing process was ended from outside (signal {number}, {name}).",
            "Start again.",
        )
    return (
        f"The computing process crashed (signal {number}, {name}).",
        "Start again; if it happens again, the details help to find out why.",
    )


def last_lines(file: os.PathLike[str], most: int = 4000) -> str:
    """The end of a log, at most that many bytes; empty where there is none."""
    try:
        with open(file, "rb") as stream:
            stream.seek(0, os.SEEK_END)
            stream.seek(max(0, stream.tell() - most))
            return stream.read().decode("utf-8", "replace").strip()
    except OSError:
        return ""


@atexit.register
def _end_all() -> None:
    """No worker may keep a leaving program waiting (multiprocessing joins what is not ended)."""
    clients = list(_alive)
    for client in clients:
        client.kill()
    deadline = time.monotonic() + JOIN_SECONDS
    for client in clients:
        if client._process is not None:
            with suppress(ValueError, AssertionError):
                client._process.join(max(0.0, deadline - time.monotonic()))

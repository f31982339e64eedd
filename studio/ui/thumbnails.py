"""Small pictures for lists and grids: decoded in the background, newest wish first, kept bounded.

A view asks for what it paints. What it asked for last is decoded first; what scrolled away before
its turn is dropped.
"""

from __future__ import annotations

import logging
import threading
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtCore import QObject, QRunnable, QThread, QThreadPool, QTimer, Signal
from PySide6.QtGui import QImage, QPixmap

from studio.core.errors import StudioError
from studio.ui.bell import bell
from studio.ui.widgets.image_view import to_image

log = logging.getLogger(__name__)

STEPS = (64, 128, 256, 512, 1024)
"""Sides at which thumbnails are decoded, in device pixels."""

MOST_BYTES = 160_000_000
MOST_WAITING = 600
MOST_WORKERS = 8
GATHER_MS = 12
LONGEST_HOLD = 0.05
"""Seconds that decoding waits for a frame at most."""

Shown = tuple[int, int, int]
Key = tuple[str, int, Shown]
"""Path, side in device pixels, and the bands shown of a picture with more than three."""


def step_for(side: float) -> int:
    """The smallest decoded side that covers ``side`` device pixels."""
    return next((step for step in STEPS if step >= side), STEPS[-1])


def middle_square(pixmap: QPixmap) -> QPixmap:
    """The largest square in the middle of a picture."""
    side = min(pixmap.width(), pixmap.height())
    if pixmap.width() == pixmap.height():
        return pixmap
    return pixmap.copy((pixmap.width() - side) // 2, (pixmap.height() - side) // 2, side, side)


@dataclass
class _Wishes:
    """What waits, what is done, and how many workers are at it; shared with the workers."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    waiting: OrderedDict[Key, None] = field(default_factory=OrderedDict)
    done: deque[tuple[Key, QImage | str]] = field(default_factory=deque)
    busy: set[Key] = field(default_factory=set)
    workers: int = 0
    told: bool = False
    closed: bool = False
    may_work: threading.Event = field(default_factory=threading.Event)

    def take(self) -> Key | None:
        # Threads share Python's one lock: a decoder at work doubles the time of a frame.
        self.may_work.wait(LONGEST_HOLD)
        with self.lock:
            if self.closed or not self.waiting:
                self.workers -= 1
                return None
            key = self.waiting.popitem(last=True)[0]
            self.busy.add(key)
            return key

    def put(self, key: Key, result: QImage | str) -> bool:
        """Store a result; True where the window must be told (once until it has looked)."""
        with self.lock:
            self.done.append((key, result))
            told, self.told = self.told, True
            return not told and not self.closed


class _Worker(QRunnable):
    def __init__(self, wishes: _Wishes, tell: Callable[[], None]) -> None:
        super().__init__()
        self._wishes, self._tell = wishes, tell

    def run(self) -> None:
        while (key := self._wishes.take()) is not None:
            if self._wishes.put(key, decode(*key)):
                self._tell()


def decode(path: str, side: int, shown: Shown = (0, 1, 2)) -> QImage | str:
    """A thumbnail of at most ``side`` × ``side`` pixels, or a sentence why there is none.

    Args:
        shown: of more than three bands, those for red, green and blue.
    """
    # Here and not above: with it come Pillow and OpenCV, which the first paint need not wait for.
    from studio.data import pixels

    try:
        return to_image(pixels.thumbnail(Path(path), side, shown))
    except StudioError as error:
        return error.message
    except Exception as error:
        log.exception("thumbnail of %r", path)
        return f"This picture could not be read ({type(error).__name__})."


class ThumbnailLoader(QObject):
    """Gives thumbnails at once where they are known, else later.

    Signals:
        arrived(object): a set of paths (str) whose thumbnails, or reasons, are there now.
    """

    arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wishes = _Wishes()
        self._wishes.may_work.set()
        self._shown: Shown = (0, 1, 2)
        self._known: OrderedDict[Key, QPixmap] = OrderedDict()
        self._bytes = 0
        self._reasons: dict[str, str] = {}
        # All cores: while a frame is painted they wait, see hold().
        self._most = max(1, min(MOST_WORKERS, QThread.idealThreadCount()))
        self._tell = bell(self._collect)
        self._gathering = QTimer(self)
        self._gathering.setSingleShot(True)
        self._gathering.setInterval(GATHER_MS)
        self._gathering.timeout.connect(self._collect)
        wishes = self._wishes
        self.destroyed.connect(lambda: _close(wishes))

    def set_shown(self, shown: Shown) -> None:
        """Show other bands of pictures that have more than three; who shows them asks again."""
        self._shown = shown

    def hold(self) -> None:
        """A frame is coming: begin no decoding until :meth:`go_on`, or for 50 ms."""
        self._wishes.may_work.clear()

    def go_on(self) -> None:
        """The frame is painted."""
        self._wishes.may_work.set()

    def known(self, path: str, side: float) -> QPixmap | None:
        """As :meth:`get`, without asking for what is not known."""
        found = self._known.get((path, step_for(side), self._shown))
        if found is not None:
            return found
        others = (self._known.get((path, step, self._shown)) for step in reversed(STEPS))
        return next((pixmap for pixmap in others if pixmap is not None), None)

    def get(self, path: str, side: float) -> QPixmap | None:
        """The thumbnail for ``side`` device pixels, or the nearest known one; asks for it if not.

        None while nothing is known; see :meth:`reason` for pictures that cannot be read.
        """
        key = (path, step_for(side), self._shown)
        found = self._known.get(key)
        if found is not None:
            self._known.move_to_end(key)
            return found
        if path in self._reasons:
            return None
        self._ask(key)
        return self.known(path, side)

    def reason(self, path: str) -> str:
        """Why a picture has no thumbnail; empty where it has one or is not decoded yet."""
        return self._reasons.get(path, "")

    def retain(self, paths: Iterable[str]) -> None:
        """Drop wishes for all but these paths: they scrolled away."""
        keep = set(paths)
        with self._wishes.lock:
            for key in [k for k in self._wishes.waiting if k[0] not in keep]:
                del self._wishes.waiting[key]

    def waiting(self) -> int:
        """How many thumbnails were asked for and are not there yet."""
        with self._wishes.lock:
            return len(self._wishes.waiting) + len(self._wishes.busy)

    def clear(self) -> None:
        """Forget everything: another data set is open."""
        with self._wishes.lock:
            self._wishes.waiting.clear()
            self._wishes.busy.difference_update(key for key, _ in self._wishes.done)
            self._wishes.done.clear()
        self._known.clear()
        self._reasons.clear()
        self._bytes = 0

    def _ask(self, key: Key) -> None:
        with self._wishes.lock:
            if key in self._wishes.busy:
                return
            self._wishes.waiting[key] = None
            self._wishes.waiting.move_to_end(key)
            while len(self._wishes.waiting) > MOST_WAITING:
                self._wishes.waiting.popitem(last=False)
            start = self._wishes.workers < self._most
            self._wishes.workers += start
        if start:
            QThreadPool.globalInstance().start(_Worker(self._wishes, self._tell))

    def _collect(self) -> None:
        with self._wishes.lock:
            done = list(self._wishes.done)
            self._wishes.done.clear()
            self._wishes.busy.difference_update(key for key, _ in done)
            # What comes while this is shown waits for the timer: to wake up for each one would
            # take a tenth of the decoders' time.
            self._wishes.told = bool(done)
        if done:
            self._gathering.start()
        for key, result in done:
            if isinstance(result, str):
                self._reasons[key[0]] = result
            else:
                self._keep(key, QPixmap.fromImage(result))
        if done:
            self.arrived.emit({key[0] for key, _ in done})

    def _keep(self, key: Key, pixmap: QPixmap) -> None:
        old = self._known.pop(key, None)
        if old is not None:
            self._bytes -= old.width() * old.height() * 4
        self._known[key] = pixmap
        self._bytes += pixmap.width() * pixmap.height() * 4
        while self._bytes > MOST_BYTES and len(self._known) > 1:
            _, old = self._known.popitem(last=False)
            self._bytes -= old.width() * old.height() * 4


def _close(wishes: _Wishes) -> None:
    with wishes.lock:
        wishes.closed = True
        wishes.waiting.clear()

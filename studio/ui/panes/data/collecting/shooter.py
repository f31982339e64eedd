"""When pictures are taken: one, a burst, while a key is held, after a countdown."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal

COUNTDOWN = 3


class Shooter(QObject):
    """Tells when to take a picture.

    Signals:
        shoot(int): take one now; the number of the burst that it belongs to, from 1.
        counting(int): 3, 2, 1, and 0 when it is over.
        burst_changed(int, int): so many of so many are taken; (0, 0) when it is over. While a
            key is held the second number is 0.
    """

    shoot = Signal(int)
    counting = Signal(int)
    burst_changed = Signal(int, int)

    def __init__(self, parent: QObject | None = None, second: int = 1000) -> None:
        """``second``: length of a step of the countdown, milliseconds."""
        super().__init__(parent)
        self._burst = 0
        self._taken = 0
        self._wanted = 0
        self._left = 0
        self._between = 500
        self._clock = QTimer(self)
        self._clock.timeout.connect(self._count)
        self._clock.setInterval(second)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._next)

    @property
    def is_busy(self) -> bool:
        """Whether a countdown or a burst is under way."""
        return self._clock.isActive() or self._timer.isActive()

    def start(self, number: int, seconds: float, countdown: bool) -> None:
        """Take pictures.

        Args:
            number: how many; 0 goes on until :meth:`stop`.
            seconds: from one to the next.
            countdown: count 3, 2, 1 first.
        """
        if self.is_busy:
            return
        self._burst += 1
        self._taken, self._wanted = 0, number
        self._between = max(1, round(seconds * 1000))
        if countdown:
            self._left = COUNTDOWN
            self.counting.emit(self._left)
            self._clock.start()
        else:
            self._go()

    def stop(self) -> None:
        """End a countdown or a burst."""
        if self._clock.isActive():
            self._clock.stop()
            self.counting.emit(0)
        if self._timer.isActive():
            self._timer.stop()
            self.burst_changed.emit(0, 0)

    def _count(self) -> None:
        self._left -= 1
        self.counting.emit(self._left)
        if self._left <= 0:
            self._clock.stop()
            self._go()

    def _go(self) -> None:
        if self._wanted != 1:
            self._timer.start(self._between)
        self._next()

    def _next(self) -> None:
        self._taken += 1
        self.shoot.emit(self._burst)
        if self._wanted != 1 and self._timer.isActive():
            self.burst_changed.emit(self._taken, self._wanted)
            if self._wanted and self._taken >= self._wanted:
                self.stop()

"""How fast the policy makes pictures, measured on the previews, beside what training takes."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from studio.augment.policy import Policy
from studio.data.parallel import cores
from studio.engine.protocol.augment_messages import PolicyPaced
from studio.ui.session import Session
from studio.ui.training import controller_of
from studio.ui.widgets.numbers import number, speed

_NEWEST = 0.2
"""Weight of the newest measurement in the running mean."""

_SHARP = 2
"""Significant digits: a measurement of some pictures knows no more."""


class PolicyPace(QObject):
    """A running mean of the pictures a second of one core, and what it means for a training.

    Signals:
        changed: :meth:`words` says something else.
    """

    changed = Signal()

    def __init__(self, session: Session, parent: QObject) -> None:
        super().__init__(parent)
        self._session = session
        self._kinds: tuple[object, ...] = ()
        self._per_picture: float | None = None
        self._training = controller_of(session)
        self._training.running_changed.connect(self.changed)

    def take(self, policy: Policy, paced: PolicyPaced) -> None:
        """Follow one measurement."""
        if paced.pictures < 1 or paced.seconds <= 0:
            return
        if not policy.active:
            self._per_picture = None  # it makes nothing
            self.changed.emit()
            return
        now = paced.seconds / paced.pictures
        # The sliders move it little by little; other steps are another policy.
        kinds = tuple((step.kind, step.enabled) for step in policy.steps)
        if self._per_picture is None or kinds != self._kinds:
            self._kinds, self._per_picture = kinds, now
        else:
            self._per_picture += _NEWEST * (now - self._per_picture)
        self.changed.emit()

    @property
    def a_core(self) -> float | None:
        """Pictures a second of one core; None before anything was measured, and without steps."""
        return None if self._per_picture is None else 1.0 / self._per_picture

    def words(self) -> str:
        """One line for the foot; empty before anything was measured."""
        one = self.a_core
        if one is None:
            return ""
        count = cores()
        rate = one * count
        taken = self._taken()
        rounded = float(f"{rate:.{_SHARP}g}")
        if taken:
            return f"{speed(rounded)}: {compared(rate / taken)}"
        where = "one core" if count == 1 else f"{count} cores"
        return f"{speed(rounded)} on {where}"

    def sentence(self) -> str:
        """What the line means, for its tooltip."""
        one = self.a_core
        if one is None:
            return ""
        rounded = number(float(f"{one:.{_SHARP}g}"))
        return (
            f"Measured on these previews: one core augments {rounded} pictures a second. "
            "Reading the files is not counted."
        )

    @property
    def is_slow(self) -> bool:
        """Whether a training that runs would wait for pictures."""
        one, taken = self.a_core, self._taken()
        return bool(one and taken and one * cores() < 0.9 * taken)

    def _taken(self) -> float:
        """Pictures a second of the training that runs; 0 for none."""
        progress = self._training.progress
        if progress is None or progress.batch is None:
            return 0.0
        return max(0.0, progress.batch.pictures_per_second)


def compared(times: float) -> str:
    """How the speed compares with what training takes, in words."""
    if times >= 2.5:
        return f"{number(round(times))} times what training takes"
    if times >= 1.75:
        return "twice what training takes"
    if times >= 1.1:
        return "more than training takes"
    if times >= 0.9:
        return "as many as training takes"
    return "less than training takes"

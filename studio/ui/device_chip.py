"""The chip at the top: what computes here, asked of the inspector and remembered for next time."""

from __future__ import annotations

import os

from PySide6.QtCore import QObject

from studio.core.errors import StudioError
from studio.engine.protocol.messages import DescribeDevice, DeviceReport
from studio.ui.session import Session
from studio.ui.shell.top_bar import TopBar

_KEY = "chip"


class DeviceChip(QObject):
    """Keeps the chip's words true.

    Until the first check of this start it shows what the last check found, and says so.
    """

    def __init__(self, session: Session, top: TopBar) -> None:
        super().__init__(top)
        self._session = session
        self._top = top
        self.report: DeviceReport | None = None
        known = session.settings.current.window.get(_KEY)
        cores = os.cpu_count() or 1
        words = known if isinstance(known, str) else f"CPU · {cores} cores"
        top.set_device(words, "Not checked yet since the start. Press to look closer.")

    def look(self) -> None:
        """Ask the inspector; it starts if it was not running."""
        self._session.engines.inspector.submit(
            lambda job: DescribeDevice(job),
            done=self._take,
            failed=self._fail,
            owner=self,
            replaces="device chip",
        )

    def _take(self, report: DeviceReport) -> None:
        self.report = report
        self._top.set_device(report.chip, report.verdict)
        state = {**self._session.settings.current.window, _KEY: report.chip}
        if state != self._session.settings.current.window:
            self._session.settings.change(window=state)

    def _fail(self, error: StudioError) -> None:
        self._top.set_device("Device: problem", str(error))

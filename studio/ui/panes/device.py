"""The device page: what computes here and why, a self-test, and a log to copy."""

from __future__ import annotations

from datetime import datetime
from html import escape

import psutil
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from studio.core.errors import StudioError
from studio.engine.protocol.messages import (
    DescribeDevice,
    DeviceReport,
    SelfTestStep,
)
from studio.ui.engines import EngineJob
from studio.ui.panes.device_rows import DeviceRow, TestRow
from studio.ui.session import Session
from studio.ui.tokens import S4, SEMIBOLD
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.log_view import LogView
from studio.ui.widgets.numbers import duration
from studio.ui.widgets.pane_frame import PaneFrame
from studio.ui.widgets.panel import Panel, ScrollColumn, WorkArea
from studio.ui.widgets.text import IconLabel, Text
from studio.ui.widgets.tips import describe

_BUSY_MS = 1000


class DevicePage(QWidget):
    """Asks the inspector process what it computes on; nothing is sent anywhere."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._report: DeviceReport | None = None
        self._steps: list[SelfTestStep] = []
        self._job: EngineJob | None = None
        self._looked = False
        self.frame = PaneFrame(self._work(), None, self._log(), right_name="Show the log")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.frame)
        self._busy = QTimer(self)
        self._busy.setInterval(_BUSY_MS)
        self._busy.timeout.connect(self._show_busy)
        back = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(self._back)
        self._show_verdict("clock", "Looking for devices", "This takes a few seconds.")

    # --- layout ---------------------------------------------------------------------------------

    def _work(self) -> WorkArea:
        work = WorkArea()
        self.back_button = IconButton(
            "left", "Back", "Escape", "To the pane that was in front.", "small"
        )
        # The page has its own Escape shortcut, which also works while a text has the focus.
        self.back_button.setShortcut(QKeySequence())
        self.back_button.clicked.connect(self._back)
        work.bar.row.setContentsMargins(8, 0, 16, 0)
        work.bar.add(self.back_button)
        work.bar.add(Text("Device", weight=SEMIBOLD))
        work.bar.add_stretch()
        self.again_button = Button("Look again", kind="quiet")
        describe(self.again_button, "Look again", sentence="After a driver or a card has changed.")
        self.again_button.clicked.connect(self.look)
        work.bar.add(self.again_button)
        column = ScrollColumn()
        column.body.setContentsMargins(24, 24, 24, 24)
        column.body.setSpacing(24)
        column.body.addLayout(self._verdict())
        column.body.addLayout(self._found())
        column.body.addLayout(self._tests())
        column.body.addStretch(1)
        work.add(column, 1)
        return work

    def _verdict(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(12)
        self.verdict_icon = IconLabel("clock", "text_secondary", 20)
        self.verdict = Text("", "heading", wrap=True)
        row.addWidget(self.verdict_icon)
        row.addWidget(self.verdict, 1)
        self.detail = Text("", tone="secondary", wrap=True)
        self.detail.setContentsMargins(32, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self.detail)
        return column

    def _found(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        self.found_heading = Text("Found in this computer", weight=SEMIBOLD)
        column.addWidget(self.found_heading)
        self._device_rows = QVBoxLayout()
        self._device_rows.setSpacing(0)
        column.addLayout(self._device_rows)
        self.devices: list[DeviceRow] = []
        return column

    def _tests(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(Text("Self-test", weight=SEMIBOLD))
        self.test_words = Text("", tone="secondary")
        row.addWidget(self.test_words)
        row.addStretch(1)
        self.test_button = Button("Run the self-test", size="small")
        describe(
            self.test_button, "Self-test",
            sentence="Tries what training relies on: start, same answers, speed, learning.",
        )  # fmt: skip
        self.test_button.clicked.connect(self._test_pressed)
        row.addWidget(self.test_button)
        column.addLayout(row)
        self.test_note = Text(
            "Starts TensorFlow, compares its answers with plain arithmetic, measures its speed and "
            "learns a little. It takes a few seconds.", tone="secondary", wrap=True,
        )  # fmt: skip
        column.addWidget(self.test_note)
        self._test_rows = QVBoxLayout()
        self._test_rows.setSpacing(0)
        column.addLayout(self._test_rows)
        self.tests: list[TestRow] = []
        return column

    def _log(self) -> Panel:
        panel = Panel("right", "Log", 404)
        self.copy_button = Button("Copy", "copy", size="small")
        describe(self.copy_button, "Copy", sentence="Puts the whole log on the clipboard.")
        self.copy_button.clicked.connect(self._copy)
        panel.bar.add(self.copy_button)
        panel.bar.row.setContentsMargins(S4, 1, S4, 0)
        self.log = LogView("Log")
        hold = QVBoxLayout()
        hold.setContentsMargins(16, 12, 16, 12)
        hold.setSpacing(12)
        hold.addWidget(self.log, 1)
        hold.addWidget(
            Text(
                "The log holds no picture and no file name. Nothing is sent.", "small", "secondary",
                wrap=True,
            )
        )  # fmt: skip
        panel.body.addLayout(hold, 1)
        return panel

    # --- asking ---------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        psutil.cpu_percent(interval=None)
        self._busy.start()
        if not self._looked:
            self.look()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._busy.stop()

    def look(self) -> None:
        """Ask what computes here."""
        self._looked = True
        self._show_verdict("clock", "Looking for devices", "This takes a few seconds.")
        self._write("looking for devices")
        self._session.engines.inspector.submit(
            lambda job: DescribeDevice(job), done=self._take, failed=self._failed, owner=self,
            replaces="device page",
        )  # fmt: skip

    def run_self_test(self) -> None:
        """Try what training relies on; rows appear as they come."""
        self._steps = []
        self._clear_tests()
        self._write("self-test")
        self.test_button.setText("Stop")
        self.test_words.setText("starting")
        self.test_note.hide()
        self._add_test(None)
        self._job = self._session.engines.inspector.submit(
            lambda job: DescribeDevice(job, self_test=True),
            event=self._step_done, done=self._test_done, failed=self._test_failed,
            cancelled=self._test_stopped, owner=self,
        )  # fmt: skip

    def _test_pressed(self) -> None:
        if self._job is None:
            self.run_self_test()
        else:
            self.test_button.setEnabled(False)
            self.test_words.setText("stopping")
            self._job.cancel()

    def _step_done(self, event: object) -> None:
        step = getattr(event, "step", event)
        if not isinstance(step, SelfTestStep):
            return
        self._steps.append(step)
        self._drop_trying()
        self._add_test(step)
        self._add_test(None)
        self.test_words.setText(f"{len(self._steps)} done")
        self._write(f"{step.name}: {step.words} ({duration(step.seconds)})")

    def _test_done(self, report: DeviceReport) -> None:
        self._take(report)
        for step in report.tests[len(self._steps) :]:
            self._step_done(step)
        bad = sum(1 for step in self._steps if step.state == "bad")
        words = f"{bad} of {len(self._steps)} failed" if bad else f"all {len(self._steps)} done"
        self._end_test(words)

    def _test_failed(self, error: StudioError) -> None:
        self._write(f"failed: {error} {error.details}")
        self._end_test(str(error))

    def _test_stopped(self) -> None:
        self._write("stopped")
        self._end_test(f"stopped after {len(self._steps)}")

    def _end_test(self, words: str) -> None:
        self._job = None
        self._drop_trying()
        self.test_button.setEnabled(True)
        self.test_button.setText("Run again")
        self.test_words.setText(words)

    # --- showing --------------------------------------------------------------------------------

    def _take(self, report: DeviceReport) -> None:
        is_new = report.log != (self._report.log if self._report is not None else "")
        self._report = report
        used = any(device.used for device in report.devices)
        self._show_verdict("good" if used else "warning", report.verdict, report.detail)
        while self.devices:
            row = self.devices.pop()
            self._device_rows.removeWidget(row)
            row.hide()
            row.deleteLater()
        for found in report.devices:
            row = DeviceRow(found)
            self._device_rows.addWidget(row)
            self.devices.append(row)
        if self.devices:
            self.devices[-1].line.hide()
        if is_new:
            for line in report.log.splitlines():
                self._write(line)
        self._write(report.verdict)

    def _failed(self, error: StudioError) -> None:
        self._show_verdict("error", error.message, error.hint)
        self._write(f"{error} {error.details}".strip())

    def _show_verdict(self, icon: str, verdict: str, detail: str) -> None:
        roles = {"good": "good", "warning": "warning", "error": "bad"}
        self.verdict_icon.set_icon(icon, roles.get(icon, "text_secondary"))
        self.verdict.setText(escape(verdict))
        self.detail.setText(escape(detail))
        self.detail.setVisible(bool(detail))

    def _show_busy(self) -> None:
        share = psutil.cpu_percent(interval=None) / 100
        for row in self.devices:
            row.set_busy(share)

    def _add_test(self, step: SelfTestStep | None) -> None:
        row = TestRow(step)
        self.tests.append(row)
        self._test_rows.addWidget(row)

    def _drop_trying(self) -> None:
        if self.tests and self.tests[-1].step is None:
            self._remove_test(self.tests.pop())

    def _clear_tests(self) -> None:
        while self.tests:
            self._remove_test(self.tests.pop())

    def _remove_test(self, row: TestRow) -> None:
        self._test_rows.removeWidget(row)
        row.hide()
        row.deleteLater()

    def _write(self, line: str) -> None:
        self.log.append_line(f"{datetime.now():%H:%M:%S}", line)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.log.toPlainText())
        self.copy_button.setText("Copied")
        QTimer.singleShot(2000, self.copy_button, lambda: self.copy_button.setText("Copy"))

    def _back(self) -> None:
        self._session.pane_requested.emit("back")

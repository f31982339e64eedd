"""The three regions of a pane; in a narrow window the side panels become drawers."""

from __future__ import annotations

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPoint, QPropertyAnimation, Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from studio.ui.theme import theme_of
from studio.ui.tokens import LEFT_DRAWER_BELOW, RIGHT_DRAWER_BELOW, WORK_MINIMUM
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.panel import Panel, WorkArea


class PaneFrame(QWidget):
    """Left panel, work area, right panel side by side.

    When the window is narrower than 1200 px the right panel becomes a drawer over the work
    area, below 1000 px the left one too; a button in the work area's bar opens them, Escape or
    a click on the work area closes them.

    Signals:
        drawers_changed(bool, bool): whether left and right are drawers now.
    """

    drawers_changed = Signal(bool, bool)

    def __init__(
        self,
        work: WorkArea,
        left: Panel | None = None,
        right: Panel | None = None,
        left_name: str = "Show the left panel",
        right_name: str = "Show the right panel",
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.work, self.left, self.right = work, left, right
        work.setMinimumWidth(WORK_MINIMUM)
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(0)
        for region in (left, work, right):
            if region is not None:
                region.setParent(self)
                self._row.addWidget(region, 1 if region is work else 0)
        self._drawer = {"left": False, "right": False}
        self._open = {"left": False, "right": False}
        self._motions: dict[str, QPropertyAnimation] = {}
        self.left_button = IconButton("panel-left", left_name, checkable=True)
        self.right_button = IconButton("panel-right", right_name, checkable=True)
        self.left_button.hide()
        self.right_button.hide()
        if left is not None:
            work.bar.insert(0, self.left_button)
        if right is not None:
            work.bar.row.addWidget(self.right_button)
        self.left_button.clicked.connect(lambda on: self.open_drawer("left", on))
        self.right_button.clicked.connect(lambda on: self.open_drawer("right", on))
        work.installEventFilter(self)

    def is_drawer(self, side: str) -> bool:
        """Whether the panel of a side is a drawer now."""
        return self._drawer[side]

    def is_open(self, side: str) -> bool:
        """Whether the panel of a side can be seen."""
        return self._open[side] if self._drawer[side] else self._panel(side) is not None

    def open_drawer(self, side: str, open: bool = True) -> None:
        """Open or close a drawer; does nothing where the panel stands beside the work area."""
        panel = self._panel(side)
        if panel is None or not self._drawer[side]:
            return
        self._open[side] = open
        self._button(side).setChecked(open)
        self._place(side)
        panel.raise_()
        if open:
            panel.show()
            self._slide(side, panel)
        else:
            panel.hide()

    def _panel(self, side: str) -> Panel | None:
        return self.left if side == "left" else self.right

    def _button(self, side: str) -> IconButton:
        return self.left_button if side == "left" else self.right_button

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        width = self.window().width()
        wanted = {"left": width < LEFT_DRAWER_BELOW, "right": width < RIGHT_DRAWER_BELOW}
        before = dict(self._drawer)
        for side, drawer in wanted.items():
            panel = self._panel(side)
            if panel is None:
                continue
            if drawer != self._drawer[side]:
                self._change(side, panel, drawer)
            elif drawer:
                self._place(side)
        if before != self._drawer:
            self.drawers_changed.emit(self._drawer["left"], self._drawer["right"])

    def _change(self, side: str, panel: Panel, drawer: bool) -> None:
        self._drawer[side] = drawer
        self._open[side] = False
        self._button(side).setVisible(drawer)
        self._button(side).setChecked(False)
        if drawer:
            self._row.removeWidget(panel)
            panel.hide()
            self._place(side)
        else:
            self._row.insertWidget(0 if side == "left" else self._row.count(), panel)
            panel.show()
        self._row.activate()

    def _place(self, side: str) -> None:
        panel = self._panel(side)
        if panel is None or not self._drawer[side]:
            return
        # Below the work area's bar, so that the button which opened it stays in reach.
        bar = self.work.bar.height() if not self.work.bar.isHidden() else 0
        x = 0 if side == "left" else self.width() - panel.width()
        panel.setGeometry(x, bar, panel.width(), self.height() - bar)

    def _slide(self, side: str, panel: Panel) -> None:
        duration = theme_of(self).motion_ms()
        if duration <= 0 or not self.isVisible():
            return
        motion = self._motions.get(side)
        if motion is None:
            motion = QPropertyAnimation(panel, b"pos", self)
            motion.setEasingCurve(QEasingCurve.Type.OutCubic)
            self._motions[side] = motion
        end = panel.pos()
        offset = -panel.width() if side == "left" else panel.width()
        motion.stop()
        motion.setDuration(duration)
        motion.setStartValue(end + QPoint(offset, 0))
        motion.setEndValue(end)
        motion.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        opened = [side for side in ("right", "left") if self._drawer[side] and self._open[side]]
        if event.key() == Qt.Key.Key_Escape and opened:
            self.open_drawer(opened[0], False)
            return
        super().keyPressEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.MouseButtonPress and watched is self.work:
            for side in ("left", "right"):
                if self._drawer[side] and self._open[side]:
                    self.open_drawer(side, False)
        return False

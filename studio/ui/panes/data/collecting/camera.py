"""Pictures from a camera, into a class: one, a burst, with a countdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from studio.core.paths import display_name
from studio.ui.latest import Latest
from studio.ui.panes.common import chain
from studio.ui.panes.data.collecting.camera_view import SHOT_SIDE, CameraView
from studio.ui.panes.data.collecting.cameras import NO_CAMERA, Camera, Grabber, find_cameras
from studio.ui.panes.data.collecting.collector import Collector
from studio.ui.panes.data.collecting.shooter import Shooter
from studio.ui.panes.data.collecting.targets import is_own
from studio.ui.panes.data.order import class_names
from studio.ui.session import Session
from studio.ui.widgets.image_view import to_image
from studio.ui.widgets.numbers import count

if TYPE_CHECKING:
    from studio.data.collection import Added

_NONE = ""


class CameraDialog(CameraView):
    """Takes pictures into the open data set; the camera is let go of when it closes.

    Signals:
        closed: the camera is not used any longer.
    """

    closed = Signal()

    def __init__(
        self,
        session: Session,
        collector: Collector,
        name: str = "",
        find: Callable[[], list[Camera]] = find_cameras,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._session, self._collector, self._find = session, collector, find
        self._grabber: Grabber | None = None
        self._taken: Counter[str] = Counter()
        self._steps: list[int] = []
        self._holds = False
        self.shooter = Shooter(self)
        self._looking = Latest(self)
        self._looking.answered.connect(self._take_cameras)
        self._looking.failed.connect(lambda e: self._show_failure(e.message, e.hint))
        self._connect()
        self._fill_classes(name)
        self._look()
        chain(self.take, self.burst, self.camera, self.again, self.chosen, self.countdown,
              self.number, self.every, self.undo, self.finish)  # fmt: skip
        self.take.setFocus()

    def _connect(self) -> None:
        self.again.clicked.connect(self._look)
        self.camera.chosen.connect(self._use)
        self.chosen.chosen.connect(lambda _name: self._show_taken())
        self.take.clicked.connect(lambda: self._shoot(1))
        self.burst.clicked.connect(self._toggle_burst)
        self.undo.clicked.connect(self._take_back)
        self.finish.clicked.connect(self.accept)
        self.shooter.shoot.connect(self._take_now)
        self.shooter.counting.connect(self.live.set_count)
        self.shooter.burst_changed.connect(self._show_burst)
        self._collector.added.connect(self._was_added)
        shortcut = QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self)
        shortcut.activated.connect(self._take_back)
        for part in (self.take, self.burst, self.undo, self.finish, self.again):
            part.setAutoDefault(False)  # Enter in a field must not take a picture
        self._show_taken()
        self._enable(False)

    # --- the camera -----------------------------------------------------------------------------

    def _look(self) -> None:
        self._let_go()
        self.live.set_message("Looking for cameras…", "camera")
        self._looking.ask(self._find)

    def _take_cameras(self, cameras: list[Camera]) -> None:
        self.camera.set_items([(c, display_name(c.name)) for c in cameras] or [("", "None found")])
        self.camera.setEnabled(len(cameras) > 1)
        if cameras:
            self._use(cameras[0])
        else:
            self._show_failure(*NO_CAMERA)

    def _use(self, camera: object) -> None:
        self._let_go()
        if not isinstance(camera, Camera):
            return
        self.live.set_message("Opening the camera…", "camera")
        # It lives until its camera answers, which may be after this dialog is closed.
        grabber = self._grabber = Grabber(camera, self._session)
        grabber.arrived.connect(self._arrived)
        grabber.failed.connect(self._show_failure)
        grabber.finished.connect(grabber.deleteLater)
        grabber.start()

    def _let_go(self) -> None:
        self.shooter.stop()
        grabber, self._grabber = self._grabber, None
        if grabber is not None:
            grabber.arrived.disconnect(self._arrived)
            grabber.failed.disconnect(self._show_failure)
            grabber.stop()
        self._enable(False)

    def _arrived(self) -> None:
        grabber = self._grabber
        frame = grabber.latest() if grabber is not None else None
        if frame is not None:
            self.live.set_picture(frame)
            self._enable(True)

    def _show_failure(self, words: str, hint: str) -> None:
        self._grabber = None
        self.shooter.stop()
        self._enable(False)
        self.live.set_message(words, "camera", "bad")
        self.trouble.setText(hint)
        self.trouble.setVisible(bool(hint))

    def _enable(self, on: bool) -> None:
        if on:
            self.trouble.hide()
        self.take.setEnabled(on)
        self.burst.setEnabled(on)

    # --- taking ---------------------------------------------------------------------------------

    def _shoot(self, number: int) -> None:
        if self.take.isEnabled():
            self.shooter.start(number, float(self.every.value()), self.countdown.isChecked())

    def _toggle_burst(self) -> None:
        if self.shooter.is_busy:
            self.shooter.stop()
        else:
            self._shoot(int(self.number.value()))

    def _take_now(self, burst: int) -> None:
        frame = self._grabber.latest() if self._grabber is not None else None
        if frame is None:
            return
        name = str(self.chosen.current() or "") or None
        self._collector.add_pixels(frame, name, "jpg", id(self) * 1000 + burst)
        self.live.flash()
        pictures = [view.image() for view in self.shots[:-1]]
        side = SHOT_SIDE * 2
        small = to_image(frame).scaled(
            side,
            side,
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        for view, image in zip(self.shots, [small, *pictures], strict=True):
            view.set_picture(None if image.isNull() else image)

    def _show_burst(self, taken: int, wanted: int) -> None:
        if not taken:
            self.burst.setText("Take a burst")
        else:
            of = f" of {wanted:,}" if wanted else ""
            self.burst.setText(f"Stop: {taken:,}{of}")

    def _was_added(self, added: Added, name: str) -> None:
        self._taken[name] += len(added.paths)
        index = self._session.undo_stack.index()
        if not self._steps or self._steps[-1] != index:
            self._steps.append(index)
        self._show_taken()

    def _take_back(self) -> None:
        stack = self._session.undo_stack
        if not self._steps or stack.index() != self._steps[-1] or self.shooter.is_busy:
            return
        self._steps.pop()
        stack.undo()
        self._taken.clear()
        for view in self.shots:
            view.set_picture(None)
        self._show_taken("Taken back.")

    def _show_taken(self, words: str = "") -> None:
        parts = [
            f"{count(n, 'picture')} {f'of {display_name(name)}' if name else 'without a class'}"
            for name, n in self._taken.items()
        ]
        self.taken.setText(words or (f"{', '.join(parts)} taken." if parts else "None taken yet."))
        self.undo.setEnabled(bool(self._steps))

    def _fill_classes(self, name: str) -> None:
        dataset = self._session.dataset
        names = class_names(dataset) if dataset is not None else ()
        items: list[str | tuple[object, str]] = [(n, display_name(n)) for n in names]
        if is_own(self._session.original):
            items.append((_NONE, "No class yet"))
        self.chosen.set_items(items, name if name in names else None)

    # --- keys, closing --------------------------------------------------------------------------

    def eventFilter(self, watched: object, event: object) -> bool:
        """Space takes a picture wherever the focus is; held, it goes on."""
        if not isinstance(event, QKeyEvent) or event.key() != Qt.Key.Key_Space:
            return False
        if event.type() is QKeyEvent.Type.KeyPress:
            if not event.isAutoRepeat():
                self._shoot(1)
            elif not self._holds and not self.countdown.isChecked():
                self._holds = True
                self._shoot(0)
            return True
        if event.type() is QKeyEvent.Type.KeyRelease:
            if not event.isAutoRepeat() and self._holds:
                self._holds = False
                self.shooter.stop()
            return True
        return False

    def open(self) -> None:
        """Show it over its window; Space belongs to the camera in all of its controls."""
        for part in self.findChildren(QWidget):
            part.installEventFilter(self)
        self.installEventFilter(self)
        super().open()

    def done(self, result: int) -> None:
        """Escape, the button and the window's cross all end here."""
        self._let_go()
        super().done(result)
        self.closed.emit()

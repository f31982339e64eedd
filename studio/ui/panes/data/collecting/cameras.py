"""Cameras: which there are, and a thread that reads pictures from one."""

from __future__ import annotations

import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QCoreApplication, QObject, QThread, Signal

Frame = NDArray[np.uint8]
"""``(height, width, 3) uint8`` RGB."""

MOST = 4
"""So many numbers are tried where the system does not list its cameras."""

LONGEST_SILENCE = 5.0
"""Seconds without a picture after which a camera counts as gone."""

NO_CAMERA = ("No camera was found.", "Connect one and choose “Look again”.")
_SYSTEM = Path("/sys/class/video4linux")


@dataclass(frozen=True)
class Camera:
    """A camera by its number, or a film by its path."""

    source: int | str
    name: str


def find_cameras() -> list[Camera]:
    """The cameras of this computer; takes a second where each must be tried."""
    if sys.platform.startswith("linux"):
        return _listed_cameras(_SYSTEM)
    from studio.data.opencv import cv2

    found = []
    for number in range(MOST):
        capture = cv2.VideoCapture(number)
        if capture.isOpened():
            found.append(Camera(number, f"Camera {number + 1}"))
        capture.release()
    return found


def _listed_cameras(folder: Path) -> list[Camera]:
    """Those that Linux lists; a camera's second device, which gives no pictures, is left out."""
    found = []
    for place in folder.glob("video*"):
        try:
            number = int(place.name.removeprefix("video"))
            name = (place / "name").read_text("utf-8", "replace").strip()
            if (place / "index").read_text("ascii").strip() == "0":
                found.append(Camera(number, name or f"Camera {number + 1}"))
        except (OSError, ValueError):
            continue
    return sorted(found, key=lambda camera: int(camera.source))


class Grabber(QThread):
    """Reads pictures from one camera until it is told to stop, and lets go of it then.

    Signals:
        arrived: a new picture can be taken with :meth:`latest`; not told again until it was.
        failed(str, str): why there is no picture, and what to do; the thread ends.
    """

    arrived = Signal()
    failed = Signal(str, str)

    def __init__(self, camera: Camera, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("camera")
        self._camera = camera
        self._lock = threading.Lock()
        self._frame: Frame | None = None
        self._is_told = False
        self._stop = threading.Event()
        if (app := QCoreApplication.instance()) is not None:
            app.aboutToQuit.connect(self._leave)

    def latest(self) -> Frame | None:
        """The newest picture; None before the first."""
        with self._lock:
            self._is_told = False
            return self._frame

    def stop(self) -> None:
        """Let go of the camera soon; does not wait."""
        self._stop.set()

    def _leave(self) -> None:
        self.stop()
        self.wait(2000)

    def run(self) -> None:
        """The thread's own code."""
        try:
            # With OpenCV comes a second that the first paint need not wait for.
            from studio.data.opencv import cv2

            cv2.setLogLevel(0)  # what it says to the console is said by `failed`
            capture = cv2.VideoCapture(self._camera.source)
        except Exception as error:
            self.failed.emit("The camera could not be opened.", str(error))
            return
        try:
            if capture.isOpened():
                self._read(capture, cv2)
            else:
                self.failed.emit(
                    f"“{self._camera.name}” did not open.",
                    "Another program may be using it: close that, or allow this one to use the "
                    "camera in the settings of your system. Then choose “Look again”.",
                )
        except Exception as error:
            self.failed.emit(f"“{self._camera.name}” failed.", str(error))
        finally:
            capture.release()

    def _read(self, capture: object, cv2: object) -> None:
        is_film = isinstance(self._camera.source, str)
        rate = capture.get(cv2.CAP_PROP_FPS) if is_film else 0  # type: ignore[attr-defined]
        pause = 1 / rate if 1 <= rate <= 240 else (1 / 25 if is_film else 0.0)
        heard = time.monotonic()
        while not self._stop.is_set():
            done, picture = capture.read()  # type: ignore[attr-defined]
            if done:
                heard = time.monotonic()
                self._give(_as_rgb(np.asarray(picture)))
                self._stop.wait(pause)
            elif is_film or time.monotonic() - heard > LONGEST_SILENCE:
                self.failed.emit(
                    f"“{self._camera.name}” gives no pictures any longer.",
                    "Connect it again and choose “Look again”.",
                )
                return
            else:
                self._stop.wait(0.05)

    def _give(self, frame: Frame) -> None:
        with self._lock:
            self._frame = frame
            tell, self._is_told = not self._is_told, True
        if tell:
            self.arrived.emit()


def _as_rgb(picture: Frame) -> Frame:
    """OpenCV's blue-green-red, or grey, as RGB."""
    if picture.ndim == 2:
        picture = picture[:, :, np.newaxis]
    if picture.shape[2] == 1:
        return np.ascontiguousarray(np.repeat(picture, 3, axis=2))
    return np.ascontiguousarray(picture[:, :, 2::-1])

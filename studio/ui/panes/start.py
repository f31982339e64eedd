"""The first page: drop a folder, try the sample, go on with something recent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QContextMenuEvent, QImage, QPainter, QPaintEvent, QPixmap, QShowEvent
from PySide6.QtWidgets import (
    QAbstractButton,
    QGridLayout,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from studio.core.paths import display_name, from_text
from studio.core.settings import Recent
from studio.data.names import is_data_name
from studio.data.things import COLOURS, THINGS
from studio.ui import icons
from studio.ui.latest import Latest
from studio.ui.opening import SAMPLE_COUNT
from studio.ui.session import Session
from studio.ui.theme import theme_of
from studio.ui.tokens import H_ROW, ICON, R1, R2, REGULAR
from studio.ui.widgets.base import centred, draw_text, look, ringed, rounded, text_width
from studio.ui.widgets.buttons import Button
from studio.ui.widgets.drop import DropZone
from studio.ui.widgets.image_view import ImageView, draw_rounded, to_image
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.panel import ScrollColumn, Surface
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

WIDTH = 880
_SAMPLES = 12
_SHOWN = 64
_RECENT = 6
_DRAW_AFTER_MS = 150


def describe_drop(paths: list[str]) -> tuple[bool, str]:
    """What a drop on the Data pane does."""
    if len(paths) > 1:
        return False, "Drop one folder, table or archive: the one that holds all pictures"
    path = Path(paths[0])
    name = display_name(path.name)
    if path.is_dir() or path.name == "project.json" or is_data_name(path.name):
        return True, f"Open “{name}”"
    return False, f"“{name}” is no data set. Drop the folder that holds the pictures"


def when(text: str, now: datetime | None = None) -> str:
    """An ISO time as people say it: ``today``, ``yesterday``, ``3 Nov``, ``3 Nov 2024``."""
    try:
        then = datetime.fromisoformat(text)
    except ValueError:
        return ""
    now = now or datetime.now(UTC)
    then, now = then.astimezone(), now.astimezone()
    days = (now.date() - then.date()).days
    if days <= 1:
        return "yesterday" if days == 1 else f"today, {then:%H:%M}"
    date = f"{then.day} {then:%b}"
    return date if then.year == now.year else f"{date} {then.year}"


@dataclass(frozen=True)
class Drawn:
    """Pictures of the sample: twelve different ones for the strip, three for the fan."""

    strip: tuple[QImage, ...]
    fan: tuple[QImage, ...]


def draw_samples() -> Drawn:
    """Draw a few pictures of the sample: every thing twice, every colour twice."""
    from studio.data.drawing import render  # with OpenCV, after the first paint

    wanted = [
        (THINGS[i % len(THINGS)], COLOURS[(i + 2 * (i // len(THINGS))) % len(COLOURS)])
        for i in range(_SAMPLES)
    ]
    found: dict[tuple[str, str], QImage] = {}
    for index in range(len(THINGS) * len(COLOURS) * 3):
        pixels, thing, colour = render(index, _SHOWN)
        if (thing, colour) in wanted and (thing, colour) not in found:
            found[thing, colour] = to_image(pixels)
        if len(found) == len(wanted):
            break
    strip = tuple(found[pair] for pair in wanted if pair in found)
    return Drawn(strip, strip[1:6:2])


class Fan(QWidget):
    """Three pictures, the outer ones tilted."""

    _PLACES = ((-51, 14, -9.0), (51, 14, 9.0), (0, 4, 0.0))

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._pictures: tuple[QPixmap, ...] = ()
        self.setFixedSize(168, 80)

    def set_images(self, images: tuple[QImage, ...]) -> None:
        """Show three pictures."""
        self._pictures = tuple(QPixmap.fromImage(image) for image in images)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        for picture, (x, y, turn) in zip(self._pictures, self._PLACES, strict=False):
            painter.save()
            painter.translate(self.width() / 2 + x, y + 30)
            painter.rotate(turn)
            rounded(painter, QRectF(-33, -33, 66, 66), R2 + 3, look(self).surface)
            draw_rounded(painter, QRectF(-30, -30, 60, 60), picture, R2)
            painter.restore()


class RecentRow(QAbstractButton):
    """A remembered project: icon, name, when; one that is missing says so.

    Signals:
        forget_asked: take it off the list.
    """

    forget_asked = Signal()

    def __init__(self, recent: Recent, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.recent = recent
        self._missing = False
        self.setText(recent.name)
        self.setFixedHeight(H_ROW)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        ringed(self, R1)
        self.set_missing(False)

    def set_missing(self, missing: bool) -> None:
        """Mark it as not there."""
        self._missing = missing
        path = display_name(str(from_text(self.recent.path)))
        note = "Not found there. Right-click to take it off the list." if missing else ""
        describe(self, self.recent.name, sentence=f"{path}. {note}" if note else path)
        self.update()

    def is_missing(self) -> bool:
        """Whether it is not there."""
        return self._missing

    def sizeHint(self) -> QSize:
        return QSize(160, H_ROW)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = Menu(parent=self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.add("Take off the list", self.forget_asked.emit, "close")
        menu.popup(event.globalPos())

    def paintEvent(self, event: QPaintEvent) -> None:
        t, theme = look(self), theme_of(self)
        painter = QPainter(self)
        rect = QRectF(self.rect())
        if self.underMouse():
            rounded(painter, rect, R1, t.hover)
        square = centred(QRectF(8, 0, ICON, rect.height()), ICON)
        icon, colour = ("warning", t.warning) if self._missing else ("folder", t.text_secondary)
        icons.paint(painter, icon, square, colour)
        font = theme.font("body", REGULAR)
        note = "not found" if self._missing else when(self.recent.opened)
        width = text_width(font, note) + 1
        right = QRectF(rect.right() - 8 - width, 0, width, rect.height())
        tone = t.warning if self._missing else t.text_secondary
        draw_text(painter, right, note, font, tone, Qt.AlignmentFlag.AlignRight)
        name = QRectF(32, 0, right.left() - 40, rect.height())
        draw_text(
            painter, name, self.recent.name, font, t.text_secondary if self._missing else t.text
        )


class StartPage(Surface):
    """What there is before any data set: everything on it leads to one."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        column = ScrollColumn()
        outer.addWidget(column)
        hold = QWidget()
        hold.setMaximumWidth(WIDTH)
        body = QVBoxLayout(hold)
        body.setContentsMargins(0, 24, 0, 24)
        body.setSpacing(32)
        row = QHBoxLayout()
        row.setContentsMargins(24, 0, 24, 0)
        row.addStretch(1)
        row.addWidget(hold, 100)
        row.addStretch(1)
        column.body.addStretch(2)
        column.body.addLayout(row)
        column.body.addStretch(5)
        body.addWidget(self._drop_zone())
        columns = QHBoxLayout()
        columns.setSpacing(64)
        columns.addLayout(self._sample_column(), 1)
        columns.addLayout(self._recent_column(), 1)
        body.addLayout(columns)
        self._rows: list[RecentRow] = []
        self._drawing = Latest(self)
        self._drawing.answered.connect(self._show_drawn)
        self._was_shown = False
        self._looking = Latest(self)
        self._looking.answered.connect(self._mark_missing)
        self.refresh()
        session.project_changed.connect(self.refresh)

    def _drop_zone(self) -> DropZone:
        self.zone = DropZone(describe_drop, minimum_height=264)
        self.zone.setAccessibleName("Drop a folder of pictures here")
        self.zone.dropped.connect(lambda paths: self._session.open_requested.emit(Path(paths[0])))
        body = self.zone.body
        body.setSpacing(0)
        self.fan = Fan()
        centre = Qt.AlignmentFlag.AlignHCenter
        body.addStretch(1)
        body.addWidget(self.fan, 0, centre)
        body.addSpacing(12)
        body.addWidget(Text("Drop a folder of pictures here", "heading"), 0, centre)
        body.addSpacing(6)
        words = Text(
            "One sub-folder for each class is enough; a table, an archive or a file of arrays "
            "works too.\nYour files are read where they are and never changed.",
            tone="secondary",
            wrap=True,
        )
        words.setAlignment(centre | Qt.AlignmentFlag.AlignTop)
        body.addWidget(words)
        body.addSpacing(20)
        self.folder_button = Button("Open a folder…", "folder", "primary", "big")
        describe(
            self.folder_button, "Open a folder", "Ctrl+O", "Choose the folder of your pictures."
        )
        self.folder_button.clicked.connect(lambda: self._session.folder_dialog_requested.emit())
        self.project_button = Button("Open a project…", size="big")
        describe(
            self.project_button, "Open a project", sentence="Go on with one that you saved before."
        )
        self.project_button.clicked.connect(lambda: self._session.project_dialog_requested.emit())
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self.folder_button)
        row.addWidget(self.project_button)
        row.addStretch(1)
        body.addLayout(row)
        body.addStretch(1)
        return self.zone

    def _sample_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(Text("Try the sample", "title"))
        column.addWidget(
            Text(
                f"{SAMPLE_COUNT:,} drawn pictures: {len(THINGS)} things, {len(COLOURS)} colours.\n"
                "Train on them in five minutes.",
                tone="secondary", wrap=True,
            )
        )  # fmt: skip
        grid = QGridLayout()
        grid.setSpacing(4)
        self.samples = [ImageView("", R1 - 1, minimum=24) for _ in range(_SAMPLES)]
        for i, view in enumerate(self.samples):
            view.setFixedSize(42, 42)
            grid.addWidget(view, i // 6, i % 6)
        grid.setColumnStretch(6, 1)
        column.addSpacing(8)
        column.addLayout(grid)
        column.addSpacing(8)
        self.sample_button = Button("Open the sample")
        describe(
            self.sample_button, "Open the sample",
            sentence="Draws the pictures on this computer; nothing is downloaded.",
        )  # fmt: skip
        self.sample_button.clicked.connect(lambda: self._session.sample_requested.emit())
        column.addWidget(self.sample_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        return column

    def _recent_column(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addWidget(Text("Recent", "title"))
        self.recent_words = Text("", tone="secondary", wrap=True)
        column.addWidget(self.recent_words)
        column.addSpacing(4)
        self._recent = QVBoxLayout()
        self._recent.setSpacing(0)
        column.addLayout(self._recent)
        column.addStretch(1)
        return column

    # --- what is shown --------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        """Draw the sample's pictures once the window is on the screen."""
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            QTimer.singleShot(_DRAW_AFTER_MS, self, lambda: self._drawing.ask(draw_samples))

    def refresh(self) -> None:
        """Read the recent list again; what is missing is marked a moment later."""
        for row in self._rows:
            self._recent.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows = []
        for recent in self._session.settings.current.recent[:_RECENT]:
            row = RecentRow(recent)
            row.clicked.connect(lambda _checked=False, r=recent: self._open(r))
            row.forget_asked.connect(lambda r=recent: self._forget(r))
            self._recent.addWidget(row)
            self._rows.append(row)
        self.recent_words.setText(
            "Projects on this computer." if self._rows else "What you open is listed here."
        )
        paths = [row.recent.path for row in self._rows]
        self._looking.ask(lambda: {path: from_text(path).exists() for path in paths})

    def rows(self) -> list[RecentRow]:
        """The recent list as shown."""
        return list(self._rows)

    def _open(self, recent: Recent) -> None:
        self._session.open_requested.emit(from_text(recent.path))

    def _forget(self, recent: Recent) -> None:
        self._session.settings.forget(recent.path)
        self.refresh()

    def _mark_missing(self, there: dict[str, bool]) -> None:
        for row in self._rows:
            row.set_missing(not there.get(row.recent.path, True))

    def _show_drawn(self, drawn: Drawn) -> None:
        self.fan.set_images(drawn.fan)
        for view, image in zip(self.samples, drawn.strip, strict=False):
            view.set_picture(image)

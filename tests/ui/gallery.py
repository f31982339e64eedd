"""Shows every control in its states, light and dark: `python -m tests.ui.gallery [folder]`.

With a folder it writes the pictures there instead of opening a window.
"""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path

import numpy as np
from PySide6.QtCore import QAbstractListModel, QModelIndex, QPoint, QSize, Qt
from PySide6.QtGui import QCursor, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFrame, QGridLayout, QHBoxLayout, QVBoxLayout, QWidget

from studio.core.spec import Spec, parameter
from studio.ui.forms import SpecForm
from studio.ui.shell.frame import Frame
from studio.ui.shell.strip import Strip, StripState
from studio.ui.theme import Theme, theme_of
from studio.ui.tokens import SEMIBOLD
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.buttons import Button, IconButton
from studio.ui.widgets.choices import CheckBox, RadioButton
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.dialogs import MessageDialog
from studio.ui.widgets.drop import DropZone
from studio.ui.widgets.empty import EmptyState
from studio.ui.widgets.facts import FactList
from studio.ui.widgets.fields import SearchField, SpinField
from studio.ui.widgets.focus import FocusRing
from studio.ui.widgets.fold import Fold
from studio.ui.widgets.image_view import ImageView, to_image
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.pane_frame import PaneFrame
from studio.ui.widgets.panel import Card, Panel, Section, Surface, WorkArea, labelled
from studio.ui.widgets.picture_grid import PictureGrid, TileRole
from studio.ui.widgets.probability import ProbabilityBars
from studio.ui.widgets.segmented import SegmentedControl
from studio.ui.widgets.sliders import RangeSlider, Slider
from studio.ui.widgets.text import Badge, KeyHint, Text
from studio.ui.widgets.toggle import Toggle
from studio.ui.widgets.track import StackedTrack, Track

SWATCHES = (
    "window", "surface", "raised", "well", "line", "edge", "line-strong", "selection",
    "text", "text-secondary", "accent", "accent-text", "good", "warning", "bad", "hover",
)  # fmt: skip


def sample_pixels(seed: int, size: int = 196) -> np.ndarray:
    """A drawn plant-like thing on noise, (size, size, 3) uint8."""
    rng = np.random.default_rng(seed)
    noise = rng.normal(90, 26, (size // 4, size // 4, 1)).repeat(4, 0).repeat(4, 1)
    pixels = np.repeat(noise, 3, axis=2) * np.array([1.0, 0.88, 0.76])
    yy, xx = np.mgrid[0:size, 0:size] / size - 0.5
    angle, radius = np.arctan2(yy, xx), np.hypot(xx, yy)
    leaf = radius < 0.34 * np.abs(np.cos(angle * (1 + seed % 4) + seed))
    pixels[leaf] = np.array([90 + seed * 9 % 60, 170, 70]) * (0.8 + radius[leaf, None])
    return np.clip(pixels, 0, 255).astype(np.uint8)


class Tiles(QAbstractListModel):
    """A model of drawn tiles."""

    def __init__(self, tiles: list[dict[int, object]]) -> None:
        super().__init__()
        self._tiles = tiles

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return len(self._tiles)

    def data(self, index: QModelIndex, role: int = 0) -> object:
        return self._tiles[index.row()].get(int(role))


def drawn_tiles(count: int, names: list[str]) -> list[dict[int, object]]:
    """Tiles with drawn pictures and captions in turn."""
    pictures = [QPixmap.fromImage(to_image(sample_pixels(i))) for i in range(min(count, 12))]
    return [
        {
            int(Qt.ItemDataRole.DisplayRole): names[i % len(names)],
            int(TileRole.PIXMAP): pictures[i % len(pictures)],
        }
        for i in range(count)
    ]


def states_sheet() -> QWidget:
    """One half of states.png."""
    half = QWidget()
    column = QVBoxLayout(half)
    column.setContentsMargins(24, 16, 24, 0)
    column.setSpacing(8)
    column.addWidget(_swatches())
    column.addLayout(_rows())
    column.addWidget(_tiles())
    column.addLayout(_below())
    column.addStretch(1)
    strip = Strip()
    strip.show_error(
        "Run 12 ran out of memory at batch 64.", "Epoch 7 is kept.",
        [("smaller", "Go on with 32")], details=True,
    )  # fmt: skip
    outer = QWidget()
    whole = QVBoxLayout(outer)
    whole.setContentsMargins(0, 0, 0, 0)
    whole.setSpacing(0)
    whole.addWidget(half, 1)
    whole.addWidget(strip)
    return outer


def _swatches() -> QWidget:
    holder = QWidget()
    grid = QGridLayout(holder)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setSpacing(6)
    for i, role in enumerate(SWATCHES):
        patch = QFrame()
        t = theme_of().current
        patch.setStyleSheet(
            f"background: {t.role(role)}; border: 1px solid {t.line}; border-radius: 6px"
        )
        patch.setFixedHeight(24)
        grid.addWidget(patch, i // 8 * 2, i % 8)
        words = Text(role.replace("text-sec", "sec"), "small", "secondary")
        grid.addWidget(words, i // 8 * 2 + 1, i % 8)
    return holder


def _rows() -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(8)
    grid.setVerticalSpacing(8)
    grid.setColumnMinimumWidth(0, 84)
    for i, word in enumerate(("", "rest", "hover", "pressed", "focus", "disabled")):
        grid.addWidget(Text(word, "small", "secondary"), 0, i)
        grid.setColumnStretch(i, 0 if i == 0 else 1)
    grid.addWidget(Text("Dark" if theme_of().current.dark else "Light", weight=SEMIBOLD), 0, 0)
    kinds = [("Primary", "Start", "primary"), ("Button", "Export…", "normal")]
    kinds += [("Tool, on", "", "quiet"), ("Destructive", "Delete", "danger")]
    for line, (label, text, kind) in enumerate(kinds, 1):
        grid.addWidget(Text(label, "small", "secondary"), line, 0)
        for i, state in enumerate(("rest", "hover", "pressed", "focus", "disabled"), 1):
            button = Button(text, kind=kind) if text else IconButton("filter", "Filter")
            button.setObjectName(state)
            if state == "hover":
                button.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
            if state == "pressed":
                if text:
                    button.setDown(True)
                else:
                    button.setCheckable(True)
                    button.setChecked(True)
            button.setEnabled(state != "disabled")
            grid.addWidget(button, line, i, Qt.AlignmentFlag.AlignLeft)
    _input_row(grid, 5)
    _choice_row(grid, 6)
    for line in range(1, 7):
        grid.setRowMinimumHeight(line, 32)
    return grid


def _input_row(grid: QGridLayout, line: int) -> None:
    grid.addWidget(Text("Input, error", "small", "secondary"), line, 0)
    fields = [SpinField(32, 1, 512, unit=unit) for unit in ("", "", "", "px")]
    fields[1].setText("0")
    fields[1].set_error("From 1 to 512 pictures")
    fields[2].setObjectName("focus-field")
    fields[3].setEnabled(False)
    words = Text("From 1 to 512 pictures", "small", "bad", wrap=True)
    widgets: list[QWidget] = [fields[0], fields[1], words, fields[2], fields[3]]
    for i, widget in enumerate(widgets, 1):
        widget.setFixedWidth(76 if isinstance(widget, SpinField) else 90)
        grid.addWidget(widget, line, i, Qt.AlignmentFlag.AlignLeft)


def _choice_row(grid: QGridLayout, line: int) -> None:
    grid.addWidget(Text("Choice", "small", "secondary"), line, 0)
    slider = Slider()
    slider.set_number(55)
    slider.setEnabled(False)
    groups: list[list[QWidget]] = [
        [CheckBox("", True), RadioButton("", True)],
        [CheckBox(), RadioButton()],
        [Toggle("on", True), Toggle("off")],
        [CheckBox(), Toggle("on", True)],
        [slider],
    ]
    for i, group in enumerate(groups, 1):
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in group:
            if not isinstance(widget, Slider):
                row.addWidget(widget)
            else:
                widget.setFixedWidth(84)
                row.addWidget(widget)
        row.addStretch(1)
        grid.addWidget(holder, line, i)


def _tiles() -> QWidget:
    card = Card(0)
    card.setFixedHeight(113)
    names = ["rest", "hover", "selected", "current", "excluded", "unreadable"]
    tiles = drawn_tiles(6, names)
    tiles[4][int(TileRole.EXCLUDED)] = True
    tiles[5][int(TileRole.UNREADABLE)] = True
    grid = PictureGrid(70, checks="always")
    grid.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    grid.setModel(Tiles(tiles))
    grid.setObjectName("tiles")
    card.body.addWidget(grid)
    return card


def _below() -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(12)
    left = QVBoxLayout()
    left.setSpacing(8)
    for text, state, words in (
        ("Drop pictures here", "rest", ""),
        ("", "over", "Add 38 pictures"),
        ("", "wrong", "A PDF holds no pictures to learn from"),
    ):
        zone = DropZone(text=text)
        zone._drop.state, zone._drop.words = state, words
        left.addWidget(zone)
    left.addStretch(1)
    right = QVBoxLayout()
    menu = Menu()
    menu.add("Change class…", key="L")
    menu.add("Move to validation", key="2")
    menu.add("Show in folder", icon="folder")
    menu.setActiveAction(menu.actions()[0])
    menu.setWindowFlags(Qt.WindowType.Widget)
    right.addWidget(menu)
    right.addStretch(1)
    row.addLayout(left, 1)
    row.addLayout(right, 1)
    return row


def window_sheet() -> Frame:
    """A pane in the whole frame, near data.png and train.png."""
    frame = Frame()
    frame.top.set_project("Seedlings 2026")
    frame.top.set_saved("Saved 2 min ago")
    frame.top.set_run("Run 11 · ResNet-50", 1)
    frame.top.set_device("NVIDIA RTX 3060 · 12 GB", "The graphics processor computes.")
    frame.top.set_undo("relabelling")
    frame.rail.set_dot("data", "warning", "3 pictures could not be read.")
    frame.rail.set_dot("train", "run", "Run 12 trains.")
    frame.add_page("data", _data_page())
    frame.show_page("data")
    frame.strip.show_running(
        StripState(
            "Run 12 · EfficientNet-B0", "Epoch 21 of 40", "batch 43 of 104", 0.51,
            "0.087", "612 pictures/s", "2 min left",
        )
    )  # fmt: skip
    rng = np.random.default_rng(31)
    for i in range(70):
        frame.strip.append_loss(math.exp(-i / 16) + float(rng.normal(0, 0.08)) * math.exp(-i / 60))
    return frame


def _data_page() -> QWidget:
    left = Panel("left", "seedlings-2024", 244)
    left.bar.add(IconButton("plus", "Add pictures", size="normal"))
    left.bar.add(IconButton("more", "More", size="normal"))
    search = SearchField("Filter 12 classes")
    holder = Section(line="none")
    holder.add(search)
    left.add(holder)
    fold = Fold("Loss and balance", "smoothing 0.1")
    fold.add(FactList([("Loss", "cross-entropy")]))
    left.add(fold)
    left.add(Fold("Regularisation", "decay 0.01, EMA"))
    section = left.add_section("Rotate")
    section.add(labelled("Angle", Text("−25° … 25°")))
    ranges = RangeSlider(-45, 45, 1, safe=(-38, 38))
    ranges.set_interval(-25, 25)
    section.add(ranges)
    chance = Slider()
    chance.set_number(80)
    section.add(labelled("Chance", Text("80 %")))
    section.add(chance)
    left.add_stretch()
    split = Section("Split", "stratified · seed 7", line="top")
    stack = StackedTrack()
    stack.set_parts([(3315, "accent"), (710, "line_strong"), (711, "edge")])
    split.add(stack)
    left.set_foot(split)
    work = WorkArea()
    work.bar.add(SegmentedControl(["Pictures", "What the network sees", "Statistics"]))
    work.bar.add_stretch()
    work.bar.add(SearchField("Name, tag, size"))
    work.bar.add(Button("Filter", "filter"))
    work.bar.add(Button("Re-roll", "dice", key="R"))
    banner = Banner(
        "warning",
        "<b>3 pictures could not be read</b>, and 23 appear in more than one split.",
        "Review problems",
    )
    top = QVBoxLayout()
    top.setContentsMargins(16, 12, 16, 4)
    top.addWidget(banner)
    work.add(top)
    names = ["Fat hen", "Chickweed", "Silky-bent", "Cranesbill", "Shepherd’s purse"]
    tiles = drawn_tiles(300, names)
    tiles[3][int(TileRole.NOTE_MARK)] = "edit"
    tiles[7][int(TileRole.EXCLUDED)] = True
    grid = PictureGrid(98)
    grid.setModel(Tiles(tiles))
    grid.setCurrentIndex(grid.model().index(8, 0))
    work.add(grid, 1)
    foot = work.add_foot()
    foot.add(Text("4,750 pictures, 12 classes", "small", "secondary"))
    foot.add_stretch()
    foot.add(Combo(["Shuffled", "By name"], icon="sort", bare=True))
    size = Slider(48, 220)
    size.set_number(98)
    size.setFixedWidth(96)
    foot.add(size)
    return PaneFrame(work, left, _right_panel())


def _right_panel() -> Panel:
    right = Panel("right", "charlock_0213_with_a_long_name_from_a_camera.jpg", 284, scroll=True)
    right.bar.add(IconButton("zoom", "Zoom"))
    right.bar.add(IconButton("more", "More"))
    section = right.add_section()
    view = ImageView()
    view.set_picture(sample_pixels(3, 240)[:180])
    view.setFixedHeight(178)
    section.add(view)
    section.add(FactList([("1,180 × 842 px", "JPEG, RGB, 8 bit · 412 kB")]))
    section = right.add_section()
    section.add(labelled("Class", Combo(["Charlock", "Maize"])))
    split = SegmentedControl(["Train", "Validation", "Test"], fill=True)
    section.add(labelled("Split", split))
    badges = QHBoxLayout()
    for badge in (Badge("greenhouse B"), Badge("Unknown", "warning", "warning"), KeyHint("L")):
        badges.addWidget(badge)
    badges.addStretch(1)
    section.add(badges)
    section = right.add_section("Answer", "224 × 224 px")
    bars = ProbabilityBars(name_width=70)
    bars.set_probabilities([("Charlock", 0.978), ("Sugar beet", 0.011)] + [
        (f"Class {i}", 0.001) for i in range(9)
    ])  # fmt: skip
    section.add(bars)
    section.add(Track(None))
    section.add(SpinField(32, 1, 512, unit="pictures"))
    right.add_stretch()
    foot = Section(line="top")
    row = QHBoxLayout()
    row.addWidget(Button("Exclude", "eyeoff"), 1)
    row.addWidget(Button("Show in folder", "folder"), 1)
    foot.add(row)
    foot.add(Button("Start training", "play", "primary", "big"))
    foot.add(Button("Notebook", "notebook", note="trains this run again"))
    right.set_foot(foot)
    return right


class Knobs(Spec):
    """Some settings of each kind."""

    epochs: int = parameter(40, title="Epochs", minimum=1, maximum=10000, help="Passes.")
    batch: int = parameter(32, title="Batch", unit="pictures", minimum=1, maximum=512, log=True)
    optimiser: str = parameter(
        "adamw", title="Optimiser",
        choices={"adamw": "AdamW", "sgd": "SGD with momentum", "rms": "RMSprop", "lion": "Lion"},
    )  # fmt: skip
    rate: float = parameter(0.001, title="Learning rate", minimum=1e-7, maximum=1.0, log=True)
    mirror: bool = parameter(True, title="Mirror")
    angle: tuple[float, float] = parameter(
        (-25.0, 25.0), title="Angle", unit="°", minimum=-45, maximum=45, step=1, safe=(-38, 38)
    )
    fit: str = parameter("crop", title="Fit", choices={"crop": "Crop", "pad": "Letterbox"})
    notes: str = parameter("", title="Notes")


def overlay_sheet() -> QWidget:
    """Empty state, forms, dialog, menu and an open combo."""
    sheet = Surface()
    grid = QGridLayout(sheet)
    empty = EmptyState(
        "Drop a folder of pictures here",
        "One sub-folder for each class is enough. Your files are read where they are and never "
        "changed.", "Open a folder…", "Open a file…", action_icon="folder",
        describe=lambda paths: (True, f"Open {len(paths)}"),
    )  # fmt: skip
    grid.addWidget(empty, 0, 0, 1, 2)
    panel = Panel("left", "Recipe", 300)
    section = panel.add_section("Training")
    form = SpecForm(Knobs)
    section.add(form)
    field = form.field("batch")
    assert isinstance(field, SpinField)
    field.setText("0")
    field.textEdited.emit("0")
    panel.add_stretch()
    other = Panel("right", "Step", 300)
    other.add_section("Sliders").add(SpecForm(Knobs, slider=True))
    other.add_stretch()
    grid.addWidget(panel, 1, 0)
    grid.addWidget(other, 1, 1)
    grid.setRowStretch(1, 1)
    return sheet


def settle(app: QApplication) -> None:
    """Let layouts and motions end."""
    for _ in range(20):
        app.processEvents()


def popups(app: QApplication, sheet: QWidget, picture: QPixmap) -> None:
    """Draw a menu, an open combo and a dialog into the picture, where they would stand."""
    menu = Menu(parent=sheet)
    menu.add("Change class…", key="L")
    menu.add("Move to validation", key="2")
    menu.addSeparator()
    menu.add("Show in folder", enabled=False)
    menu.popup(QPoint(20, 20))
    menu.setActiveAction(menu.actions()[0])
    combo = next(c for c in sheet.findChildren(Combo) if c.count() == 4)
    dialog = MessageDialog(
        "The project could not be saved.",
        "The disk is full. Free some space, then save again; nothing is lost until then.",
        "OSError: [Errno 28] No space left on device",
        buttons=(("again", "Save again", "primary"), ("close", "Close", "normal")),
        parent=sheet,
    )  # fmt: skip
    dialog.show()
    settle(app)
    painter = QPainter(picture)
    painter.drawPixmap(20, 20, menu.grab())
    menu.close()
    combo.showPopup()
    settle(app)
    painter.drawPixmap(700, 20, combo.view().window().grab())
    painter.drawPixmap(440, 560, dialog.grab())
    painter.end()
    combo.hidePopup()
    dialog.close()


def pose(sheet: QWidget) -> None:
    """Put focus, hover and selection where states.png has them."""
    grid = sheet.findChild(PictureGrid, "tiles")
    if grid is not None:
        model = grid.selectionModel()
        model.select(grid.model().index(2, 0), model.SelectionFlag.ClearAndSelect)
    for button in sheet.findChildren(Button, "focus")[:1]:
        sheet.activateWindow()
        QTest.qWaitForWindowActive(sheet)
        button.setFocus(Qt.FocusReason.ShortcutFocusReason)


def main(arguments: list[str]) -> int:
    """Open the gallery, or write it as pictures into a folder."""
    if arguments:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(sys.argv[:1])
    theme = Theme(app, "light", os.environ.get("GALLERY_FONT"))
    FocusRing.of(app)
    QCursor.setPos(2000, 2000)
    shown: list[QWidget] = []
    for mode in ("light", "dark"):
        theme.set_mode(mode)
        for name, make, size in (
            ("states", states_sheet, QSize(640, 800)),
            ("window", window_sheet, QSize(1280, 800)),
            ("narrow", window_sheet, QSize(960, 600)),
            ("overlays", overlay_sheet, QSize(900, 800)),
        ):
            sheet = make()
            sheet.resize(size)
            sheet.show()
            pose(sheet)
            settle(app)
            if arguments:
                Path(arguments[0]).mkdir(parents=True, exist_ok=True)
                picture = sheet.grab()
                if name == "overlays":
                    popups(app, sheet, picture)
                picture.save(str(Path(arguments[0]) / f"gallery-{name}-{mode}.png"))
                sheet.close()
            shown.append(sheet)
    return 0 if arguments else app.exec()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""The studio's own controls, driven by real mouse and key events."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest
from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QMimeData,
    QModelIndex,
    QObject,
    QPoint,
    QPointF,
    Qt,
    QUrl,
)
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
    QPixmap,
    QWheelEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListView, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from studio.ui.theme import theme_of
from studio.ui.widgets import numbers
from studio.ui.widgets.banner import Banner
from studio.ui.widgets.base import ringed
from studio.ui.widgets.buttons import Button, IconButton, LinkButton
from studio.ui.widgets.choices import CheckBox, RadioButton
from studio.ui.widgets.combo import Combo
from studio.ui.widgets.dialogs import MessageDialog
from studio.ui.widgets.drop import DropOverlay, DropZone
from studio.ui.widgets.empty import EmptyState
from studio.ui.widgets.facts import FactList
from studio.ui.widgets.fields import SearchField, SpinField
from studio.ui.widgets.focus import FocusRing
from studio.ui.widgets.fold import Fold
from studio.ui.widgets.image_view import ImageView, to_image
from studio.ui.widgets.log_view import LogView
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.pane_frame import PaneFrame
from studio.ui.widgets.panel import Panel, WorkArea
from studio.ui.widgets.picture_grid import PictureGrid, TileRole
from studio.ui.widgets.probability import ProbabilityBars
from studio.ui.widgets.segmented import SegmentedControl
from studio.ui.widgets.sliders import RangeSlider, Slider
from studio.ui.widgets.sparkline import Sparkline
from studio.ui.widgets.text import ElidedLabel
from studio.ui.widgets.tips import tip
from studio.ui.widgets.toggle import Toggle
from studio.ui.widgets.track import StackedTrack, Track

# Qt's offscreen platform says so whenever a window has a minimum size or a popup opens.
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

W = TypeVar("W", bound=QWidget)
Key = Qt.Key
LEFT = Qt.MouseButton.LeftButton


def shown(qtbot: QtBot, widget: W) -> W:
    """Show a widget and let the test own it."""
    qtbot.addWidget(widget)
    widget.show()
    return widget


Column = Callable[..., QWidget]


@pytest.fixture
def column(qtbot: QtBot) -> Column:
    """Makes an active window of widgets below each other, and keeps it."""
    kept: list[QWidget] = []

    def make(*widgets: QWidget, width: int = 300) -> QWidget:
        holder = QWidget()
        kept.append(holder)
        layout = QVBoxLayout(holder)
        for widget in widgets:
            layout.addWidget(widget)
        holder.resize(width, 40 * len(widgets) + 40)
        qtbot.addWidget(holder)
        holder.show()
        holder.activateWindow()
        QTest.qWaitForWindowActive(holder)
        return holder

    return make


# Numbers


@pytest.mark.parametrize(
    ("got", "wanted"),
    [
        (numbers.number(4750), "4,750"),
        (numbers.number(-3.5, 1), "−3.5"),
        (numbers.number(float("nan")), "not a number"),
        (numbers.percent(0.946), "94.6 %"),
        (numbers.percent(0.51, 0), "51 %"),
        (numbers.file_size(1), "1 byte"),
        (numbers.file_size(999), "999 bytes"),
        (numbers.file_size(412_000), "412 kB"),
        (numbers.file_size(1_700_000), "1.7 MB"),
        (numbers.file_size(999_600_000), "1.0 GB"),
        (numbers.duration(6.24), "6.2 s"),
        (numbers.duration(59.7), "1 min"),
        (numbers.duration(4800), "1 h 20 min"),
        (numbers.time_left(120), "2 min left"),
        (numbers.time_left(2), "a few seconds left"),
        (numbers.time_left(None), ""),
        (numbers.picture_size(1180, 842), "1,180 × 842 px"),
        (numbers.count(1, "picture"), "1 picture"),
        (numbers.count(2, "class", "classes"), "2 classes"),
        (numbers.significant(0.00055), "0.00055"),
        (numbers.significant(1e-9), "1.00e−9"),
        (numbers.interval(-25, 25, "px"), "−25 … 25 px"),
        (numbers.shorten("abcdefghij", 5), "ab…ij"),
        (numbers.loss(0.0871), "0.087"),
        (numbers.speed(611.7), "612 pictures/s"),
    ],
)
def test_numbers_as_the_window_writes_them(got: str, wanted: str) -> None:
    assert got == wanted


# Controls


def test_button_by_mouse_key_and_shortcut(qtbot: QtBot, column: Column) -> None:
    button = Button("Re-roll", "dice", key="R")
    other = Button("Other")
    column(button, other)
    pressed: list[int] = []
    button.clicked.connect(lambda: pressed.append(1))
    qtbot.mouseClick(button, LEFT)
    other.setFocus()
    QTest.keyClick(other, Key.Key_R)
    qtbot.waitUntil(lambda: len(pressed) == 2)
    button.setFocus()
    QTest.keyClick(button, Key.Key_Space)
    QTest.keyClick(button, Key.Key_Return)
    assert len(pressed) == 4
    assert button.accessibleName() == "Re-roll"


def test_button_heights_and_kinds(qtbot: QtBot) -> None:
    assert Button("Start", kind="primary", size="big").sizeHint().height() == 32
    assert Button("Pause", size="small").sizeHint().height() == 24
    assert Button("Export…").sizeHint().height() == 28
    for kind in ("normal", "primary", "quiet", "danger"):
        button = shown(qtbot, Button("Delete", "trash", kind, note="for good"))
        rest = button.grab().toImage()
        button.setEnabled(False)
        assert button.grab().toImage() != rest


def test_icon_button_says_what_it_does(qtbot: QtBot) -> None:
    button = shown(qtbot, IconButton("undo", "Undo", "Ctrl+Z", "Takes back the last change."))
    assert button.accessibleName() == "Undo"
    assert "Takes back" in button.toolTip()
    assert "Ctrl+Z" in button.toolTip()
    assert tip("<b>", "", "a & b").count("&lt;b&gt;") == 1
    link = shown(qtbot, LinkButton("Show them"))
    link.grab()


def test_toggle(qtbot: QtBot, column: Column) -> None:
    toggle = Toggle("Mirror")
    column(toggle)
    with qtbot.waitSignal(toggle.toggled):
        qtbot.mouseClick(toggle, LEFT)
    toggle.setFocus()
    QTest.keyClick(toggle, Key.Key_Space)
    assert not toggle.isChecked()


def test_choices_draw_their_states(qtbot: QtBot) -> None:
    for choice in (CheckBox("Belief"), RadioButton("One")):
        shown(qtbot, choice)
        off = choice.grab().toImage()
        qtbot.mouseClick(choice, LEFT)
        assert choice.isChecked()
        assert choice.grab().toImage() != off


def test_segmented_by_mouse_and_arrows(qtbot: QtBot, column: Column) -> None:
    control = SegmentedControl([("a", "Picture"), ("b", "Attention"), ("c", "Network view")])
    column(control)
    seen: list[object] = []
    control.changed.connect(seen.append)
    qtbot.mouseClick(control.button("b"), LEFT)
    QTest.keyClick(control.button("b"), Key.Key_Right)
    focused = QApplication.focusWidget()
    assert focused is control.button("c")
    QTest.keyClick(focused, Key.Key_Home)
    assert seen == ["b", "c", "a"]
    control.set_current("b")
    assert control.current() == "b"
    assert len(seen) == 3


def test_combo_tells_only_what_the_person_chose(qtbot: QtBot, column: Column) -> None:
    combo = Combo([("x", "First"), ("y", "Second")])
    column(combo)
    seen: list[object] = []
    combo.chosen.connect(seen.append)
    combo.set_current("y")
    assert seen == []
    assert combo.current() == "y"
    QTest.keyClick(combo, Key.Key_Up)
    assert seen == ["x"]
    combo.set_items(["p", "q"], "q")
    assert combo.current() == "q"
    QApplication.sendEvent(combo, wheel(combo, -120))
    assert combo.current() == "q"


def wheel(widget: QWidget, delta: int, modifiers: Qt.KeyboardModifier | None = None) -> QWheelEvent:
    """A turn of the wheel over the middle of a widget."""
    at = QPointF(widget.rect().center())
    none = Qt.KeyboardModifier.NoModifier
    return QWheelEvent(
        at, QPointF(widget.mapToGlobal(at.toPoint())), QPoint(), QPoint(0, delta),
        Qt.MouseButton.NoButton, modifiers or none, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip


def test_slider_by_mouse_and_key(qtbot: QtBot, column: Column) -> None:
    slider = Slider(0.0, 1.0, 0.05)
    column(slider, width=322)
    seen: list[float] = []
    slider.number_changed.connect(seen.append)
    middle = QPoint(slider.width() // 2, slider.height() // 2)
    qtbot.mouseClick(slider, LEFT, pos=middle)
    assert slider.number() == pytest.approx(0.5)
    QTest.keyClick(slider, Key.Key_Right)
    assert seen[-1] == pytest.approx(0.55)
    slider.set_number(0.1)
    assert seen[-1] == pytest.approx(0.55)
    assert slider.number() == pytest.approx(0.1)
    log = Slider(1e-5, 1.0, log=True)
    log.set_number(0.001)
    assert log.number() == pytest.approx(0.001, rel=0.05)


def test_range_slider_by_mouse_and_key(qtbot: QtBot, column: Column) -> None:
    slider = RangeSlider(-45, 45, 1, safe=(-38, 38))
    slider.set_interval(-25, 25)
    column(slider, width=322)
    seen: list[tuple[float, float]] = []
    slider.interval_changed.connect(lambda a, b: seen.append((a, b)))
    y = slider.height() // 2
    QTest.mousePress(slider, LEFT, pos=QPoint(round(slider._x(25)), y))
    QTest.mouseMove(slider, QPoint(round(slider._x(30)), y))
    QTest.mouseRelease(slider, LEFT, pos=QPoint(round(slider._x(30)), y))
    assert slider.interval() == (-25, 30)
    QTest.keyClick(slider, Key.Key_Down)
    QTest.keyClick(slider, Key.Key_Left)
    assert slider.interval() == (-26, 30)
    QTest.mousePress(slider, LEFT, pos=QPoint(round(slider._x(0)), y))
    QTest.mouseMove(slider, QPoint(round(slider._x(5)), y))
    QTest.mouseRelease(slider, LEFT, pos=QPoint(round(slider._x(5)), y))
    low, high = slider.interval()
    assert high - low == 56
    assert low > -26
    QTest.keyClick(slider, Key.Key_End)
    assert slider.interval()[0] <= slider.interval()[1]
    assert seen


@pytest.mark.parametrize(
    ("text", "value"),
    [("0,01", 0.01), ("1e-3", 0.001), ("  0.5 ", 0.5), ("−2", None), ("", None), ("x", None)],
)
def test_spin_field_reads_what_people_type(
    qtbot: QtBot, column: Column, text: str, value: float | None
) -> None:
    field = SpinField(0.1, 0.0, 1.0, 0.1, integer=False)
    column(field)
    field.selectAll()
    QTest.keyClick(field, Key.Key_Delete)
    field.setText(text)
    field.textEdited.emit(text)
    assert field.value() == (0.1 if value is None else value)
    assert bool(field.error()) is (value is None)


def test_spin_field_steps(qtbot: QtBot, column: Column) -> None:
    field = SpinField(32, 1, 512, unit="pictures", log=True)
    column(field)
    field.setFocus()
    QTest.keyClick(field, Key.Key_Up)
    assert field.value() == 64
    QTest.keyClick(field, Key.Key_Down)
    QTest.keyClick(field, Key.Key_Down)
    assert field.value() == 16
    rate = SpinField(0.001, 1e-7, 1.0, log=True, integer=False)
    rate.step_by(1)
    assert rate.value() == pytest.approx(0.002)
    rate.step_by(-1)
    rate.step_by(-1)
    assert rate.value() == pytest.approx(0.0005)
    plain = SpinField(0.3, 0.0, 1.0, 0.1, integer=False)
    plain.step_by(1)
    assert plain.value() == 0.4
    for _ in range(20):
        plain.step_by(1)
    assert plain.value() == 1.0
    assert plain.range_text() == "From 0 to 1"


def test_search_field_empties_on_escape(qtbot: QtBot, column: Column) -> None:
    field = SearchField("Filter 12 classes")
    column(field)
    QTest.keyClicks(field, "fat")
    QTest.keyClick(field, Key.Key_Escape)
    assert field.text() == ""


def test_elided_label_keeps_the_whole_in_its_tooltip(qtbot: QtBot) -> None:
    label = ElidedLabel("a_very_long_file_name_of_a_camera_0213.jpg")
    label.resize(90, 18)
    shown(qtbot, label)
    label.resize(90, 18)
    assert "…" in label.text()
    assert label.text().endswith("g")
    assert label.toolTip() == label.whole()
    label.resize(600, 18)
    assert label.text() == label.whole()
    assert label.toolTip() == ""


def test_a_range_closes_up_before_it_is_cut(qtbot: QtBot) -> None:
    label = ElidedLabel("−18 … 22 %", mode=Qt.TextElideMode.ElideRight)
    shown(qtbot, label)
    label.resize(label.sizeHint().width() - 4, 18)
    assert label.text() == "−18…22 %"
    assert label.toolTip() == ""


def test_banner(qtbot: QtBot, column: Column) -> None:
    banner = Banner(
        "warning", "<b>3 pictures could not be read.</b>", "Show them", dismissible=True
    )
    column(banner, width=600)
    with qtbot.waitSignal(banner.action):
        banner.button.click()
    with qtbot.waitSignal(banner.dismissed):
        banner.cross.click()
    assert banner.isHidden()
    banner.show_text("info", "A word. " * 60)
    QTest.qWait(10)
    assert banner.isVisible()
    assert banner.height() > 36
    assert not banner.button.isVisible()


def test_facts_are_replaced_in_place(qtbot: QtBot) -> None:
    facts = shown(qtbot, FactList([("Size", "224 × 224 px"), ("On disk", "1.7 MB")]))
    facts.set_facts([("Split", "train")])
    assert facts.facts() == [("Split", "train")]
    facts.set_facts([("a", "1"), ("b", "2"), ("c", "3")])
    assert len(facts.facts()) == 3


def test_fold_opens_by_mouse_and_key(qtbot: QtBot, column: Column) -> None:
    fold = Fold("Stopping", "off")
    fold.add(Button("Inside"))
    column(fold)
    assert not fold.content.isVisible()
    with qtbot.waitSignal(fold.opened):
        qtbot.mouseClick(fold.head, LEFT)
    qtbot.waitUntil(lambda: fold.content.maximumHeight() > 1000)
    assert fold.content.isVisible()
    QTest.keyClick(fold.head, Key.Key_Space)
    qtbot.waitUntil(lambda: not fold.content.isVisible())


def test_tracks_and_sparkline_draw(qtbot: QtBot) -> None:
    track = shown(qtbot, Track(0.5, 168))
    half = track.grab().toImage()
    track.set_fraction(0.9)
    assert track.grab().toImage() != half
    track.set_fraction(None)
    assert track.fraction() is None
    track.set_fraction(2.0)
    assert track.fraction() == 1.0
    stack = shown(qtbot, StackedTrack())
    stack.set_parts([(0, "accent"), (0, "edge")])
    stack.grab()
    line = shown(qtbot, Sparkline(keep=5))
    for value in (1.0, float("nan"), 2.0, 3.0, float("inf"), 4.0, 5.0, 6.0):
        line.append(value)
    assert line.values() == [2.0, 3.0, 4.0, 5.0, 6.0]
    line.grab()


def test_probability_bars_sum_up_the_rest(qtbot: QtBot) -> None:
    bars = shown(qtbot, ProbabilityBars(top=4))
    bars.set_probabilities([(f"c{i}", 0.01) for i in range(8)] + [("Charlock", 0.92)])
    rows = bars.rows()
    assert rows[0] == ("Charlock", 0.92)
    assert rows[-1][0] == "5 others"
    assert rows[-1][1] == pytest.approx(0.05)
    assert bars.sizeHint().height() == 28 * 5
    assert "Charlock 92.0 %" in bars.accessibleDescription()
    bars.set_probabilities([("a", 0.5), ("b", 0.3), ("c", 0.1), ("d", 0.06), ("e", 0.04)])
    assert [name for name, _ in bars.rows()] == ["a", "b", "c", "d", "e"]
    bars.grab()
    bars.set_probabilities([])
    bars.grab()


# Pictures


@pytest.mark.parametrize("shape", [(9, 7), (9, 7, 1), (9, 7, 3), (9, 7, 4)])
def test_image_from_pixels_keeps_every_value(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(1).integers(0, 256, shape, dtype=np.uint8)
    if shape[-1] == 4:
        array[..., 3] = 255
    image = to_image(array)
    assert (image.width(), image.height()) == (7, 9)
    for y, x in ((0, 0), (8, 6), (4, 3)):
        colour = image.pixelColor(x, y)
        flat = array if array.ndim == 2 else array[:, :, 0]
        assert colour.red() == flat[y, x]
    with pytest.raises(ValueError, match="expected uint8"):
        to_image(np.zeros((2, 2), np.float32))


def test_image_of_a_slice_is_not_skewed() -> None:
    array = np.zeros((20, 30, 3), np.uint8)
    array[:, 10:13] = 255
    image = to_image(array[2:12, 5:20])
    assert [image.pixelColor(x, 9).red() for x in (4, 5, 7, 8)] == [0, 255, 255, 0]


def test_image_view_fits_and_says_when_it_cannot(qtbot: QtBot) -> None:
    view = ImageView()
    view.resize(300, 200)
    shown(qtbot, view)
    view.set_picture(np.full((50, 100, 3), 200, np.uint8))
    rect = view.picture_rect()
    assert rect.width() == 300
    assert rect.height() == 150
    assert view.grab().toImage().pixelColor(150, 100).red() == 200
    view.set_message("Could not be read", "broken", "bad")
    assert view.image().isNull()
    view.grab()
    view.set_picture(None)
    view.grab()


class Squares(QAbstractListModel):
    """A model of coloured squares that counts what it is asked."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.count = count
        self.asked: set[int] = set()
        self.picture = QPixmap(96, 64)
        self.picture.fill(QColor(200, 30, 30))

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return self.count

    def data(self, index: QModelIndex, role: int = 0) -> object:
        self.asked.add(index.row())
        if role == TileRole.PIXMAP:
            return self.picture if index.row() != 1 else None
        if role == TileRole.UNREADABLE:
            return index.row() == 2
        if role == TileRole.EXCLUDED:
            return index.row() == 3
        if role == Qt.ItemDataRole.DisplayRole:
            return f"tile {index.row()}"
        return None

    def grow(self, count: int) -> None:
        """Become longer or shorter."""
        self.beginResetModel()
        self.count = count
        self.endResetModel()


@pytest.fixture
def grid(qtbot: QtBot) -> PictureGrid:
    made = PictureGrid(98)
    made.setModel(Squares(100))
    made.resize(668, 500)
    qtbot.addWidget(made)
    made.show()
    made.activateWindow()
    QTest.qWaitForWindowActive(made)
    return made


def test_grid_fills_the_width(grid: PictureGrid) -> None:
    assert grid.columns() == 6
    first = grid.visualRect(grid.model().index(0, 0))
    last = grid.visualRect(grid.model().index(5, 0))
    assert first.left() == 0
    assert last.right() == grid.viewport().width() - 1
    for row in range(40):
        index = grid.model().index(row, 0)
        assert grid.indexAt(grid.visualRect(index).center()) == index
    grid.set_tile_size(200)
    assert grid.columns() == 3


def test_grid_asks_only_for_what_is_in_sight(qtbot: QtBot) -> None:
    model = Squares(100_000)
    grid = PictureGrid()
    grid.setModel(model)
    grid.resize(668, 500)
    qtbot.addWidget(grid)
    seen: list[tuple[int, int]] = []
    grid.visible_changed.connect(lambda a, b: seen.append((a, b)))
    start = time.perf_counter()
    grid.show()
    grid.grab()
    assert time.perf_counter() - start < 2.0
    assert len(model.asked) < 200
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum())
    grid.grab()
    assert seen[-1][1] == 99_999
    assert len(model.asked) < 400


def test_grid_by_key_and_mouse(grid: PictureGrid, qtbot: QtBot) -> None:
    grid.setFocus()

    def rows() -> list[int]:
        return sorted(i.row() for i in grid.selectionModel().selectedIndexes())

    def click(row: int, modifier: Qt.KeyboardModifier) -> None:
        spot = grid.visualRect(grid.model().index(row, 0)).center()
        qtbot.mouseClick(grid.viewport(), LEFT, modifier, spot)

    none, shift = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
    click(2, none)
    assert rows() == [2]
    QTest.keyClick(grid, Key.Key_Down)
    assert rows() == [8]
    QTest.keyClick(grid, Key.Key_Right, shift)
    assert rows() == [8, 9]
    click(13, shift)
    assert rows() == [8, 9, 10, 11, 12, 13]
    click(2, Qt.KeyboardModifier.ControlModifier)
    assert rows() == [2, 8, 9, 10, 11, 12, 13]
    click(20, none)
    click(15, shift)
    assert rows() == [15, 16, 17, 18, 19, 20]
    QTest.keyClick(grid, Key.Key_A, Qt.KeyboardModifier.ControlModifier)
    assert len(rows()) == 100
    QTest.keyClick(grid, Key.Key_End)
    assert rows() == [99]
    assert grid.verticalScrollBar().value() > 0
    with qtbot.waitSignal(grid.opened):
        QTest.keyClick(grid, Key.Key_Return)


def test_grid_rubber_band_takes_a_rectangle(grid: PictureGrid) -> None:
    viewport = grid.viewport()
    start = QPoint(grid.visualRect(grid.model().index(1, 0)).left() + 2, 2)
    end = grid.visualRect(grid.model().index(8, 0)).center()
    QTest.mousePress(viewport, LEFT, pos=start)
    QTest.mouseMove(viewport, (start + end) / 2)
    QTest.mouseMove(viewport, end)
    QTest.mouseRelease(viewport, LEFT, pos=end)
    chosen = sorted(i.row() for i in grid.selectionModel().selectedIndexes())
    assert chosen == [1, 2, 7, 8]


def test_grid_wheel_with_ctrl_changes_the_size(grid: PictureGrid, qtbot: QtBot) -> None:
    with qtbot.waitSignal(grid.tile_size_changed):
        event = wheel(grid.viewport(), 120, Qt.KeyboardModifier.ControlModifier)
        QApplication.sendEvent(grid.viewport(), event)
    assert grid.tile_size() == 110


def test_grid_follows_its_model(grid: PictureGrid) -> None:
    model = grid.model()
    assert isinstance(model, Squares)
    grid.verticalScrollBar().setValue(10_000)
    model.grow(3)
    grid.grab()
    assert grid.visible_rows() == (0, 2)
    assert grid.verticalScrollBar().maximum() == 0
    model.grow(0)
    grid.grab()
    assert grid.visible_rows() == (0, -1)
    assert not grid.indexAt(QPoint(20, 20)).isValid()


def test_grid_keeps_its_place_when_the_width_changes(grid: PictureGrid) -> None:
    grid.scrollTo(grid.model().index(60, 0), PictureGrid.ScrollHint.PositionAtTop)
    first = grid.visible_rows()[0]
    grid.resize(1200, 500)
    now, last = grid.visible_rows()
    assert now <= first <= last


def test_grid_draws_states(grid: PictureGrid) -> None:
    def tile(row: int) -> QImage:
        return grid.viewport().grab(grid.visualRect(grid.model().index(row, 0))).toImage()

    rest, loading, unreadable, excluded = (tile(row) for row in range(4))
    middle = QPoint(rest.width() // 2, 50)
    assert rest.pixelColor(middle) == QColor(200, 30, 30)
    assert loading.pixelColor(middle) == QColor(theme_of().current.well)
    assert excluded.pixelColor(middle) != QColor(200, 30, 30)
    assert unreadable != loading
    grid.setCurrentIndex(grid.model().index(0, 0))
    assert tile(0) != rest


# Drops


def drag(widget: QWidget, paths: list[str]) -> tuple[QDragEnterEvent, QMimeData]:
    """A drag that comes over the middle of a widget."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(path) for path in paths])
    event = QDragEnterEvent(
        widget.rect().center(), Qt.DropAction.CopyAction, data, LEFT,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)
    return event, data


def drop(widget: QWidget, data: QMimeData) -> None:
    """Let a drag go over a widget."""
    event = QDropEvent(
        QPointF(widget.rect().center()), Qt.DropAction.CopyAction, data, LEFT,
        Qt.KeyboardModifier.NoModifier,
    )  # fmt: skip
    QApplication.sendEvent(widget, event)


def only_pictures(paths: list[str]) -> tuple[bool, str]:
    """What a pane might say."""
    if any(path.endswith(".pdf") for path in paths):
        return False, "A PDF holds no pictures to learn from"
    return True, f"Add {numbers.count(len(paths), 'picture')}"


def test_drop_zone_says_what_will_happen(qtbot: QtBot, tmp_path: Path) -> None:
    zone = shown(qtbot, DropZone(only_pictures, "Drop pictures here"))
    zone.resize(300, 60)
    paths = [str(tmp_path / "a b.png"), str(tmp_path / "ü😀.png")]
    event, data = drag(zone, paths)
    assert event.isAccepted()
    assert (zone.state(), zone.words()) == ("over", "Add 2 pictures")
    zone.grab()
    with qtbot.waitSignal(zone.dropped) as caught:
        drop(zone, data)
    assert caught.args == [paths]
    assert zone.state() == "rest"


def test_drop_zone_says_why_not(qtbot: QtBot) -> None:
    zone = shown(qtbot, DropZone(only_pictures, "Drop pictures here"))
    _, data = drag(zone, ["/x/report.pdf"])
    assert (zone.state(), zone.words()) == ("wrong", "A PDF holds no pictures to learn from")
    zone.grab()
    with qtbot.assertNotEmitted(zone.dropped):
        drop(zone, data)
    plain = QMimeData()
    plain.setText("words")
    drop(zone, plain)
    assert zone.state() == "rest"


def test_drop_overlay_covers_a_pane(qtbot: QtBot) -> None:
    pane = shown(qtbot, QWidget())
    pane.resize(400, 300)
    overlay = DropOverlay(pane, only_pictures)
    _, data = drag(pane, ["/x/a.png"])
    assert overlay.isVisible()
    assert overlay.state() == "over"
    overlay.grab()
    drag(overlay, ["/x/a.png"])  # Qt goes on with what is under the pointer now
    with qtbot.waitSignal(overlay.dropped):
        drop(overlay, data)
    assert not overlay.isVisible()
    _, data = drag(pane, ["/x/b.png"])
    with qtbot.waitSignal(overlay.dropped) as caught:
        drop(pane, data)
    assert caught.args == [["/x/b.png"]]
    drag(pane, ["/x/report.pdf"])
    assert overlay.state() == "wrong"
    QApplication.sendEvent(pane, QDragLeaveEvent())
    qtbot.waitUntil(lambda: not overlay.isVisible())


def test_empty_state(qtbot: QtBot) -> None:
    empty = EmptyState(
        "No run yet", "Train a model first.", "Go to Train", "Open a run…", describe=only_pictures
    )
    empty.resize(800, 500)
    shown(qtbot, empty)
    with qtbot.waitSignal(empty.action):
        empty.action_button.click()
    with qtbot.waitSignal(empty.other):
        empty.other_button.click()
    empty.set_texts("Nothing here", "")
    assert empty.heading.text() == "Nothing here"


# Focus, drawers, dialogs


def test_focus_ring_only_for_the_keyboard(qtbot: QtBot, column: Column, qapp: QApplication) -> None:
    ring = FocusRing.of(qapp)
    assert FocusRing.of(qapp) is ring
    buttons = [Button("One"), Button("Two"), Button("Three")]
    column(*buttons)
    buttons[0].window().activateWindow()  # a window of an earlier test may still be going
    qtbot.waitUntil(buttons[0].window().isActiveWindow)
    qtbot.mouseClick(buttons[2], LEFT)  # the first may have the focus of an earlier test's key
    for button in (buttons[2], buttons[0]):  # one of them may have the focus already
        qtbot.mouseClick(button, LEFT)
    assert ring.target() is None
    QTest.keyClick(buttons[0], Key.Key_Tab)
    assert ring.target() is buttons[1]
    assert ring._ring is not None
    assert ring._ring.isVisible()
    assert ring._ring.width() == buttons[1].width() + 8
    qtbot.mouseClick(buttons[2], LEFT)
    assert ring.target() is None
    assert not ring._ring.isVisible()


def pane_frame(qtbot: QtBot) -> PaneFrame:
    work = WorkArea()
    left, right = Panel("left", "Classes", 244), Panel("right", "Picture", 284)
    frame = PaneFrame(work, left, right)
    qtbot.addWidget(frame)
    frame.resize(1280, 700)
    frame.show()
    return frame


def test_side_panels_become_drawers(qtbot: QtBot) -> None:
    frame = pane_frame(qtbot)
    assert frame.left is not None
    assert frame.right is not None
    assert frame.right.isVisible()
    assert not frame.right_button.isVisible()
    with qtbot.waitSignal(frame.drawers_changed):
        frame.resize(1199, 700)
    assert frame.is_drawer("right")
    assert not frame.is_drawer("left")
    assert not frame.right.isVisible()
    assert frame.work.width() == 1199 - 244
    frame.right_button.click()
    assert frame.right.isVisible()
    qtbot.waitUntil(lambda: frame.right is not None and frame.right.x() == 1199 - 284)
    QTest.keyClick(frame, Key.Key_Escape)
    assert not frame.right.isVisible()
    frame.resize(990, 700)
    assert frame.is_drawer("left")
    assert frame.work.width() == 990
    frame.resize(1280, 700)
    assert frame.left.isVisible()
    assert frame.right.isVisible()
    assert frame.left.x() == 0
    qtbot.waitUntil(lambda: frame.right is not None and frame.right.x() == 1280 - 284)


def test_message_dialog(qtbot: QtBot) -> None:
    dialog = MessageDialog(
        "The project could not be saved.",
        "The disk is full.",
        "OSError 28",
        buttons=[("again", "Save again", "primary"), ("close", "Close", "normal")],
        log=lambda: "line 1",
    )
    qtbot.addWidget(dialog)
    dialog.show()
    assert not dialog.details.isVisible()
    dialog.details_button.click()
    assert dialog.details.isVisible()
    dialog.copy_button.click()
    assert QGuiApplication.clipboard().text().endswith("OSError 28\n\nline 1")
    dialog.buttons["again"].click()
    assert dialog.answer == "again"
    other = MessageDialog("Stop training?", buttons=[("stop", "Stop", "danger")])
    qtbot.addWidget(other)
    other.show()
    assert not other.buttons["stop"].isDefault()
    QTest.keyClick(other, Key.Key_Escape)
    assert other.answer == ""


def test_menu_entries_act(qtbot: QtBot) -> None:
    menu = Menu()
    qtbot.addWidget(menu)
    done: list[int] = []
    action = menu.add("Exclude", lambda: done.append(1), "eyeoff", "X")
    action.trigger()
    assert done == [1]
    assert not action.icon().isNull()


def test_widgets_can_be_thrown_away_before_the_theme_changes(qtbot: QtBot) -> None:
    theme = theme_of()
    menu = Menu()
    menu.add("Stop", icon="stop")
    menu.deleteLater()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    del menu
    gc.collect()
    theme.set_mode("dark")
    theme.set_mode("light")
    theme.set_mode("system")


def test_the_list_of_a_combo_has_round_corners(qtbot: QtBot, column: Column) -> None:
    combo = Combo(["One", "Two", "Three"])
    column(combo)
    combo.showPopup()
    picture = combo.view().window().grab().toImage()
    corner, edge = picture.pixelColor(0, 0), picture.pixelColor(picture.width() // 2, 0)
    combo.hidePopup()
    assert corner.alpha() == 0 and edge.alpha() == 255


def test_a_wrapped_line_of_a_log_goes_on_below_its_words(qtbot: QtBot) -> None:
    log = LogView("Log")
    log.resize(300, 200)
    shown(qtbot, log)
    log.append_line("16:02:12", "a graphics processor that cannot be used, and why that is so")
    log.append_line("16:02:13", "ready")
    assert log.toPlainText().splitlines()[1] == "16:02:13  ready"
    layout = log.document().firstBlock().layout()
    assert layout.lineCount() > 1
    first, second = layout.lineAt(0), layout.lineAt(1)
    assert second.x() > first.x()
    assert second.x() == pytest.approx(first.cursorToX(len("16:02:12  "))[0], abs=1)


def test_no_word_of_an_empty_state_stands_alone(qtbot: QtBot) -> None:
    empty = EmptyState("Nothing", "Open a folder of pictures, and you see here what every step "
                       "makes of them, and of it.")  # fmt: skip
    empty.resize(620, 400)
    shown(qtbot, empty)
    assert empty.sentence.contentsMargins().left() > 40


def test_a_scrolling_widget_draws_its_own_focus_at_once(qtbot: QtBot, column: Column) -> None:
    button, view = Button("One"), QListView()
    ringed(view, 0)
    column(button, view)
    button.window().activateWindow()
    qtbot.waitUntil(button.window().isActiveWindow)
    button.setFocus()
    drawn: list[bool] = []

    class Watch(QObject):
        def eventFilter(self, watched: QObject, event: QEvent) -> bool:
            if event.type() is QEvent.Type.Paint:
                drawn.append(bool(view.property("keyboardFocus")))
            return False

    watch = Watch()
    view.viewport().installEventFilter(watch)
    QTest.keyClick(button, Key.Key_Tab)
    qtbot.waitUntil(lambda: bool(drawn) and drawn[-1])

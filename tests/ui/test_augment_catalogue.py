"""The catalogue of augmenters: searching, moving, folding, what works, thumbnails that come."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QObject, QPoint, Qt, QTimer
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from studio.augment.groups import GROUPS
from studio.augment.registry import AUGMENTERS
from studio.augment.step import Step
from studio.core.input import InputSpec
from studio.ui.engines import Engine
from studio.ui.panes.augment.catalogue import CataloguePanel
from studio.ui.panes.augment.thumbnails import SIDE, StepThumbnails
from studio.ui.panes.augment.tile import STEP_MIME, step_mime
from studio.ui.panes.augment.tile_words import badge_of, sentence_of, speed_words
from tests.conftest import write_noise

# Offscreen, Qt has no window manager to tell the least size of a window.
pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def panel(qtbot: QtBot) -> CataloguePanel:
    made = CataloguePanel()
    qtbot.addWidget(made)
    made.resize(236, 700)
    made.show()
    qtbot.waitExposed(made)
    made.activateWindow()
    qtbot.waitUntil(lambda: not made._waiting)
    QApplication.processEvents()
    return made


def added(panel: CataloguePanel) -> list[type[Step]]:
    found: list[type[Step]] = []
    panel.chosen.connect(found.append)
    return found


def shown(panel: CataloguePanel) -> list[str]:
    return [kind for kind, tile in panel.tiles.items() if not tile.isHidden()]


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, LEFT)


def test_every_step_and_group_of_steps_has_a_tile(panel: CataloguePanel) -> None:
    assert set(panel.tiles) == {*AUGMENTERS.kinds(), *GROUPS}
    assert panel.count.text() == str(len(panel.tiles))
    found = added(panel)
    click(panel.tiles["one_of"])
    click(panel.tiles["rotate"])
    assert found == [GROUPS["one_of"], AUGMENTERS.get("rotate")]


def test_tiles_are_made_bit_by_bit(qtbot: QtBot) -> None:
    panel = CataloguePanel()
    qtbot.addWidget(panel)
    assert not panel._tiles and panel.count.text() == str(len(AUGMENTERS.kinds()) + len(GROUPS))
    panel.set_thumbnails({"invert": QImage(4, 4, QImage.Format.Format_RGB888)})
    panel.show()
    qtbot.waitUntil(lambda: bool(panel._tiles))
    qtbot.waitUntil(lambda: not panel._waiting)
    assert panel.tiles["invert"].has_picture() and not panel.tiles["rotate"].has_picture()


def test_what_is_told_before_the_tiles_are_there_is_kept(qtbot: QtBot) -> None:
    panel = CataloguePanel()
    qtbot.addWidget(panel)
    panel.set_speeds({"rotate": "Slow: 9 pictures/s"})
    panel.show()
    qtbot.waitUntil(lambda: "rotate" in panel.tiles)
    assert panel.tiles["rotate"].speed == "Slow: 9 pictures/s"


def test_search_marks_what_enter_adds(panel: CataloguePanel) -> None:
    found = added(panel)
    panel.search.setFocus()
    QTest.keyClicks(panel.search, "noise")
    first = panel.first()
    assert first is not None and first.kind == "gaussian_noise", "the one that is called so"
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert found == [AUGMENTERS.get("gaussian_noise")]
    QTest.keyClicks(panel.search, "puzzle")  # replaces what was searched
    assert shown(panel) == ["jigsaw"]
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert len(found) == 2
    QTest.keyClicks(panel.search, "zzz")
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert len(found) == 2 and panel.nothing.isVisible() and panel.count.text() == "0"
    QTest.keyClick(panel.search, Qt.Key.Key_Escape)
    assert panel.first() is None and len(shown(panel)) == len(panel.tiles)


def test_arrows_move_between_tiles(panel: CataloguePanel) -> None:
    found = added(panel)
    panel.search.setFocus()
    QTest.keyClicks(panel.search, "mirror")
    QTest.keyClick(panel.search, Qt.Key.Key_Down)
    assert focused() is panel.tiles["mirror"]
    panel.search.clear()
    panel.tiles["mirror"].setFocus()
    keys = {Qt.Key.Key_Right: "flip", Qt.Key.Key_Down: "zoom", Qt.Key.Key_Left: "rotate",
            Qt.Key.Key_Up: "mirror", Qt.Key.Key_End: list(panel.tiles)[-1],
            Qt.Key.Key_Home: next(iter(panel.tiles))}  # fmt: skip
    for key, kind in keys.items():
        QTest.keyClick(focused(), key)
        assert focused() is panel.tiles[kind], kind
    QTest.keyClick(focused(), Qt.Key.Key_Up)
    assert panel.search.hasFocus(), "above the first row there is the search"
    stops = [t for t in panel.tiles.values() if t.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert len(stops) == 1, "Tab leads through in one step"
    panel.tiles["rotate"].setFocus()
    QTest.keyClick(focused(), Qt.Key.Key_Return)
    QTest.keyClick(focused(), Qt.Key.Key_Space)
    assert found == [AUGMENTERS.get("rotate")] * 2
    QTest.keyClicks(focused(), "f")
    QTest.keyClicks(panel.search, "og")
    assert panel.search.text() == "fog" and "fog" in shown(panel)


def focused() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def test_groups_fold_and_are_jumped_to(panel: CataloguePanel) -> None:
    group = next(g for g in panel._groups if g.name == "Geometry")
    click(group.heading)
    assert panel.tiles["rotate"].isHidden() and not group.isHidden()
    assert group.heading.count == len(group.tiles)
    panel.search.setText("rotate")
    assert not panel.tiles["rotate"].isHidden(), "a search looks into folded groups"
    panel.search.clear()
    assert panel.tiles["rotate"].isHidden()
    assert panel.jump.current() == "Groups"
    place = [panel.jump.itemText(i) for i in range(panel.jump.count())].index("Weather")
    panel.jump.setFocus()
    panel.jump.setCurrentIndex(place)
    panel.jump.activated.emit(place)
    QApplication.processEvents()
    assert "fog" in panel.kinds_in_view() and "mirror" not in panel.kinds_in_view()
    panel.list.verticalScrollBar().setValue(0)
    assert panel.jump.current() == "Groups"
    panel.show_group("Geometry")
    assert not panel.tiles["rotate"].isHidden()


def test_what_does_not_work_here_is_left_out_or_greyed(panel: CataloguePanel) -> None:
    assert not panel.works_here.isVisible(), "everything works on colour"
    panel.set_channels(1)
    assert panel.works_here.isVisible()
    assert "hue" not in shown(panel) and "rotate" in shown(panel)
    click(panel.works_here)
    assert "hue" in shown(panel) and not panel.tiles["hue"].isEnabled()
    assert "input is grey" in panel.tiles["hue"].sentence()
    found = added(panel)
    panel.search.setFocus()
    QTest.keyClicks(panel.search, "hue")
    QTest.keyClick(panel.search, Qt.Key.Key_Return)
    assert AUGMENTERS.get("hue") not in found
    panel.set_channels(5)
    assert not panel.tiles["jpeg"].isEnabled() and panel.tiles["channel_shuffle"].isEnabled()
    panel.set_channels(3)
    assert not panel.works_here.isVisible()


def test_badges_and_words() -> None:
    badges = {kind: badge_of(step) for kind, step in AUGMENTERS.items()}
    assert badges["rotate"] == "" and badges["hue"] == "3" and badges["jpeg"] == "1·3"
    assert badges["channel_shuffle"] == "2+"
    words = sentence_of(AUGMENTERS.get("rotate"))
    assert "Angle −90° … 90°" in words and "any number of channels" in words
    for step in [*AUGMENTERS, *GROUPS.values()]:
        assert ".." not in sentence_of(step).replace("…", "") and sentence_of(step).endswith(".")
    assert speed_words(0.0) == speed_words(0.001) == ""
    assert speed_words(0.117) == "Slow: a core manages about 9 pictures a second."
    assert speed_words(1.6) == "Slow: a picture takes a core about 2 s."


def test_a_tile_carries_its_kind_when_it_is_dragged(panel: CataloguePanel) -> None:
    assert step_mime("rotate").data(STEP_MIME).data() == b"rotate"
    starts: list[str] = []
    tile = panel.tiles["rotate"]
    tile._drag = lambda: starts.append(tile.kind)  # type: ignore[method-assign]
    start = tile.rect().center()
    QTest.mousePress(tile, LEFT, pos=start)
    QTest.mouseMove(tile, start + QPoint(1, 1))
    assert starts == []
    QTest.mouseMove(tile, start + QPoint(0, 40))
    assert starts == ["rotate"]
    QTest.mouseRelease(tile, LEFT, pos=start + QPoint(0, 400))


def test_tiles_can_be_drawn(panel: CataloguePanel) -> None:
    bare = panel.tiles["hue"].grab().toImage()
    red = QImage(8, 8, QImage.Format.Format_RGB888)
    red.fill(Qt.GlobalColor.red)
    panel.set_thumbnails({"hue": red})
    assert panel.tiles["hue"].grab().toImage() != bare
    panel.set_thumbnails({})
    assert panel.tiles["hue"].grab().toImage() == bare
    for tile in (panel.tiles["hue"], panel.tiles["some_of"]):
        tile.set_first(True)
        assert not tile.grab().isNull() and tile.is_first()


# --- thumbnails -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def engine(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """One preview process for all tests here: it takes seconds to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLASSIFIER_STUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        made = Engine("previewer")
        loop = QEventLoop()
        made.ready.connect(loop.quit)
        QTimer.singleShot(60_000, loop.quit)
        made.warm_up()
        loop.exec()
        yield made
        made.shutdown()


class Watcher:
    """Keeps what came, in order."""

    def __init__(self, thumbnails: StepThumbnails) -> None:
        self.batches: list[dict[str, QImage]] = []
        self.words: dict[str, str] = {}
        thumbnails.ready.connect(self.batches.append)
        thumbnails.timed.connect(self.words.update)

    def order(self) -> list[str]:
        return [kind for batch in self.batches for kind in batch]


def test_thumbnails_come_a_few_at_a_time_and_what_is_seen_first(
    qtbot: QtBot, engine: Engine, tmp_path: Path
) -> None:
    write_noise(tmp_path / "a.png", (190, 70, 60), 1)
    write_noise(tmp_path / "b.png", (60, 70, 190), 2)
    owner = QObject()
    thumbnails = StepThumbnails(engine, owner)
    came = Watcher(thumbnails)
    seen = ["fog", "rain", "snow"]
    thumbnails.prefer(seen)
    colour = InputSpec(width=SIDE, height=SIDE)
    thumbnails.show(tmp_path / "a.png", colour)
    qtbot.waitUntil(lambda: thumbnails.is_complete, timeout=60_000)
    assert came.order()[:3] == seen and sorted(came.order()) == sorted(AUGMENTERS.kinds())
    assert max(len(batch) for batch in came.batches) <= 8
    assert all(image.width() == SIDE for batch in came.batches for image in batch.values())
    assert came.words["mirror"] == "" and set(came.words) == set(AUGMENTERS.kinds())
    thumbnails.show(tmp_path / "a.png", colour)
    count = len(came.batches)

    large = InputSpec(width=1024, height=1024)
    thumbnails.show(tmp_path / "b.png", large)
    qtbot.waitUntil(lambda: thumbnails.is_complete, timeout=60_000)
    second = came.order()[sum(len(batch) for batch in came.batches[:count]) :]
    assert sorted(second) == sorted(AUGMENTERS.kinds()), "asked once, and again for another picture"
    assert second.index("mean_shift_blur") > len(second) - 20, "what takes long comes last"
    assert came.words["mean_shift_blur"].startswith("Slow: "), "at the size of training"
    thumbnails.forget()
    assert came.batches[-1] == {} and not thumbnails.is_complete


def test_thumbnails_of_other_inputs_and_of_nothing(
    qtbot: QtBot, engine: Engine, tmp_path: Path
) -> None:
    write_noise(tmp_path / "a.png", (190, 70, 60), 1)
    (tmp_path / "broken.png").write_bytes(b"no picture")
    owner = QObject()
    thumbnails = StepThumbnails(engine, owner)
    came = Watcher(thumbnails)
    grey = InputSpec(width=32, height=32, channels=1)
    thumbnails.show(tmp_path / "broken.png", grey)
    qtbot.waitUntil(lambda: thumbnails._asked is None, timeout=60_000)
    assert came.batches == []
    thumbnails.show(tmp_path / "a.png", grey)
    thumbnails.show(tmp_path / "a.png", InputSpec(width=32, height=32))  # it changes at once
    qtbot.waitUntil(lambda: thumbnails.is_complete, timeout=60_000)
    assert sorted(came.order()) == sorted(AUGMENTERS.kinds()), "nothing of the first, all of this"

"""The Model pane with real mouse and key events, real workers and a real server."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QModelIndex, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QFileDialog, QScrollArea, QWidget
from pytestqt.qtbot import QtBot

from studio.core.input import InputSpec
from studio.core.paths import from_text
from studio.core.settings import SettingsStore
from studio.data.index import open_dataset
from studio.models import weights
from studio.models.architectures.pretrained import PretrainedSpec
from studio.models.registry import ARCHITECTURES
from studio.ui.engines import Engines
from studio.ui.jobs import Jobs
from studio.ui.panes.model import catalogue
from studio.ui.panes.model.blocks import short_name
from studio.ui.panes.model.gallery import CardModel, Gallery
from studio.ui.panes.model.layers import LayerModel
from studio.ui.panes.model.pane import ModelPane
from studio.ui.session import Session
from studio.ui.theme import Theme, theme_of
from tests.models.test_download import CONTENT, Server

LEFT = Qt.MouseButton.LeftButton
LONG = 90_000
"""Milliseconds for a worker to start, load TensorFlow and build a network on a busy machine."""


@pytest.fixture
def session(qtbot: QtBot, qapp: QApplication) -> Iterator[Session]:
    if qapp.property("classifierStudioTheme") is None:
        qapp.setProperty("classifierStudioTheme", Theme(qapp, "light"))
    engines, jobs = Engines(), Jobs()
    made = Session(SettingsStore(), engines, jobs)
    yield made
    jobs.shutdown()
    made.close()
    engines.shutdown()


@pytest.fixture
def pane(session: Session, qtbot: QtBot) -> ModelPane:
    made = ModelPane(session)
    made.resize(1280, 716)
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    return made


def click(qtbot: QtBot, widget: QWidget) -> None:
    """Scroll to a widget, wait until a fold around it is open, and click its middle."""

    def can_be_seen() -> bool:
        area = widget.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if area is not None:
            area.ensureWidgetVisible(widget)
        return widget.visibleRegion().boundingRect() == widget.rect()

    qtbot.waitUntil(can_be_seen)
    qtbot.mouseClick(widget, LEFT, pos=widget.rect().center())


def card(pane: ModelPane, kind: str) -> QModelIndex:
    """The card of a kind, which must be in view."""
    place = pane.gallery.cards.place_of(kind)
    assert place >= 0, kind
    return pane.gallery.cards.index(place)


def click_card(qtbot: QtBot, pane: ModelPane, kind: str) -> None:
    """Scroll to a card and click it."""
    index = card(pane, kind)
    pane.gallery.scrollTo(index)
    spot = pane.gallery.visualRect(index).topLeft() + QPoint(60, 60)
    qtbot.mouseClick(pane.gallery.viewport(), LEFT, pos=spot)


def titles(pane: ModelPane) -> list[str]:
    """The cards in view, in order."""
    model = pane.gallery.cards
    return [model.index(i).data() for i in range(model.rowCount())]


def badge(pane: ModelPane, kind: str) -> str:
    """The badge of a card in view."""
    return str(card(pane, kind).data(CardModel.CardRole).badge)


# --- the gallery ---------------------------------------------------------------------------------


def test_starts_with_the_network_in_use(pane: ModelPane) -> None:
    assert pane.families.current() == "scratch"
    assert pane.gallery.chosen() == "small_cnn"
    assert set(titles(pane)) == {
        "Small CNN", "LeNet-5", "AlexNet", "VGG-16", "Small VGG", "ResNet-20", "ResNet-50",
    }  # fmt: skip
    assert badge(pane, "small_cnn") == "in-use"
    assert pane.details.use_button.text() == "In use"
    assert not pane.details.use_button.isEnabled()
    assert not pane.details.transfer_section.isVisible()


def test_click_and_use_and_undo(session: Session, pane: ModelPane, qtbot: QtBot) -> None:
    click_card(qtbot, pane, "resnet20")
    assert pane.details.title.text() == "ResNet-20"
    assert session.model.kind == "small_cnn", "choosing a card changes nothing yet"
    click(qtbot, pane.details.use_button)
    assert session.model.kind == "resnet20"
    assert (session.input.width, session.input.height) == (32, 32)
    assert badge(pane, "resnet20") == "in-use" and badge(pane, "small_cnn") == ""
    session.undo_stack.undo()
    assert session.model.kind == "small_cnn" and session.input == InputSpec()
    assert pane.gallery.chosen() == "small_cnn"
    session.undo_stack.redo()
    assert session.model.kind == "resnet20" and pane.gallery.chosen() == "resnet20"


def test_keys_alone(session: Session, pane: ModelPane, qtbot: QtBot) -> None:
    pane.gallery.setFocus()
    first = pane.gallery.chosen()
    qtbot.keyClick(pane.gallery, Qt.Key.Key_Right)
    second = pane.gallery.chosen()
    assert second != first
    qtbot.keyClick(pane.gallery, Qt.Key.Key_Return)
    assert session.model.kind == second


def test_search_and_sort(pane: ModelPane, qtbot: QtBot) -> None:
    click(qtbot, pane.families.button("pretrained"))
    assert len(titles(pane)) == len([a for a in ARCHITECTURES if a.family == "pretrained"])
    qtbot.keyClicks(pane.search, "resnet 2016")
    assert set(titles(pane)) == {
        "ResNet-50-V2", "ResNet-101-V2", "ResNet-152-V2", "Inception-ResNet-v2",
    }  # fmt: skip
    qtbot.keyClicks(pane.search, " nothing")
    assert titles(pane) == [] and pane.nothing.isVisible()
    pane.nothing.action.emit()
    assert len(titles(pane)) > 30
    pane.sort.setFocus()
    for order, ordered in {
        "name": lambda c: c.title.lower(),
        "year": lambda c: -c.year,
        "parameters": lambda c: c.facts.parameters,
        "work": lambda c: c.facts.multiply_adds,
    }.items():
        pane.sort.set_current(order)
        pane.sort.chosen.emit(order)
        shown = [pane.gallery.cards.index(i).data(CardModel.CardRole) for i in range(40)]
        assert shown == sorted(shown, key=ordered)


def test_advice_follows_the_data(session: Session, pane: ModelPane, tiny_dataset: Path) -> None:
    assert not pane.banner.isVisible()
    session.set_dataset(open_dataset(tiny_dataset))
    assert pane.banner.isVisible()
    assert "24 pictures" in pane.banner.label.text()
    pane.families.set_current("pretrained")
    pane.families.changed.emit("pretrained")
    assert badge(pane, "mobilenetv2") == "advised"
    assert titles(pane)[0] == "MobileNetV2"
    assert catalogue.advised("scratch", 1_000_000) == "resnet20"
    assert catalogue.advised("pretrained", None) == ""


# --- one network ---------------------------------------------------------------------------------


def test_layer_table_comes_from_the_worker(
    session: Session, pane: ModelPane, qtbot: QtBot, tiny_dataset: Path
) -> None:
    session.set_dataset(open_dataset(tiny_dataset))
    table = pane.details.table
    assert not table.isVisible() and pane.details.layers_note.isVisible()
    qtbot.waitUntil(table.isVisible, timeout=LONG)
    model = table.layers
    names = [model.index(i, 0).data() for i in range(model.rowCount())]
    assert names[0] == "Scaling" and names[-1] == "Output “class”"
    last = model.rowCount() - 1
    assert model.index(last, 1).data() == "3"
    assert model.index(1, 3).data() == "Trains"
    block = model.index(1, 0)
    before = table.height()
    qtbot.mouseClick(table.viewport(), LEFT, pos=table.visualRect(block).center())
    assert table.isExpanded(block) and table.height() > before
    inner = model.index(0, 0, block)
    assert inner.data(LayerModel.NodeRole).kind == "Conv2D"
    assert inner.parent().row() == 1
    assert pane.details._facts["Parameters"].text() == "242 k"
    # The same for another network, in the worker that runs already.
    click_card(qtbot, pane, "lenet")
    qtbot.waitUntil(lambda: table.isVisible() and model.index(1, 0).data() == "C1", timeout=LONG)


def test_settings_and_input_are_a_draft(session: Session, pane: ModelPane, qtbot: QtBot) -> None:
    details = pane.details
    assert details._form is not None
    field = details._form.field("dropout")
    field.setFocus()
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, "0.5")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert pane.draft()[0].dropout == 0.5  # type: ignore[attr-defined]
    assert session.model.dropout == 0.0  # type: ignore[attr-defined]
    click(qtbot, details.input_fold.head)
    qtbot.waitUntil(lambda: details.input_fold.content.height() > 100)
    assert details._input_form is not None
    width = details._input_form.field("width")
    width.setFocus()
    width.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(width, "96")
    qtbot.keyClick(width, Qt.Key.Key_Return)
    assert details.use_button.isEnabled()
    click(qtbot, details.use_button)
    assert session.model.dropout == 0.5  # type: ignore[attr-defined]
    assert (session.input.width, session.input.height) == (96, 64)
    session.undo_stack.undo()
    assert session.model.dropout == 0.0 and session.input == InputSpec()  # type: ignore[attr-defined]
    assert pane.draft() == (session.model, session.input)


def test_too_small_an_input_is_said_at_once(pane: ModelPane, qtbot: QtBot) -> None:
    click_card(qtbot, pane, "alexnet")
    pane.details.input_edited.emit(InputSpec(width=16, height=16))
    assert "at least 32 × 32" in pane.details.input_problem.text()
    assert pane.details.input_problem.isVisible()
    assert not pane.details.use_button.isEnabled()


def test_fit_chosen_elsewhere_is_taken_over(session: Session, pane: ModelPane) -> None:
    session.set_input(InputSpec(fit="letterbox"))
    assert pane.draft()[1].fit == "letterbox"
    assert "letterbox" in pane.details.input_fold.head.summary


# --- pretrained ----------------------------------------------------------------------------------


@pytest.fixture
def at_hand(shared_data: Path) -> Path:
    """The folder of the studio's weights with those of MobileNetV2 0.35 in it."""
    name = "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_0.35_224_no_top.h5"
    source = shared_data / "weights" / "keras_home" / "models" / name
    if not source.is_file():
        pytest.skip(f"the pretrained weights are not here ({source})")
    weights.weights_folder().mkdir(parents=True)
    shutil.copy(source, weights.weights_folder() / name)
    return weights.weights_folder() / name


def test_missing_weights_cannot_be_used(session: Session, pane: ModelPane, qtbot: QtBot) -> None:
    click(qtbot, pane.families.button("pretrained"))
    click_card(qtbot, pane, "resnet50")
    details = pane.details
    assert badge(pane, "resnet50") == "download"
    assert not details.use_button.isEnabled()
    assert "not on this computer" in details.use_note.text()
    assert details.weights_fold.is_open()
    assert "94" in details.weights.download_button.text()
    assert "MIT" in details.weights.more.text(), "the licence is said before the download"
    qtbot.keyClick(pane.gallery, Qt.Key.Key_Return)
    assert session.model.kind == "small_cnn"


def test_transfer_and_blocks(
    session: Session, pane: ModelPane, qtbot: QtBot, at_hand: Path
) -> None:
    click(qtbot, pane.families.button("pretrained"))
    click_card(qtbot, pane, "mobilenetv2")
    details = pane.details
    assert not details.use_button.isEnabled()
    details._edit(alpha=0.35)
    assert details.use_button.isEnabled(), "weights of this width are here"
    assert details.blocks.row.trained() == ["head"] and not details.blocks.slider.isVisible()
    click(qtbot, details.transfer.button("last-blocks"))
    assert details.blocks.slider.isVisible()
    assert details.blocks.row.trained() == ["block 16", "top", "head"]
    slider = details.blocks.slider
    slider.setFocus()
    qtbot.keyClick(slider, Qt.Key.Key_Left)
    assert details.blocks.row.trained()[0] == "block 15"
    spot = QPoint(round(slider.place(3)), slider.height() // 2)
    qtbot.mouseClick(slider, LEFT, pos=spot)
    assert details.blocks.row.trained()[0] == "block 2"
    qtbot.keyClick(slider, Qt.Key.Key_End)
    assert details.blocks.row.trained() == ["top", "head"]
    click(qtbot, details.use_button)
    spec = session.model
    assert isinstance(spec, PretrainedSpec)
    assert (spec.transfer, spec.trained_blocks, spec.width) == ("last-blocks", 1, 0.35)
    click(qtbot, details.transfer.button("whole"))
    assert len(details.blocks.row.trained()) == 20
    assert short_name("transition 2") == "t2" and short_name("block 5") == "5"


def serve(monkeypatch: pytest.MonkeyPatch, server: Server) -> weights.WeightsEntry:
    """Let ResNet-50's weights come from a server on this machine."""
    entry = replace(server.entry(), backbone="resnet50")
    others = tuple(e for e in weights.manifest() if e.backbone != "resnet50")
    monkeypatch.setattr(weights, "manifest", lambda: (entry, *others))
    return entry


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def test_download(
    session: Session, pane: ModelPane, qtbot: QtBot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = serve(monkeypatch, server)
    click(qtbot, pane.families.button("pretrained"))
    click_card(qtbot, pane, "resnet50")
    click(qtbot, pane.details.weights.download_button)
    assert pane.details.weights.progress.isVisible()
    qtbot.waitUntil(lambda: not pane.details.weights.is_downloading, timeout=10_000)
    assert (weights.weights_folder() / entry.file).read_bytes() == CONTENT
    assert badge(pane, "resnet50") == "here"
    assert pane.details.use_button.isEnabled()
    click(qtbot, pane.details.use_button)
    assert session.model.kind == "resnet50"


def test_download_that_fails_says_what_to_do(
    pane: ModelPane, qtbot: QtBot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(monkeypatch, server)
    server.status = 404
    click(qtbot, pane.families.button("pretrained"))
    click_card(qtbot, pane, "resnet50")
    box = pane.details.weights
    click(qtbot, box.download_button)
    qtbot.waitUntil(lambda: not box.is_downloading, timeout=10_000)
    assert "answer 404" in box.problem.text() and "Local file…" in box.problem.text()
    assert box.download_button.isVisible() and box.download_button.isEnabled()
    assert not pane.details.use_button.isEnabled()


def test_download_can_be_cancelled(
    pane: ModelPane, qtbot: QtBot, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = serve(monkeypatch, server)
    server.pause = 0.05
    click(qtbot, pane.families.button("pretrained"))
    click_card(qtbot, pane, "resnet50")
    box = pane.details.weights
    click(qtbot, box.download_button)
    part = weights.weights_folder() / f"{entry.file}.part"
    qtbot.waitUntil(lambda: part.exists() and part.stat().st_size > 0, timeout=10_000)
    click(qtbot, box.cancel_button)
    qtbot.waitUntil(lambda: not box.is_downloading, timeout=10_000)
    assert part.exists() and not (weights.weights_folder() / entry.file).exists()
    assert "goes on where it stopped" in box.more.text()


def test_local_file_by_dialog_and_drop(
    session: Session, pane: ModelPane, qtbot: QtBot, at_hand: Path, tmp_path: Path
) -> None:
    click(qtbot, pane.families.button("pretrained"))
    click_card(qtbot, pane, "mobilenetv2")
    box = pane.details.weights
    odd = tmp_path / "meine gewichte 100% ü.h5"
    shutil.copy(at_hand, odd)
    click(qtbot, box.local_button)
    dialog = wait_for(qtbot, lambda: pane.window().findChild(QFileDialog))
    dialog.fileSelected.emit(str(odd))
    dialog.reject()
    spec = pane.draft()[0]
    assert isinstance(spec, PretrainedSpec) and from_text(spec.weights) == odd
    assert pane.details.use_button.isEnabled()
    assert box.imagenet_button.isVisible()
    bad = tmp_path / "page.h5"
    bad.write_bytes(b"<!DOCTYPE html>")
    assert drop(pane, [bad])
    assert "web page" in box.problem.text()
    spec = pane.draft()[0]
    assert isinstance(spec, PretrainedSpec) and from_text(spec.weights) == odd
    assert not drop(pane, [tmp_path / "notes.txt"])
    click(qtbot, box.imagenet_button)
    spec = pane.draft()[0]
    assert isinstance(spec, PretrainedSpec) and spec.weights == "imagenet"


def wait_for(qtbot: QtBot, find: Callable[[], QFileDialog | None]) -> QFileDialog:
    """Wait until a dialog is there."""
    qtbot.waitUntil(lambda: find() is not None)
    found = find()
    assert found is not None
    return found


def drop(pane: ModelPane, files: list[Path]) -> bool:
    """Drag files over the pane and let go; whether they were taken."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(f)) for f in files])
    where, copy = QPoint(50, 50), Qt.DropAction.CopyAction
    enter = QDragEnterEvent(where, copy, data, LEFT, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(pane, enter)
    event = QDropEvent(QPointF(where), copy, data, LEFT, Qt.KeyboardModifier.NoModifier)
    event.setAccepted(False)
    QApplication.sendEvent(pane.overlay, event)
    return event.isAccepted()


@pytest.mark.parametrize("width", [480, 663, 800, 801, 802, 908, 1200])
def test_the_cards_end_where_the_banner_above_ends(qtbot: QtBot, width: int) -> None:
    theme_of()
    gallery = Gallery()
    qtbot.addWidget(gallery)
    gallery.resize(width, 500)
    gallery.cards.set_cards(catalogue.cards(100, "small_cnn"))
    gallery.show()
    cells = [gallery.visualRect(gallery.cards.index(i)) for i in range(gallery.cards.rowCount())]
    first = [gallery.card_rect(cell) for cell in cells if cell.top() == cells[0].top()]
    shift = gallery.viewport().x()
    assert first[0].left() + shift == 16
    assert first[-1].right() + shift == width - 16
    gaps = {after.left() - before.right() for before, after in pairwise(first)}
    assert gaps <= {12}

"""The Understand pane: what every layer of the run in view makes of a picture."""

from __future__ import annotations

from collections.abc import Callable
from html import escape
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QVBoxLayout, QWidget

from studio.core.errors import StudioError
from studio.core.paths import display_name
from studio.core.results import LayerNode, Prediction
from studio.core.runs import RunFolder
from studio.data import pixels
from studio.engine.protocol.messages import ListLayers, Predict, Predicted, Request, Visualize
from studio.models.registry import output_keys
from studio.ui.latest import Latest
from studio.ui.panes.common import PICTURE_FILTER, on_surface
from studio.ui.panes.understand.picks import ready_pictures, true_class
from studio.ui.panes.understand.results import Results
from studio.ui.panes.understand.robustness import RobustnessPage
from studio.ui.panes.understand.robustness_view import LAYERS, ROBUSTNESS
from studio.ui.panes.understand.saving import rendered, write_png
from studio.ui.panes.understand.tree import count_layers, leaf_of, short_name
from studio.ui.panes.understand.view import STRIP, UnderstandView
from studio.ui.session import Session
from studio.ui.shown_bands import FollowShown
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.widgets.drop import DropOverlay
from studio.ui.widgets.empty import EmptyState
from studio.ui.widgets.image_view import to_image
from studio.ui.widgets.numbers import count, percent

_PREVIEW = 256


def describe_drop(paths: list[str]) -> tuple[bool, str]:
    """What a drop on this pane does."""
    if len(paths) > 1:
        return False, "Drop one picture: its layers are shown here"
    if Path(paths[0]).is_dir():
        return False, "Drop one picture; folders belong in Data or Classify"
    return True, f"Look at “{display_name(Path(paths[0]).name)}”"


class UnderstandPane(QWidget):
    """Layers, filters and activations of the run in view, for one picture."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._run: RunFolder | None = None
        self._shown_run: tuple[str, int] | None = None
        self._picture = ""
        self._prediction: Prediction | None = None
        self._asked = 0
        self.loader = ThumbnailLoader(self)
        self.view = UnderstandView(self.loader)
        self.empty = EmptyState("", "", "Go to Train", "", "understand")
        self.pages = QStackedWidget()
        self.pages.addWidget(self.view)
        self.pages.addWidget(on_surface(self.empty))
        self.robustness = RobustnessPage(session)
        self.pages.addWidget(self.robustness)
        self._shown_view = LAYERS
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.pages)
        self._results = Results(self.view)
        self._reading = Latest(self)
        self._reading.answered.connect(self.view.picture.set_picture)
        self._reading.failed.connect(self._picture_failed)
        self._connect()
        self._fill_strip()
        self._run_changed()

    def _connect(self) -> None:
        view, session = self.view, self._session
        view.switch.changed.connect(self.show_view)
        self.robustness.view_requested.connect(self.show_view)
        view.choose_button.clicked.connect(self._choose)
        view.picture.clicked.connect(self._choose)
        view.picked.connect(self.set_picture)
        view.tree.layer_chosen.connect(lambda _node: self._show_layer())
        view.brightness.chosen.connect(lambda _key: self._ask_activations())
        view.save_button.clicked.connect(self._ask_save)
        view.banner.action.connect(self._try_again)
        self.empty.action.connect(lambda: session.pane_requested.emit("train"))
        self.overlay = DropOverlay(self, describe_drop)
        self.overlay.dropped.connect(lambda paths: self.set_picture(paths[0]))
        session.run_in_view_changed.connect(self._run_changed)
        session.runs_changed.connect(self._run_changed)
        session.dataset_changed.connect(self._fill_strip)
        session.picture_in_view_changed.connect(self._picture_in_view_changed)
        FollowShown(session, self.loader, self._read_picture)
        save = QShortcut(QKeySequence("Ctrl+E"), self)
        save.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        save.activated.connect(self._ask_save)

    # --- the run --------------------------------------------------------------------------------

    def _run_changed(self) -> None:
        run = self._session.run_in_view
        if run is None or not run.best_weights.is_file():
            self._run, self._shown_run = None, None
            self._show_empty(run)
            return
        self.show_view(self._shown_view)
        self.view.right.set_title(f"What {run.title} says")
        key = (str(run.path), run.record.best_epoch)
        is_same = self._shown_run is not None and self._shown_run[0] == key[0]
        if key == self._shown_run or (is_same and run.record.state == "running"):
            return
        self._run, self._shown_run = run, key
        self._ask_layers()
        if self._picture:
            self._ask_answer()

    def show_view(self, key: str) -> None:
        """Show ``layers`` or ``robustness`` of the run in view."""
        self._shown_view = key
        page: QWidget = self.robustness if key == ROBUSTNESS else self.view
        self.pages.setCurrentWidget(page)
        for switch in (self.view.switch, self.robustness.view.switch):
            switch.set_current(key)

    def _show_empty(self, run: RunFolder | None) -> None:
        if run is None:
            self.empty.set_texts(
                "There is no network to look into yet",
                "Train one first. Then its filters, and what every layer makes of a picture, "
                "are shown here.",
            )
        else:
            self.empty.set_texts(
                f"{run.title} has no finished epoch yet",
                "As soon as it has one, its filters and activations are shown here. "
                "Another run can be chosen at the top.",
            )
        self.pages.setCurrentIndex(1)

    def _ask_layers(self) -> None:
        run = self._run
        if run is None:
            return
        if self.view.tree.current_layer() is None:
            self.view.layer_name.setText("Loading the network…")
            self.view.layer_words.setText("the first time takes a few seconds")
        self._submit(lambda job: ListLayers(job, str(run.path)), self._take_layers, "layers")

    def _take_layers(self, layers: tuple[LayerNode, ...]) -> None:
        self.view.layer_count.setText(f"{count_layers(layers):,}")
        before = self.view.tree.current_layer()
        if self._run is not None:
            keys = output_keys(dict(self._run.record.outputs))
            self.view.tree.set_heads({key: f"Output “{name}”" for name, key in keys.items()})
        self.view.tree.set_layers(layers)
        now = self.view.tree.current_layer()
        if before is not None and now is not None and before.name == now.name:
            self._show_layer()  # another run, the same layer: the tree tells no change

    # --- the picture ----------------------------------------------------------------------------

    def set_picture(self, path: str) -> None:
        """Look at another picture: a file, in the data set or not."""
        if not path or path == self._picture:
            return
        self._picture = path
        view = self.view
        self._prediction = None
        view.name.setText(display_name(Path(path).name))
        for pick in view.picks:
            pick.setChecked(pick.path == path)
        self._read_picture()
        self._show_verdict()
        self._ask_answer()
        self._ask_activations()

    def _read_picture(self) -> None:
        """The picture as it is looked at: large, and small among the others."""
        path, shown = self._picture, self._session.shown.bands
        if path:
            self._reading.ask(lambda: to_image(pixels.thumbnail(Path(path), _PREVIEW, shown)))
        for pick in self.view.picks:
            pick.update()

    def _picture_failed(self, error: StudioError) -> None:
        self.view.picture.set_message("", "broken", "bad")
        self.view.picture.setToolTip(str(error))

    def _picture_in_view_changed(self) -> None:
        picture = self._session.picture_in_view
        if picture is not None:
            self._fill_strip()
            self.set_picture(str(picture))

    def _fill_strip(self) -> None:
        session = self._session
        current = str(session.picture_in_view or "")
        paths = ready_pictures(session.dataset, session.assignment, current, STRIP)
        for i, pick in enumerate(self.view.picks):
            path = paths[i] if i < len(paths) else ""
            pick.set_path(path, display_name(Path(path).name) if path else "")
            pick.setChecked(bool(path) and path == self._picture)
        if not self._picture and paths:
            self.set_picture(paths[0])

    def _choose(self) -> None:
        start = str(Path(self._picture).parent) if self._picture else str(Path.home())
        name, _ = QFileDialog.getOpenFileName(self, "Choose a picture", start, PICTURE_FILTER)
        self.set_picture(name)

    # --- the answer -----------------------------------------------------------------------------

    def _ask_answer(self) -> None:
        run, path = self._run, self._picture
        if run is None or not path:
            return

        def answered(event: object) -> None:
            if isinstance(event, Predicted) and path == self._picture:
                self._prediction = event.prediction
                self._show_verdict()

        self._session.engines.inspector.submit(
            lambda job: Predict(job, str(run.path), (path,)), event=answered,
            failed=self._failed, owner=self, replaces="understand answer",
        )  # fmt: skip

    def _show_verdict(self) -> None:
        view, prediction = self.view, self._prediction
        truth = true_class(self._session.dataset, self._picture)
        view.true_class.setText(display_name(truth) if truth else "not in the data set")
        best = prediction.best() if prediction is not None else None
        ranked = next(iter(prediction.outputs.values())) if prediction and best else ()
        view.says.set_probabilities(ranked)
        view.says_words.setVisible(not ranked)
        view.verdict_icon.setVisible(best is not None and bool(truth))
        if best is None:
            error = prediction.error if prediction is not None else ""
            view.verdict.setText("could not be read" if error else "")
            view.says_words.setText(error or "Waiting for the answer.")
            return
        name, p = best
        words = f"{percent(p)} sure"
        if not truth:
            view.verdict.setText(f"{display_name(name)}, {words}")
            view.verdict.set_tone("secondary")
        elif name == truth:
            view.verdict.setText(f"{words}, right")
            view.verdict.set_tone("good")
            view.verdict_icon.set_icon("good", "good")
        else:
            view.verdict.setText(f"{display_name(name)}, {percent(p)}")
            view.verdict.set_tone("bad")
            view.verdict_icon.set_icon("close", "bad")

    # --- the layer ------------------------------------------------------------------------------

    def _show_layer(self) -> None:
        node = self.view.tree.current_layer()
        if node is None:
            return
        leaf = leaf_of(node)
        view = self.view
        view.layer_name.setText(view.tree.title_of(node))
        kind = leaf.kind if leaf is node else f"ends with {short_name(leaf.name)}, {leaf.kind}"
        weights = count(node.parameters, "weight") if node.parameters else "no weights"
        view.layer_words.setText(f"{kind}, {weights}")
        if "Conv" in leaf.kind and leaf.parameters:
            self._ask_filters(leaf.name)
        else:
            self._results.show_filters(None)
        self._ask_activations()

    def _ask_filters(self, layer: str) -> None:
        run = self._run
        if run is not None:
            self._submit(
                lambda job: Visualize(job, str(run.path), "filters", layer),
                self._results.show_filters, "filters",
            )  # fmt: skip

    def _ask_activations(self) -> None:
        run, picture = self._run, self._picture
        node = self.view.tree.current_layer()
        if run is None or node is None or not picture:
            return
        layer = leaf_of(node).name
        options = {"brightness": str(self.view.brightness.current())}
        self._submit(
            lambda job: Visualize(job, str(run.path), "activations", layer, picture, options),
            self._results.show_activations, "activations",
        )  # fmt: skip

    def _submit(
        self, request: Callable[[int], Request], done: Callable[[Any], None], key: str
    ) -> None:
        self._asked += 1
        asked = self._asked
        self.view.busy.show()

        def over() -> None:
            if asked == self._asked:
                self.view.busy.hide()

        def finished(result: object) -> None:
            over()
            self.view.banner.hide()
            done(result)

        def failed(error: StudioError) -> None:
            over()
            self._failed(error)

        self._session.engines.inspector.submit(
            request, done=finished, failed=failed, cancelled=over, owner=self,
            replaces=f"understand {key}",
        )  # fmt: skip

    def _failed(self, error: StudioError) -> None:
        self.view.banner.show_text("bad", escape(str(error)), "Try again")

    def _try_again(self) -> None:
        self.view.banner.hide()
        self._ask_layers()
        self._ask_answer()
        self._show_layer()

    # --- saving ---------------------------------------------------------------------------------

    def _ask_save(self) -> None:
        node = self.view.tree.current_layer()
        if node is None:
            return
        start = str(Path.home() / f"{short_name(node.name)}.png")
        name, _ = QFileDialog.getSaveFileName(self, "Save as a picture", start, "PNG (*.png)")
        if name:
            path = Path(name)
            self.save_picture(path if path.suffix else path.with_suffix(".png"))

    def save_picture(self, path: Path) -> None:
        """Save filters and maps as shown, whole, as PNG; a disk that refuses is shown."""
        view = self.view
        image = rendered(view.content, [view.maps, view.units, view.classes])
        try:
            write_png(path, image)
        except StudioError as error:
            self._session.failed.emit(error)

"""Building the open data set: drops, paste, camera, labelling, and the line about balance."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtCore import QObject, QRect
from PySide6.QtGui import QGuiApplication, QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog, QStackedWidget, QWidget

from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.data.names import is_picture_name
from studio.ui.panes.common import PICTURE_FILTER
from studio.ui.panes.data.collecting.collector import Collector
from studio.ui.panes.data.collecting.consent import Consent
from studio.ui.panes.data.collecting.refresh import Refreshed
from studio.ui.panes.data.collecting.targets import is_own
from studio.ui.panes.data.listing import Listing
from studio.ui.panes.data.order import class_names, first_output
from studio.ui.panes.data.view import DataView
from studio.ui.panes.start import describe_drop
from studio.ui.session import Session
from studio.ui.widgets.drop import dropped_paths
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.numbers import count, shorten

if TYPE_CHECKING:
    from studio.ui.panes.data.collecting.camera import CameraDialog
    from studio.ui.panes.data.collecting.labelling import Labelling
    from studio.ui.panes.data.collecting.new_dataset import NewDataset


class Build(QObject):
    """Connects what a person does with pictures from outside to the collector.

    The pages of labelling and of a new data set come into the pane's stack when they are first
    wanted, and leave the one in front that was there before.
    """

    def __init__(
        self, session: Session, view: DataView, listing: Listing, pages: QStackedWidget,
        parent: QWidget,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._view, self._pages, self._pane = session, view, pages, parent
        self.collector = Collector(session, listing.first, self)
        self.consent = Consent(session, self.collector, parent)
        self.camera: CameraDialog | None = None
        self._labelling: Labelling | None = None
        self._new: NewDataset | None = None
        self._before: QWidget = view
        self._connect()
        self._keys()
        self._show()

    def _connect(self) -> None:
        session, view = self._session, self._view
        view.balance.class_asked.connect(view.classes.choose)
        view.unlabelled.action.connect(self.label)
        self.collector.told.connect(self._tell)
        view.classes.files_dropped.connect(self.drop_on_class)
        view.classes.describe_files = self.describe_class_drop
        view.ways.camera.clicked.connect(self.open_camera)
        view.ways.paste.clicked.connect(self.paste)
        view.ways.files.clicked.connect(self.ask_files)
        session.project_changed.connect(self._follow_project)
        for signal in (session.dataset_changed, session.labels_changed, session.peek_changed):
            signal.connect(self._show)
        session.build_requested.connect(self.ask_new)

    def _keys(self) -> None:
        for keys, act in (
            (QKeySequence(QKeySequence.StandardKey.Paste), self.paste),
            (QKeySequence("Ctrl+L"), self.label),
            (QKeySequence("Ctrl+Shift+C"), self.open_camera),
        ):
            shortcut = QShortcut(keys, self._pane)
            shortcut.activated.connect(act)

    def refreshed(self, before: Dataset | None) -> Refreshed | None:
        """How the data set that comes follows from the one before; None where it is another."""
        found = self.collector.refreshed
        return found if before is not None and found is not None and (
            found.before is before.paths
        ) else None  # fmt: skip

    def add_to_menu(self, menu: Menu) -> None:
        """What can be done with pictures from outside, in a menu that is about to open."""
        can = self._session.dataset is not None and self._session.peek is None
        menu.add("Add pictures…", self.ask_files, "image", enabled=can)
        menu.add("Paste pictures", self.paste, "paste", "Ctrl+V", enabled=can)
        menu.add("Take pictures…", self.open_camera, "camera", "Ctrl+Shift+C", enabled=can)
        some = bool(self._unlabelled())
        menu.add("Label pictures", self.label, "tag", "Ctrl+L", enabled=some)
        menu.add("New data set…", self._session.build_requested.emit, "plus", "Ctrl+Shift+N")

    # --- files ----------------------------------------------------------------------------------

    def describe_class_drop(self, index: int, paths: list[str]) -> tuple[bool, str]:
        """What a drop of files on a class does."""
        if self.collector.refusal() is not None:
            return True, "This data set takes no more pictures: make a new one"
        name = shorten(display_name(self._name(index) or ""), 40)
        kind = "picture" if all(map(is_picture_name, paths)) else "file"
        return True, f"Add {count(len(paths), kind)} to “{name}”"

    def drop_on_class(self, index: int, paths: list[str]) -> None:
        """Copy what was dropped into a class; the data set's own pictures change their label."""
        name = self._name(index)
        rest = self._relabel_own(paths, name) if name is not None else paths
        if rest:
            self.consent.add(len(rest), name, partial(self.collector.add_files, rest, name))

    def describe_drop(self, paths: list[str]) -> tuple[bool, str]:
        """What a drop beside the list of classes does: adds pictures, or opens something."""
        if not self._takes(paths):
            return describe_drop(paths)
        index = self._view.classes.chosen()
        name = self._name(index)
        pictures = f"Add {count(len(paths), 'picture')}"
        if name is not None:
            return True, f"{pictures} to “{display_name(name)}”"
        if is_own(self._session.original):
            return True, f"{pictures} without a class"
        return False, "Choose a class first, or drop them on one in the list"

    def take_drop(self, paths: list[str]) -> bool:
        """Add what was dropped beside the list; False where it is to be opened instead."""
        if not self._takes(paths):
            return False
        self.drop_on_class(self._view.classes.chosen(), paths)
        return True

    def area(self) -> QRect:
        """Where the pane says what a drop does: beside the classes, which say it themselves."""
        work = self._view.frame.work
        if self._pages.currentWidget() is not self._view or self._session.dataset is None:
            return self._pane.rect()
        return QRect(work.mapTo(self._pane, work.rect().topLeft()), work.size())

    def ask_files(self) -> None:
        """Ask for pictures to add to the chosen class."""
        if self.consent.refused():
            return
        names, _ = QFileDialog.getOpenFileNames(
            self._pane, "Add pictures", str(Path.home()), PICTURE_FILTER
        )
        if names:
            self.drop_on_class(self._view.classes.chosen(), names)

    def paste(self) -> None:
        """Add the files or the picture of the clipboard to the chosen class."""
        data = QGuiApplication.clipboard().mimeData()
        name = self._name(self._view.classes.chosen())
        if paths := dropped_paths(data):
            self.consent.add(len(paths), name, partial(self.collector.add_files, paths, name))
        elif data.hasImage() and not (image := QGuiApplication.clipboard().image()).isNull():
            from studio.ui.panes.classify.pasted import array_of

            pixels = array_of(image)
            self.consent.add(1, name, partial(self.collector.add_pixels, pixels, name))
        else:
            self._view.done.setText("There is no picture to paste.")

    # --- camera, labels, a new data set -----------------------------------------------------------

    def open_camera(self) -> None:
        """Take pictures into the chosen class."""
        name = self._name(self._view.classes.chosen())
        if name is None and not is_own(self._session.original):
            name = self._name(0)
        self.consent.add(0, name, lambda: self._open_camera(name or ""))

    def _open_camera(self, name: str) -> None:
        from studio.ui.panes.data.collecting.camera import CameraDialog

        self.camera = CameraDialog(self._session, self.collector, name, parent=self._pane.window())
        self.camera.closed.connect(partial(setattr, self, "camera", None))
        self.camera.open()

    def label(self) -> None:
        """Go through the pictures that have no label."""
        if self._session.peek is not None or not self._unlabelled():
            self._view.done.setText("Every picture has a label.")
            return
        if self._labelling is None:
            from studio.ui.panes.data.collecting.labelling import Labelling

            self._labelling = Labelling(self._session)
            self._labelling.left.connect(self._back_to_pictures)
            self._pages.addWidget(self._labelling)
        self._pages.setCurrentWidget(self._labelling)
        self._labelling.start()

    def ask_new(self) -> None:
        """Ask what a new data set is to show."""
        if self._new is None:
            from studio.ui.panes.data.collecting.new_dataset import NewDataset

            self._new = NewDataset(self._session)
            self._pages.addWidget(self._new)
            self._new.left.connect(lambda: self._pages.setCurrentWidget(self._before))
        if self._pages.currentWidget() is not self._new:
            self._before = self._pages.currentWidget() or self._view
        self._session.pane_requested.emit("data")
        self._pages.setCurrentWidget(self._new)
        self._new.start()

    def _back_to_pictures(self) -> None:
        if self._session.dataset is not None:
            self._pages.setCurrentWidget(self._view)
            self._view.grid.setFocus()

    # --- inside ---------------------------------------------------------------------------------

    def _name(self, index: int) -> str | None:
        dataset = self._session.dataset
        names = class_names(dataset) if dataset is not None else ()
        return names[index] if 0 <= index < len(names) else None

    def _takes(self, paths: list[str]) -> bool:
        """Whether a drop beside the list is pictures for the open data set."""
        if self._session.dataset is None or self._session.peek is not None:
            return False
        if self._pages.currentWidget() is not self._view or self.collector.refusal() is not None:
            return False
        return all(is_picture_name(path) for path in paths)

    def _relabel_own(self, paths: list[str], name: str) -> list[str]:
        """Give pictures that are in the data set the class; returns the others."""
        from studio.data.overlay.actions import Relabel

        dataset = self._session.dataset
        if dataset is None:
            return paths
        begin = f"{dataset.root}/"
        mine = [p for p in paths if p.startswith(begin)]
        if not mine:
            return paths
        known = set(dataset.paths)
        inside = {p: p[len(begin) :] for p in mine if p[len(begin) :] in known}
        if inside:
            action = Relabel(
                output=first_output(dataset), classes=(name,), paths=tuple(inside.values())
            )
            self._session.changes.perform(action)
        return [p for p in paths if p not in inside]

    def _unlabelled(self) -> int:
        dataset = self._session.dataset
        output = first_output(dataset) if dataset is not None else ""
        if dataset is None or not output or self._session.peek is not None:
            return 0
        excluded = self._session.changes.excluded()
        return int(np.count_nonzero(~dataset.has_label(output) & ~excluded))

    def _show(self) -> None:
        """The line about balance, and the banner about pictures without a label."""
        session = self._session
        dataset = session.dataset if session.peek is None else None
        can = self.collector.refusal() is None
        self._view.classes.accepts_files = dataset is not None
        self._view.balance.show_dataset(dataset if can else None)
        number = self._unlabelled()
        if number:
            has = "has" if number == 1 else "have"
            self._view.unlabelled.show_text(
                "info", f"<b>{count(number, 'picture')} {has} no label yet.</b> "
                "One key a picture says what it shows.",
                "Label it" if number == 1 else "Label them",
            )  # fmt: skip
        self._view.unlabelled.setVisible(bool(number))
        if number:
            self._view.banners.show()
        is_empty = dataset is not None and can and not len(dataset)
        self._view.ways.setVisible(is_empty)

    def _follow_project(self) -> None:
        """A copy of the project has a copy of the pictures that are kept in it: use that."""
        session = self._session
        project, original = session.project, session.original
        if project is None or original is None or session.peek is not None:
            return
        place = project.dataset_path()
        if place is None or place == original.place or original.format != "collection":
            return
        if place.is_relative_to(project.path):
            self.collector.move_to(place)

    def _tell(self, sentence: str) -> None:
        is_added = " added" in sentence and not sentence.startswith("0 ")
        self._view.done.setText(f"{sentence} Ctrl+Z takes this back." if is_added else sentence)

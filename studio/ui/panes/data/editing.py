"""Changes of the chosen pictures and of the classes, by keys and menus; all can be undone."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, Qt

from studio.core.errors import StudioError
from studio.core.paths import display_name
from studio.data.dataset import SPLITS, Dataset
from studio.ui.panes.data.order import class_names, first_output
from studio.ui.panes.data.view import DataView
from studio.ui.session import Session
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.numbers import count

if TYPE_CHECKING:
    from studio.data.overlay.actions import Action, Mode

KEYS = 9
"""So many classes have a number key."""


class Editing(QObject):
    """Turns what a person does to pictures and classes into actions of the overlay.

    Nothing happens while a folder is only looked into. Actions are imported when the first is
    done: the first paint need not wait for them.
    """

    def __init__(self, session: Session, view: DataView, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._view = session, view
        self.menu: Menu | None = None
        view.grid.exclude_asked.connect(self.toggle_excluded)
        view.grid.digit_pressed.connect(self.label_by_number)
        view.grid.menu_asked.connect(self.open_menu)
        view.inspector.exclude_asked.connect(self.toggle_excluded)
        view.classes.menu_asked.connect(self.open_class_menu)
        # The editor closes first: the list is filled anew by what it asks for.
        view.classes.classes.rename_asked.connect(
            self.rename_class, Qt.ConnectionType.QueuedConnection
        )

    # --- pictures -------------------------------------------------------------------------------

    def toggle_excluded(self) -> None:
        """Leave the chosen pictures out; take them in again where all of them are out."""
        from studio.data.overlay.actions import Exclude, Include

        dataset, rows = self._chosen()
        if dataset is not None:
            paths = _paths(dataset, rows)
            is_out = self._are_excluded(rows)
            self._perform(Include(paths=paths) if is_out else Exclude(paths=paths))

    def label_by_number(self, number: int) -> None:
        """Give the chosen pictures the n-th class, counted from 1."""
        dataset, _ = self._chosen()
        names = class_names(dataset) if dataset is not None else ()
        if dataset is not None and number <= len(names):
            self.relabel(first_output(dataset), names[number - 1])

    def relabel(self, output: str, name: str) -> None:
        """Give the chosen pictures a class.

        Where a picture may have several, add it; take it away where all of them have it.
        """
        from studio.data.overlay.actions import Relabel

        dataset, rows = self._chosen()
        if dataset is None or name not in dataset.outputs.get(output, ()):
            return
        has = _has(dataset, rows, output, name)
        is_multi = dataset.is_multi_label(output)
        if has.all() and not is_multi:
            return
        mode: Mode = "set" if not is_multi else "remove" if has.all() else "add"
        paths = _paths(dataset, rows if has.all() else rows[~has])
        self._perform(Relabel(output=output, classes=(name,), mode=mode, paths=paths))

    def unlabel(self, output: str) -> None:
        """Take the label of the chosen pictures."""
        from studio.data.overlay.actions import Relabel

        dataset, rows = self._chosen()
        if dataset is not None and output in dataset.outputs:
            paths = _paths(dataset, rows[dataset.has_label(output)[rows]])
            self._perform(Relabel(output=output, mode="clear", paths=paths))

    def use_for(self, word: str) -> None:
        """Say what the chosen pictures are used for: the word of a split, or ``drawn``."""
        from studio.data.overlay.actions import MoveToSplit

        dataset, rows = self._chosen()
        if dataset is not None:
            paths = _paths(dataset, rows)
            self._perform(MoveToSplit(paths=paths, split=word))  # type: ignore[arg-type]

    # --- classes --------------------------------------------------------------------------------

    def rename_class(self, index: int, new_name: str) -> None:
        """Call a class of the first output otherwise; an existing name makes the two one."""
        from studio.data.overlay.actions import RenameClass

        dataset = self._dataset()
        names = class_names(dataset) if dataset is not None else ()
        new_name = new_name.strip()
        if dataset is None or not 0 <= index < len(names) or new_name in ("", names[index]):
            return
        if new_name in names:
            self.merge_classes(index, new_name)
            return
        try:
            action = RenameClass(output=first_output(dataset), name=names[index], new_name=new_name)
        except StudioError as error:
            self._session.failed.emit(error)
            return
        self._perform(action)

    def merge_classes(self, index: int, into: str) -> None:
        """Make a class of the first output part of another one."""
        from studio.data.overlay.actions import MergeClasses

        dataset = self._dataset()
        if dataset is not None:
            name = class_names(dataset)[index]
            self._perform(MergeClasses(output=first_output(dataset), names=(name,), into=into))

    # --- menus ----------------------------------------------------------------------------------

    def open_menu(self, at: QPoint) -> None:
        """The menu of the chosen pictures, at a place of the screen."""
        dataset, rows = self._chosen()
        if dataset is None:
            return
        menu = self._new_menu()
        for output in dataset.outputs:
            title = "Class" if len(dataset.outputs) == 1 else display_name(output)
            menu.addMenu(self._labels_menu(menu, dataset, rows, output, title))
        splits = Menu("Use for", menu)
        for split in SPLITS:
            splits.add(split.label, partial(self.use_for, split.word))
        splits.addSeparator()
        splits.add("As the split says", partial(self.use_for, "drawn"))
        menu.addMenu(splits)
        menu.addSeparator()
        menu.add(exclude_words(len(rows), self._are_excluded(rows)), self.toggle_excluded,
                 "eyeoff", "Del")  # fmt: skip
        menu.popup(at)

    def open_class_menu(self, index: int, at: QPoint) -> None:
        """The menu of one class of the first output, at a place of the screen."""
        dataset = self._dataset()
        if dataset is None:
            return
        names = class_names(dataset)
        menu = self._new_menu()
        menu.add("Rename", partial(self._view.classes.rename, index), "edit", "F2")
        merge = Menu("Merge into", menu)
        for name in names:
            if name != names[index]:
                merge.add(_entry(name), partial(self.merge_classes, index, name))
        merge.setEnabled(len(names) > 1)
        menu.addMenu(merge)
        menu.popup(at)

    def _labels_menu(
        self, parent: Menu, dataset: Dataset, rows: NDArray[np.int64], output: str, title: str
    ) -> Menu:
        menu = Menu(title, parent)

        def fill() -> None:  # when it opens: there may be ten thousand classes
            if not menu.isEmpty():
                return
            is_first = output == first_output(dataset)
            for i, name in enumerate(dataset.outputs[output]):
                mark = "check" if _has(dataset, rows, output, name).all() else ""
                key = str(i + 1) if is_first and i < KEYS else ""
                menu.add(_entry(name), partial(self.relabel, output, name), mark, key)
            menu.addSeparator()
            menu.add("No label", partial(self.unlabel, output))

        menu.aboutToShow.connect(fill)
        return menu

    def _new_menu(self) -> Menu:
        menu = self.menu = Menu("", self._view)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    # --- inside ---------------------------------------------------------------------------------

    def _dataset(self) -> Dataset | None:
        """The open data set, while it is what is shown."""
        dataset = self._session.dataset
        return dataset if self._view.grid.pictures.dataset() is dataset else None

    def _chosen(self) -> tuple[Dataset | None, NDArray[np.int64]]:
        dataset, rows = self._dataset(), self._view.grid.chosen_rows()
        return (dataset if len(rows) else None), rows

    def _are_excluded(self, rows: NDArray[np.int64]) -> bool:
        return bool(self._session.changes.excluded()[rows].all())

    def _perform(self, action: Action) -> None:
        self._session.changes.perform(action)


def exclude_words(number: int, are_excluded: bool) -> str:
    """“Exclude 4 pictures”, or the way back."""
    verb = "Include" if are_excluded else "Exclude"
    return verb if number == 1 else f"{verb} {count(number, 'picture')}"


def _paths(dataset: Dataset, rows: NDArray[np.int64]) -> list[str]:
    return [dataset.paths[row] for row in rows.tolist()]


def _has(dataset: Dataset, rows: NDArray[np.int64], output: str, name: str) -> NDArray[np.bool_]:
    """``(rows,) bool`` which of these pictures have a class."""
    index = dataset.outputs[output].index(name)
    labels = dataset.labels[output][rows]
    return np.asarray(labels[:, index] == 1 if labels.ndim == 2 else labels == index)


def _entry(name: str) -> str:
    """The name of a class in a menu, where “&” would mark a key."""
    return display_name(name).replace("&", "&&")

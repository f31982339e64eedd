"""Changes of the chosen pictures and of the classes, by keys and menus; all can be undone."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, Qt, Signal

from studio.core.errors import StudioError
from studio.core.paths import display_name
from studio.data.dataset import SPLITS, Dataset
from studio.ui.panes.data.order import class_names, shown_output
from studio.ui.panes.data.picker import ClassPicker
from studio.ui.panes.data.view import DataView
from studio.ui.session import Session
from studio.ui.widgets.menu import Menu
from studio.ui.widgets.numbers import count

if TYPE_CHECKING:
    from studio.data.overlay.actions import Action, Mode

KEYS = 9
"""So many classes have a number key."""

MENU_CLASSES = 40
"""More are chosen from a list in which one can type."""


class Editing(QObject):
    """Turns what a person does to pictures and classes into actions of the overlay.

    Nothing happens while a folder is only looked into. Actions are imported when the first is
    done: the first paint need not wait for them.

    Signals:
        pick_asked(str): the list of the classes of an output is wanted, for the chosen pictures.
    """

    pick_asked = Signal(str)

    def __init__(self, session: Session, view: DataView, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._view = session, view
        self.menu: Menu | None = None
        view.grid.exclude_asked.connect(self.toggle_excluded)
        view.grid.digit_pressed.connect(self.label_by_number)
        view.grid.menu_asked.connect(self.open_menu)
        view.inspector.exclude_asked.connect(self.toggle_excluded)
        view.classes.menu_asked.connect(self.open_class_menu)
        view.classes.remove_asked.connect(self.remove_class)
        view.classes.classes.add_asked.connect(self.add_class, Qt.ConnectionType.QueuedConnection)
        # The editor closes first: the list is filled anew by what it asks for.
        view.classes.classes.rename_asked.connect(
            self.rename_class, Qt.ConnectionType.QueuedConnection
        )

    # --- pictures -------------------------------------------------------------------------------

    def toggle_excluded(self) -> None:
        """Leave the chosen pictures out; take them in again where all of them are out."""
        dataset, rows = self.chosen()
        if dataset is not None:
            self.exclude(not self._are_excluded(rows))

    def exclude(self, out: bool) -> None:
        """Leave the chosen pictures out, or take them in again; those that are so stay."""
        from studio.data.overlay.actions import Exclude, Include

        dataset, rows = self.chosen()
        if dataset is not None:
            paths = _paths(dataset, rows[self._session.changes.excluded()[rows] != out])
            self._perform(Exclude(paths=paths) if out else Include(paths=paths))

    def tag(self, word: str, on: bool = True) -> None:
        """Put a tag on the chosen pictures, or take it off; nothing on those that are so."""
        from studio.data.overlay.actions import Tag, Untag

        dataset, rows = self.chosen()
        result = self._session.changes.result
        if dataset is None or result is None:
            return
        mask = result.tags.get(word, np.zeros(len(dataset), bool))
        paths = _paths(dataset, rows[mask[rows] != on])
        self._try(lambda: Tag(paths=paths, tag=word) if on else Untag(paths=paths, tag=word))

    def label_by_number(self, number: int) -> None:
        """Give the chosen pictures the n-th class, counted from 1."""
        dataset, _ = self.chosen()
        output = self.output(dataset)
        names = class_names(dataset, output) if dataset is not None else ()
        if dataset is not None and number <= len(names):
            self.relabel(output, names[number - 1])

    def label_anew(self, output: str, name: str) -> None:
        """Give the chosen pictures a class that is added to the output."""
        from studio.data.overlay.actions import Relabel

        dataset, rows = self.chosen()
        name = name.strip()
        if dataset is None or output not in dataset.outputs:
            return
        if name in dataset.outputs[output]:
            self.relabel(output, name)
            return
        mode: Mode = "add" if dataset.is_multi_label(output) else "set"
        paths = _paths(dataset, rows)
        self._try(lambda: Relabel(output=output, classes=(name,), mode=mode, paths=paths))

    def relabel(self, output: str, name: str, may_take: bool = True) -> None:
        """Give the chosen pictures a class.

        Where a picture may have several, add it.

        Args:
            may_take: of several, take it away where all of them have it.
        """
        from studio.data.overlay.actions import Relabel

        dataset, rows = self.chosen()
        if dataset is None or name not in dataset.outputs.get(output, ()):
            return
        has = _has(dataset, rows, output, name)
        is_multi = dataset.is_multi_label(output)
        if has.all() and not (is_multi and may_take):
            return
        mode: Mode = "set" if not is_multi else "remove" if has.all() else "add"
        paths = _paths(dataset, rows if has.all() else rows[~has])
        self._perform(Relabel(output=output, classes=(name,), mode=mode, paths=paths))

    def unlabel(self, output: str) -> None:
        """Take the label of the chosen pictures."""
        from studio.data.overlay.actions import Relabel

        dataset, rows = self.chosen()
        if dataset is not None and output in dataset.outputs:
            paths = _paths(dataset, rows[dataset.has_label(output)[rows]])
            self._perform(Relabel(output=output, mode="clear", paths=paths))

    def use_for(self, word: str) -> None:
        """Say what the chosen pictures are used for: the word of a split, or ``drawn``."""
        from studio.data.overlay.actions import MoveToSplit

        dataset, rows = self.chosen()
        if dataset is not None:
            paths = _paths(dataset, rows)
            self._perform(MoveToSplit(paths=paths, split=word))  # type: ignore[arg-type]

    # --- classes --------------------------------------------------------------------------------

    def rename_class(self, index: int, new_name: str) -> None:
        """Call a class of the shown output otherwise; an existing name makes the two one."""
        from studio.data.overlay.actions import RenameClass

        dataset = self._dataset()
        output = self.output(dataset)
        names = class_names(dataset, output) if dataset is not None else ()
        new_name = new_name.strip()
        if dataset is None or not 0 <= index < len(names) or new_name in ("", names[index]):
            return
        if new_name in names:
            self.merge_classes(index, new_name)
            return
        self._try(lambda: RenameClass(output=output, name=names[index], new_name=new_name))

    def merge_classes(self, index: int, into: str) -> None:
        """Make a class of the shown output part of another one."""
        from studio.data.overlay.actions import MergeClasses

        dataset = self._dataset()
        if dataset is not None:
            output = self.output(dataset)
            name = class_names(dataset, output)[index]
            self._perform(MergeClasses(output=output, names=(name,), into=into))

    def add_class(self, name: str) -> None:
        """Add a class to the shown output, and choose it; one that is there is only chosen."""
        from studio.data.overlay.actions import AddClass

        dataset = self._dataset()
        output, name = self.output(dataset), name.strip()
        if dataset is None or not output or not name:
            return
        if name not in dataset.outputs[output]:
            self._try(lambda: AddClass(output=output, name=name))
        now = self._session.dataset
        names = class_names(now, output) if now is not None else ()
        if name in names:
            self._view.classes.choose(names.index(name))

    def remove_class(self, index: int) -> None:
        """Take a class of the shown output away; its pictures stay, without that label."""
        from studio.data.overlay.actions import RemoveClass

        dataset = self._dataset()
        output = self.output(dataset)
        if dataset is not None and 0 <= index < len(class_names(dataset, output)):
            name = class_names(dataset, output)[index]
            self._perform(RemoveClass(output=output, name=name))

    def output(self, dataset: Dataset | None) -> str:
        """The output whose classes are listed, to which keys and drops give labels."""
        return "" if dataset is None else shown_output(dataset, self._view.classes.output)

    # --- menus ----------------------------------------------------------------------------------

    def open_menu(self, at: QPoint) -> None:
        """The menu of the chosen pictures, at a place of the screen."""
        dataset, rows = self.chosen()
        if dataset is None:
            return
        menu = self.new_menu()
        for output in dataset.outputs:
            title = "Class" if len(dataset.outputs) == 1 else display_name(output)
            if len(dataset.outputs[output]) > MENU_CLASSES:
                key = "L" if output == self.output(dataset) else ""
                menu.add(f"{title}…", partial(self.pick_asked.emit, output), "", key)
            else:
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
        """The menu of one class of the shown output, at a place of the screen."""
        dataset = self._dataset()
        if dataset is None:
            return
        names = class_names(dataset, self.output(dataset))
        menu = self.new_menu()
        menu.add("Rename", partial(self._view.classes.rename, index), "edit", "F2")
        if len(names) > MENU_CLASSES:
            menu.add("Merge into…", partial(self._pick_merge, index, at))
        else:
            merge = Menu("Merge into", menu)
            for name in names:
                if name != names[index]:
                    merge.add(_entry(name), partial(self.merge_classes, index, name))
            merge.setEnabled(len(names) > 1)
            menu.addMenu(merge)
        menu.add("Add a class", self._view.classes.add_class, "plus")
        menu.addSeparator()
        remove = menu.add("Remove the class", partial(self.remove_class, index), "trash", "Del",
                          role="bad")  # fmt: skip
        remove.setToolTip("Its pictures stay, without this label. Ctrl+Z brings it back.")
        menu.popup(at)

    def _pick_merge(self, index: int, at: QPoint) -> None:
        dataset = self._dataset()
        if dataset is None:
            return
        names = class_names(dataset, self.output(dataset))
        others = [name for i, name in enumerate(names) if i != index]
        picker = ClassPicker(
            others, np.zeros(len(others), np.int8), may_add=False, may_clear=False,
            title="Merge into", parent=self._view,
        )  # fmt: skip
        picker.picked.connect(partial(self.merge_classes, index))
        picker.open_at(None, at)

    def _labels_menu(
        self, parent: Menu, dataset: Dataset, rows: NDArray[np.int64], output: str, title: str
    ) -> Menu:
        menu = Menu(title, parent)

        def fill() -> None:  # when it opens: there may be ten thousand classes
            if not menu.isEmpty():
                return
            is_first = output == self.output(dataset)
            for i, name in enumerate(dataset.outputs[output]):
                mark = "check" if _has(dataset, rows, output, name).all() else ""
                key = str(i + 1) if is_first and i < KEYS else ""
                menu.add(_entry(name), partial(self.relabel, output, name), mark, key)
            menu.addSeparator()
            menu.add("No label", partial(self.unlabel, output))

        menu.aboutToShow.connect(fill)
        return menu

    def new_menu(self) -> Menu:
        """An empty menu, which goes when it closes."""
        menu = self.menu = Menu("", self._view)
        menu.aboutToHide.connect(menu.deleteLater)
        return menu

    # --- inside ---------------------------------------------------------------------------------

    def _dataset(self) -> Dataset | None:
        """The open data set, while it is what is shown."""
        dataset = self._session.dataset
        return dataset if self._view.grid.pictures.dataset() is dataset else None

    def chosen(self) -> tuple[Dataset | None, NDArray[np.int64]]:
        """The open data set and its chosen rows; None where nothing can be changed."""
        dataset, rows = self._dataset(), self._view.grid.chosen_rows()
        return (dataset if len(rows) else None), rows

    def _are_excluded(self, rows: NDArray[np.int64]) -> bool:
        return bool(self._session.changes.excluded()[rows].all())

    def _perform(self, action: Action) -> None:
        self._session.changes.perform(action)

    def _try(self, make: Callable[[], Action]) -> None:
        """Do an action with a name that a person wrote, which may be no good one."""
        try:
            action = make()
        except StudioError as error:
            self._session.failed.emit(error)
            return
        self._perform(action)


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

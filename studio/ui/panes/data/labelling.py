"""Labels, split and tags of the chosen pictures: by the inspector, by keys, and by dragging."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from studio.core.paths import display_name
from studio.data.dataset import SPLITS, Dataset
from studio.ui.panes.data.chosen_view import ChosenView
from studio.ui.panes.data.classes import ALL
from studio.ui.panes.data.editing import Editing
from studio.ui.panes.data.label_box import LabelBox, LabelRow
from studio.ui.panes.data.notes import EXCLUDED, NO_LABEL, TAG
from studio.ui.panes.data.order import class_names
from studio.ui.panes.data.picker import ALL_HAVE, NONE_HAS, SOME_HAVE, ClassPicker
from studio.ui.panes.data.view import DataView
from studio.ui.session import Session
from studio.ui.widgets.numbers import count

if TYPE_CHECKING:
    from studio.data.overlay.apply import OverlayResult

SEVERAL, NO_CLASS = "several", "none"


class Labelling(QObject):
    """Fills the controls of the inspector, and does what they, keys and drops ask for."""

    def __init__(
        self, session: Session, view: DataView, editing: Editing, chosen: ChosenView,
        parent: QObject,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._session, self._view, self._editing = session, view, editing
        self.picker: ClassPicker | None = None
        for box in (view.inspector.labels, view.inspector.many_labels):
            box.pick_asked.connect(self.pick)
            box.split_chosen.connect(editing.use_for)
            box.split_left.connect(partial(editing.use_for, "drawn"))
            box.tag_added.connect(self._tag)
            box.tag_removed.connect(partial(editing.tag, on=False))
            box.tagging_left.connect(lambda: view.grid.setFocus())
        editing.pick_asked.connect(self.pick)
        chosen.shown.connect(self.show)
        self._add_keys()
        view.classes.describe_pictures = self._on_class
        view.notes.describe_pictures = self._on_note
        view.classes.pictures_dropped.connect(self._dropped_on_class)
        view.notes.pictures_dropped.connect(self._dropped_on_note)
        view.notes.menu_asked.connect(self._open_note_menu)
        self.show()

    # --- inspector ------------------------------------------------------------------------------

    def show(self) -> None:
        """Show what is chosen now; nothing where it cannot be changed."""
        inspector = self._view.inspector
        dataset, rows = self._chosen()
        for box in (inspector.labels, inspector.many_labels):
            box.setVisible(dataset is not None)
        result = self._session.changes.result
        if dataset is None or result is None:
            return
        box = inspector.labels if len(rows) == 1 else inspector.many_labels
        shown = self._editing.output(dataset)
        box.set_labels([_label_row(dataset, rows, o, o == shown) for o in dataset.outputs])
        self._show_split(box, result, rows)
        box.tags.set_chips(_chips(result, rows), sorted(result.tags, key=str.casefold))

    def _show_split(self, box: LabelBox, result: OverlayResult, rows: NDArray[np.int64]) -> None:
        assignment = self._session.assignment
        is_there = len(assignment) == len(result.moved)
        splits: list[int] = np.unique(assignment[rows]).tolist() if is_there else []
        word = SPLITS[splits[0]].word if len(splits) == 1 and splits[0] >= 0 else ""
        moved = int(np.count_nonzero(result.is_moved_by_hand(rows)))
        words = "Set by you." if len(rows) == 1 else f"Set by you: {moved:,} of {len(rows):,}."
        box.set_split(word, words if moved else "")

    # --- class and tag --------------------------------------------------------------------------

    def pick(self, output: str = "") -> None:
        """Open the list of the classes of an output, by default of the shown one."""
        dataset, rows = self._chosen()
        output = output or self._editing.output(dataset)
        if dataset is None or output not in dataset.outputs:
            return
        several = len(dataset.outputs) > 1
        picker = self.picker = ClassPicker(
            dataset.outputs[output], _has(dataset, rows, output), dataset.is_multi_label(output),
            title=display_name(output) if several else "Class", parent=self._view,
        )  # fmt: skip
        picker.picked.connect(partial(self._editing.relabel, output))
        picker.created.connect(partial(self._editing.label_anew, output))
        picker.cleared.connect(partial(self._editing.unlabel, output))
        picker.destroyed.connect(lambda: setattr(self, "picker", None))
        field = self._box(rows).fields.get(output)
        if field is not None and field.isVisible():
            picker.open_at(field, width=field.width())
        else:  # the inspector is a drawer that is shut
            grid = self._view.grid
            at = grid.visualRect(grid.currentIndex()).bottomLeft()
            picker.open_at(None, grid.viewport().mapToGlobal(at))

    def write_tag(self) -> None:
        """Let the person write a tag for the chosen pictures."""
        dataset, rows = self._chosen()
        if dataset is None:
            return
        box = self._box(rows)
        if not box.isVisible():
            self._view.frame.open_drawer("right", True)
        box.tags.write()
        self._view.inspector.scroll_to(box.tags)

    def _tag(self, word: str) -> None:
        self._editing.tag(word)
        self._view.grid.setFocus()

    def _add_keys(self) -> None:
        homes: tuple[QWidget, ...] = (self._view.grid, self._view.inspector)
        for key, act in (("L", self.pick), ("T", self.write_tag)):
            for home in homes:
                shortcut = QShortcut(QKeySequence(key), home)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(act)

    # --- drops ----------------------------------------------------------------------------------

    def _on_class(self, index: int) -> tuple[bool, str]:
        dataset, rows = self._chosen()
        if dataset is None:
            return False, "The pictures are still being opened."
        if index == ALL:
            return False, "All pictures are here already. Drop them on a class."
        output = self._editing.output(dataset)
        name = class_names(dataset, output)[index]
        if bool((_has(dataset, rows, output, index) == ALL_HAVE).all()):
            they = "It shows" if len(rows) == 1 else "They all show"
            return False, f"{they} “{display_name(name)}” already."
        verb = "Add" if dataset.is_multi_label(output) else "Label"
        pictures = count(len(rows), "picture")
        if verb == "Add":
            return True, f"Add “{display_name(name)}” to {pictures}"
        return True, f"Label {pictures} “{display_name(name)}”"

    def _on_note(self, key: str) -> tuple[bool, str]:
        dataset, rows = self._chosen()
        result = self._session.changes.result
        if dataset is None or result is None:
            return False, "The pictures are still being opened."
        pictures = count(len(rows), "picture")
        if key == EXCLUDED:
            is_new = not result.excluded[rows].all()
            return is_new, f"Exclude {pictures}" if is_new else "They are excluded already."
        if key == NO_LABEL:
            output = self._editing.output(dataset)
            has_any = bool(output) and bool(dataset.has_label(output)[rows].any())
            words = f"Take the label of {pictures}" if has_any else "They have no label."
            return has_any, words
        if key.startswith(TAG):
            tag = key.removeprefix(TAG)
            is_new = tag in result.tags and not result.tags[tag][rows].all()
            words = f"Tag {pictures} “{display_name(tag)}”"
            return is_new, words if is_new else "They wear this tag already."
        return False, "Drop them on a class to label them."

    def _dropped_on_class(self, index: int) -> None:
        dataset, _ = self._chosen()
        output = self._editing.output(dataset)
        names = class_names(dataset, output) if dataset is not None else ()
        if 0 <= index < len(names):
            self._editing.relabel(output, names[index], may_take=False)

    def _dropped_on_note(self, key: str) -> None:
        if key == EXCLUDED:
            self._editing.exclude(True)
        elif key == NO_LABEL:
            self._editing.unlabel(self._editing.output(self._chosen()[0]))
        elif key.startswith(TAG):
            self._editing.tag(key.removeprefix(TAG))

    # --- tags in the list -----------------------------------------------------------------------

    def _open_note_menu(self, key: str, at: QPoint) -> None:
        if not key.startswith(TAG):
            return
        menu = self._editing.new_menu()
        tag = key.removeprefix(TAG)
        menu.add("Take the tag off all pictures", partial(self._untag_all, tag), "tag")
        menu.popup(at)

    def _untag_all(self, tag: str) -> None:
        from studio.data.overlay.actions import Untag

        dataset, result = self._session.dataset, self._session.changes.result
        if dataset is None or result is None or tag not in result.tags:
            return
        if self._view.notes.chosen() == TAG + tag:
            self._view.classes.choose(ALL)
        paths = [dataset.paths[row] for row in np.flatnonzero(result.tags[tag]).tolist()]
        self._session.changes.perform(Untag(tag=tag, paths=paths))

    # --- inside ---------------------------------------------------------------------------------

    def _chosen(self) -> tuple[Dataset | None, NDArray[np.int64]]:
        return self._editing.chosen()

    def _box(self, rows: NDArray[np.int64]) -> LabelBox:
        inspector = self._view.inspector
        return inspector.labels if len(rows) == 1 else inspector.many_labels


def _has(
    dataset: Dataset, rows: NDArray[np.int64], output: str, index: int | None = None
) -> NDArray[np.int8]:
    """``(classes,) int8`` whether none, some or all of the pictures have each class (or one)."""
    classes = len(dataset.outputs[output])
    labels = dataset.labels[output][rows]
    if labels.ndim == 2:
        counts = np.count_nonzero(labels == 1, axis=0)
    else:
        counts = np.bincount(labels[labels >= 0], minlength=classes)
    if index is not None:
        counts = counts[[index]]
    return np.where(
        counts == len(rows), ALL_HAVE, np.where(counts > 0, SOME_HAVE, NONE_HAS)
    ).astype(np.int8)


def _label_row(dataset: Dataset, rows: NDArray[np.int64], output: str, is_shown: bool) -> LabelRow:
    title = "Class" if len(dataset.outputs) == 1 else display_name(output)
    names, has = dataset.outputs[output], _has(dataset, rows, output)
    all_have = [display_name(names[i]) for i in np.flatnonzero(has == ALL_HAVE).tolist()]
    if (has == SOME_HAVE).any():
        words = ", ".join([*all_have, SEVERAL]) if all_have else SEVERAL
        return LabelRow(output, title, words, False, is_shown)
    return LabelRow(output, title, ", ".join(all_have) or NO_CLASS, bool(all_have), is_shown)


def _chips(result: OverlayResult, rows: NDArray[np.int64]) -> list[tuple[str, str, str]]:
    chips = []
    for tag in sorted(result.tags, key=str.casefold):
        number = int(np.count_nonzero(result.tags[tag][rows]))
        if number:
            note = "" if number == len(rows) else f"{number:,} of {len(rows):,}"
            chips.append((tag, display_name(tag), note))
    return chips

"""Labels for pictures that have none: one large picture, one key, the next picture."""

from __future__ import annotations

from pathlib import PurePosixPath

import numpy as np
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from studio.core.errors import StudioError
from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.ui.panes.common import chain
from studio.ui.panes.data.collecting.key_list import KeyRow
from studio.ui.panes.data.collecting.labelling_view import LabellingView
from studio.ui.panes.data.collecting.pace import Pace, progress_words
from studio.ui.panes.data.order import class_names, first_output
from studio.ui.session import Session
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.widgets.numbers import count

AHEAD = 5
"""So many pictures are decoded before they are wanted."""

SIDE = 1024


def unlabelled_rows(dataset: Dataset, excluded: np.ndarray) -> np.ndarray:
    """Rows of the pictures that the first output says nothing of, and nobody left out."""
    output = first_output(dataset)
    if not output:
        return np.empty(0, np.int64)
    return np.flatnonzero(~dataset.has_label(output) & ~excluded)


class Labelling(LabellingView):
    """Asks for the label of one picture after the other; every label can be undone.

    Signals:
        left: the person is done, or goes back.
    """

    left = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._loader = ThumbnailLoader(self)
        self._loader.arrived.connect(self._arrived)
        self._dataset: Dataset | None = None
        self._paths: list[str] = []
        self._rows: dict[str, int] = {}
        self._place = 0
        self._steps: list[tuple[int, int]] = []
        self._pace = Pace()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Label pictures")
        self.leave.clicked.connect(self.finish)
        self.back.clicked.connect(lambda: self.go(-1))
        self.skip.clicked.connect(lambda: self.go(1))
        self.undo.clicked.connect(self.take_back)
        self.classes.chosen.connect(self.label)
        self.filter.textChanged.connect(lambda _text: self._show_classes())
        self.filter.installEventFilter(self)
        session.labels_changed.connect(self._follow)
        session.dataset_changed.connect(self._follow)
        for button in (self.back, self.skip, self.undo):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        chain(self, self.filter, self.back, self.skip, self.undo, self.leave)

    # --- what the person does -------------------------------------------------------------------

    def start(self) -> bool:
        """Begin with the pictures that have no label now; False where there are none."""
        dataset = self._session.dataset
        if dataset is None:
            return False
        rows = unlabelled_rows(dataset, self._session.changes.excluded())
        self._paths = [dataset.paths[row] for row in rows.tolist()]
        self._take(dataset)
        self._place, self._steps = 0, []
        self._pace.start()
        self.filter.clear()
        self._show()
        self.setFocus()
        return bool(self._paths)

    def finish(self) -> None:
        """Go back to all pictures."""
        self.left.emit()

    def label(self, name: str) -> None:
        """Give the picture in sight a class and go on to the next that has none."""
        from studio.data.overlay.actions import Relabel

        dataset = self._dataset
        if dataset is None or self._place >= len(self._paths):
            return
        output, stack = first_output(dataset), self._session.undo_stack
        is_multi = dataset.is_multi_label(output)
        path, place = self._paths[self._place], self._place
        if not is_multi and self._given() == (name,):
            self.go(1)
            return
        try:
            action = Relabel(
                output=output, classes=(name,), mode="add" if is_multi else "set", paths=(path,)
            )
        except StudioError as error:
            self._session.failed.emit(error)
            return
        if not self._session.changes.perform(action):
            return
        self._steps.append((stack.index(), place))
        self._pace.labelled()
        self.filter.clear()
        if is_multi:
            self._show()
        else:
            self.go(1)

    def go(self, step: int) -> None:
        """Show the next picture, or the one before."""
        self._place = min(max(0, self._place + step), len(self._paths))
        self._show()

    def take_back(self) -> None:
        """Take the last label and show its picture."""
        stack = self._session.undo_stack
        if self._steps and stack.index() == self._steps[-1][0]:
            _, place = self._steps.pop()
            stack.undo()
            self._place = place
            self._show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._key(event):
            super().keyPressEvent(event)

    def eventFilter(self, watched: object, event: object) -> bool:
        """Digits, Enter and the arrows mean the same while a class is typed."""
        if watched is self.filter and isinstance(event, QKeyEvent):
            pressed = event.type() is QKeyEvent.Type.KeyPress
            return pressed and not _edits(event, self.filter.text()) and self._key(event)
        return False

    def hideEvent(self, event: QHideEvent) -> None:
        """Nothing is decoded ahead any longer."""
        super().hideEvent(event)
        self._loader.retain(())

    # --- inside ---------------------------------------------------------------------------------

    def _key(self, event: QKeyEvent) -> bool:
        key, text = event.key(), event.text()
        if event.modifiers() & ~(
            Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier
        ):
            return False
        rows = self.classes.keys.rows
        if Qt.Key.Key_1 <= key <= Qt.Key.Key_9:
            place = int(key) - int(Qt.Key.Key_1)
            if place < len(rows):
                self.label(rows[place].name)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.filter.text().strip() and rows:
                self.label(rows[0].name)
            else:
                self.go(1)
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_Right):
            self.go(1 if key == Qt.Key.Key_Right else -1)
        elif key == Qt.Key.Key_Backspace:
            self.take_back()
        elif key == Qt.Key.Key_Escape:
            if self.filter.text():
                self.filter.clear()
                self.setFocus()
            else:
                self.finish()
        elif text.strip() and text.isprintable() and not self.filter.hasFocus():
            self.filter.setFocus()
            self.filter.insert(text)
        else:
            return False
        return True

    def _take(self, dataset: Dataset | None) -> None:
        self._dataset = dataset
        wanted = set(self._paths)
        paths = dataset.paths if dataset is not None else []
        self._rows = {path: row for row, path in enumerate(paths) if path in wanted}

    def _follow(self) -> None:
        """Labels changed, by this page or by undo; or the data set was read again."""
        if not self._paths:
            return
        dataset = self._session.dataset
        if dataset is None or self._dataset is None or dataset.place != self._dataset.place:
            self._paths, self._dataset = [], None
            if self.isVisible():
                self.finish()
            return
        self._take(dataset)
        if self.isVisible():
            self._show()

    def _given(self) -> tuple[str, ...]:
        dataset = self._dataset
        if dataset is None or self._place >= len(self._paths):
            return ()
        row = self._rows.get(self._paths[self._place])
        return () if row is None else dataset.classes_of(row, first_output(dataset))

    def _show(self) -> None:
        dataset = self._dataset
        if dataset is None:
            return
        self._ask_ahead(dataset)
        self._show_picture(dataset)
        self._show_classes()
        rows = [self._rows[p] for p in self._paths if p in self._rows]
        done = int(np.count_nonzero(dataset.has_label(first_output(dataset))[rows]))
        self.progress.setText(progress_words(done, len(self._paths), self._pace.seconds))
        self.track.set_fraction(done / max(1, len(self._paths)))
        at_end = self._place >= len(self._paths)
        self.back.setEnabled(self._place > 0)
        self.skip.setEnabled(not at_end)
        index = self._session.undo_stack.index()
        self.undo.setEnabled(bool(self._steps) and self._steps[-1][0] == index)

    def _show_picture(self, dataset: Dataset) -> None:
        if self._place >= len(self._paths):
            self.name.setText("")
            left = len(unlabelled_rows(dataset, self._session.changes.excluded()))
            words = (
                f"That was the last one. {count(left, 'picture')} without a label."
                if left
                else "All pictures have a label. Esc goes back to them."
            )
            self.picture.set_message(words, "good" if not left else "info")
            return
        path = self._paths[self._place]
        self.name.setText(display_name(PurePosixPath(path).name))
        full = f"{dataset.root}/{path}"
        pixmap = self._loader.get(full, SIDE)
        if pixmap is not None:
            self.picture.set_picture(pixmap)
        elif reason := self._loader.reason(full):
            self.picture.set_message(reason, "broken", "bad")
        else:
            self.picture.set_message("Reading…")

    def _ask_ahead(self, dataset: Dataset) -> None:
        # What is asked for last is decoded first: so the nearest come last.
        near = self._paths[max(0, self._place - 1) : self._place + AHEAD + 1]
        full = [f"{dataset.root}/{path}" for path in near]
        self._loader.retain(full)
        for path in reversed(full):
            self._loader.get(path, SIDE)

    def _arrived(self, paths: set[str]) -> None:
        dataset = self._dataset
        if dataset is None or self._place >= len(self._paths):
            return
        if f"{dataset.root}/{self._paths[self._place]}" in paths:
            self._show_picture(dataset)

    def _show_classes(self) -> None:
        dataset = self._dataset
        if dataset is None:
            return
        names, given = class_names(dataset), self._given()
        counts = dataset.class_counts(first_output(dataset)).tolist()
        typed = self.filter.text().strip()
        words = typed.lower().split()
        rows = [
            KeyRow(name, n, name in given)
            for name, n in zip(names, counts, strict=True)
            if all(word in name.lower() for word in words)
        ]
        rows.sort(key=lambda row: not row.name.lower().startswith(typed.lower()))
        if typed and typed.lower() not in (name.lower() for name in names):
            rows.append(KeyRow(typed, None))
        self.classes.keys.set_rows(rows)


def _edits(event: QKeyEvent, text: str) -> bool:
    """Whether a key belongs to the field that is being typed into."""
    held = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    if held not in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier):
        return True
    if event.key() in (Qt.Key.Key_Backspace, Qt.Key.Key_Left, Qt.Key.Key_Right):
        return bool(text)
    return bool(event.text().strip()) and not event.text().isdigit()

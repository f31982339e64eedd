"""Entries as an item model, and the gallery of cards that shows those with pictures."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QWidget

from studio.core.paths import display_name
from studio.data.checks.standing import Situation
from studio.ui import icons
from studio.ui.panes.data.problems.choices import Choice
from studio.ui.panes.data.problems.entries import (
    Entry,
    alike_words,
    row_detail,
    row_title,
    side_of,
    single_words,
)
from studio.ui.theme import Theme, theme_of
from studio.ui.thumbnails import ThumbnailLoader
from studio.ui.tokens import MEDIUM, R1, R3, S4
from studio.ui.widgets.base import centred, draw_text, rounded, text_width
from studio.ui.widgets.picture_grid import PictureGrid
from studio.ui.widgets.tiles import TileDelegate

Index = QModelIndex | QPersistentModelIndex
_GAP, _PAD, _BETWEEN = 12, 10, 8
_BADGE, _FOOT = 26, 18  # heights below the picture
_PAIR, _SINGLE = 280, 156
"""Least widths of a card."""


class EntryModel(QAbstractListModel):
    """The entries of one kind, and the thumbnails of their pictures."""

    def __init__(self, loader: ThumbnailLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._loader = loader
        self.entries: list[Entry] = []
        self.now: Situation | None = None
        self.choice: Choice | None = None
        self._root = ""

    def show(self, entries: list[Entry], now: Situation | None, root: str) -> None:
        """List other entries."""
        self.beginResetModel()
        self.entries, self.now, self._root = entries, now, root
        self.endResetModel()

    def set_choice(self, choice: Choice | None) -> None:
        """Say on each card what this choice would do."""
        self.choice = choice
        if self.entries:
            self.dataChanged.emit(self.index(0), self.index(len(self.entries) - 1))

    def file(self, path: str) -> str:
        """The absolute path of a picture."""
        return f"{self._root}/{path}"

    def pixmap(self, path: str, side: float) -> Any:
        """The thumbnail of a picture; None while it is not there."""
        return self._loader.get(self.file(path), side)

    def reason(self, path: str) -> str:
        """Why a picture has no thumbnail."""
        return self._loader.reason(self.file(path))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's signature
        return 0 if parent.isValid() else len(self.entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not 0 <= index.row() < len(self.entries):
            return None
        entry = self.entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row_title(entry)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            names = [display_name(path) for path in entry.paths] or [row_title(entry)]
            return "\n".join([*names, row_detail(entry)])
        return None


class CardDelegate(TileDelegate):
    """Draws a card: one or two pictures at the same size, where they belong, how they differ."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, "never", crop=False)
        self.gap = _GAP

    def picture_side(self, card_width: float, pictures: int) -> int:
        """The side of each picture of a card of this width, in pixels."""
        return int(card_width - 2 * _PAD - (pictures - 1) * _BETWEEN) // pictures

    def draw(
        self,
        painter: QPainter,
        cell: QRectF,
        index: Index,
        view: QAbstractItemView,
        selected: bool,
        current: bool,
        hover: bool,
    ) -> None:
        model = index.model()
        assert isinstance(model, EntryModel) and isinstance(view, CardGrid)
        entry = model.entries[index.row()]
        theme = theme_of(view)
        t = theme.current
        card = cell.adjusted(_GAP / 2, 0, -_GAP / 2, -_GAP)
        border = t.accent if selected else t.line_strong if hover else t.edge
        rounded(painter, card, R3, t.raised if t.dark else None, border, 2 if selected else 1)
        side = self.picture_side(card.width(), view.pictures)
        left, top = card.left() + _PAD, card.top() + _PAD
        for i, path in enumerate(entry.paths[: view.pictures]):
            x = left + i * (side + _BETWEEN)
            rect = QRectF(round(x), round(top), side, side)
            self._draw_side(painter, rect, path, i, model, view)
        foot = QRectF(left, top + side + _BADGE, card.width() - 2 * _PAD, _FOOT)
        self._draw_foot(painter, foot, entry, theme)

    def _draw_side(
        self, painter: QPainter, rect: QRectF, path: str, place: int, model: EntryModel,
        view: CardGrid,
    ) -> None:  # fmt: skip
        theme = theme_of(view)
        t, choice = theme.current, model.choice
        ratio = view.devicePixelRatioF()
        picture = model.pixmap(path, max(rect.width(), rect.height()) * ratio)
        rounded(painter, rect, R1, t.well)
        if picture is None:
            if reason := model.reason(path):
                self._draw_reason(painter, rect, reason, theme)
        else:
            shown = self.scaled(picture, rect.size().toSize(), ratio, False)
            size = shown.deviceIndependentSize()
            at = rect.center()
            painter.drawPixmap(
                round(at.x() - size.width() / 2), round(at.y() - size.height() / 2), shown
            )
        which = place if view.pictures == 2 else 1
        if choice is not None and choice.leaves[which]:
            mark = QRectF(rect.left() + 4, rect.top() + 4, 18, 18)
            rounded(painter, mark, R1, t.surface)
            icons.paint(painter, "eyeoff", centred(mark, 14), t.text)
        line = QRectF(rect.left(), rect.bottom() + 6, rect.width(), 18)
        note = choice.notes[which] if choice is not None else ""
        self._draw_badge(painter, line, model, path, note, theme)

    def _draw_reason(self, painter: QPainter, rect: QRectF, reason: str, theme: Theme) -> None:
        """Why there is no picture, in its place."""
        square = QRectF(rect.left(), rect.top(), rect.width(), rect.height() * 0.55)
        icons.paint(painter, "broken", centred(square, 20), theme.current.bad)
        words = rect.adjusted(8, 0, -8, -4)
        words.setTop(square.center().y() + 18)
        painter.setFont(theme.font("small"))
        painter.setPen(QColor(theme.current.text_secondary))
        flags = Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop
        painter.save()
        painter.setClipRect(words)
        painter.drawText(words, int(flags) | int(Qt.TextFlag.TextWordWrap), reason)
        painter.restore()

    def _draw_badge(
        self, painter: QPainter, line: QRectF, model: EntryModel, path: str, note: str,
        theme: Theme,
    ) -> None:  # fmt: skip
        t, side = theme.current, side_of(path, model.now)
        font = theme.font("small", MEDIUM)
        width = min(line.width(), text_width(font, side.badge) + 12)
        badge = QRectF(line.left(), line.top(), width, line.height())
        ground, colour = (t.selection, t.accent) if side.is_train else (t.well, t.text_secondary)
        rounded(painter, badge, R1, ground)
        draw_text(painter, badge.adjusted(6, 0, -6, 0), side.badge, font, colour)
        rest = line.adjusted(width + 6, 0, 0, 0)
        if rest.width() > 16:
            is_conflict = bool(model.entries) and model.entries[0].problem.kind == "label-conflict"
            words = side.caption if is_conflict or not note else note
            plain = theme.font("small")
            if words is note and text_width(plain, note) > rest.width():
                words = note.partition(" ")[0]
            draw_text(painter, rest, words, plain, t.text_secondary)

    def _draw_foot(self, painter: QPainter, foot: QRectF, entry: Entry, theme: Theme) -> None:
        t = theme.current
        strong, plain = theme.font("small", MEDIUM), theme.font("small")
        if len(entry.paths) < 2:
            draw_text(painter, foot, single_words(entry.problem), plain, t.text_secondary)
            return
        words = alike_words(entry.problem)
        width = text_width(strong, words) + 1
        draw_text(painter, QRectF(foot.left(), foot.top(), width, foot.height()), words, strong,
                  t.text)  # fmt: skip
        rest = foot.adjusted(width + 8, 0, 0, 0)
        draw_text(
            painter, rest, entry.problem.how, plain, t.text_secondary, Qt.AlignmentFlag.AlignRight
        )


class CardGrid(PictureGrid):
    """A gallery of cards; thousands are no problem, only what is in sight is decoded.

    Signals:
        entry_changed: another card is chosen.
        exclude_asked, keep_asked: X or Delete, K was pressed: about the chosen card alone.
    """

    entry_changed = Signal()
    exclude_asked = Signal()
    keep_asked = Signal()

    def __init__(self, model: EntryModel, loader: ThumbnailLoader) -> None:
        self.pictures = 2
        super().__init__(name="Problems with pictures")
        self._loader, self._model = loader, model
        self.delegate = CardDelegate(self)
        self.setItemDelegate(self.delegate)
        self.setViewportMargins(S4 - _GAP // 2, 4, 1, 0)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setModel(model)
        self._drop_wishes = QTimer(self)
        self._drop_wishes.setSingleShot(True)
        self._drop_wishes.setInterval(60)
        self._drop_wishes.timeout.connect(self._retain)
        self.visible_changed.connect(lambda _first, _last: self._drop_wishes.start())
        self.selectionModel().currentChanged.connect(lambda *_: self.entry_changed.emit())
        loader.arrived.connect(self._arrived)

    def set_pictures(self, number: int) -> None:
        """How many pictures a card has: one or two."""
        if number != self.pictures:
            self.pictures = number
            self._fit()

    def picture_pixels(self) -> int:
        """The side of a picture in device pixels: what to decode."""
        delegate = self.delegate
        assert isinstance(delegate, CardDelegate)
        card = self.viewport().width() // self.columns() - _GAP
        return round(delegate.picture_side(card, self.pictures) * self.devicePixelRatioF())

    def _measured(self, width: int) -> tuple[int, int]:
        least = _PAIR if self.pictures == 2 else _SINGLE
        columns = max(1, width // (least + _GAP))
        delegate = self.delegate
        if not isinstance(delegate, CardDelegate):  # while it is being made
            return columns, width
        side = delegate.picture_side(width // columns - _GAP, self.pictures)
        return columns, side + 2 * _PAD + _BADGE + _FOOT + _GAP

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not told_by_key(self, event):
            super().keyPressEvent(event)

    def _retain(self) -> None:
        if not self.isVisible():
            return
        first, last = self.visible_rows()
        entries = self._model.entries[first : last + 1]
        self._loader.retain(self._model.file(path) for e in entries for path in e.paths)

    def _arrived(self, paths: set[str]) -> None:
        if not self.isVisible():
            return
        first, last = self.visible_rows()
        for row, entry in enumerate(self._model.entries[first : last + 1], first):
            if any(self._model.file(path) in paths for path in entry.paths):
                self.viewport().update(self.visualRect(self._model.index(row)))


def told_by_key(view: Any, event: QKeyEvent) -> bool:
    """Whether a key was one of the page's own; then its signal of ``view`` was emitted."""
    if event.modifiers() not in (
        Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier,
    ):  # fmt: skip
        return False
    if event.key() in (Qt.Key.Key_X, Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
        view.exclude_asked.emit()
        return True
    if event.key() == Qt.Key.Key_K:
        view.keep_asked.emit()
        return True
    return False

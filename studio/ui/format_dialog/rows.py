"""The ten rows of a preview as a table: a picture, then the cells."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
)
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QWidget,
)

from studio.ui import icons
from studio.ui.format_dialog.heading import RoleHeader
from studio.ui.theme import theme_of
from studio.ui.thumbnails import ThumbnailLoader, middle_square
from studio.ui.tokens import ICON, R1, S2
from studio.ui.widgets.base import centred, draw_text, look, rounded, text_width
from studio.ui.widgets.image_view import draw_rounded
from studio.ui.widgets.tips import describe

THUMBNAIL, ROW = 38, 44
_PICTURE_COLUMN = THUMBNAIL + 2 * S2
_WIDEST = 280
Index = QModelIndex | QPersistentModelIndex


class RowsModel(QAbstractTableModel):
    """Pictures and cells; the first column is the picture."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.cells: Sequence[Sequence[str]] = ()
        self.pictures: Sequence[Path | None] = ()
        self.roles: Sequence[str] = ()
        self.reasons: dict[str, str] = {}

    def show(
        self,
        cells: Sequence[Sequence[str]],
        pictures: Sequence[Path | None],
        roles: Sequence[str],
    ) -> None:
        """Replace everything; ``roles`` are those of the columns of ``cells``."""
        self.beginResetModel()
        self.cells, self.pictures, self.roles = cells, pictures, roles
        self.endResetModel()

    def show_roles(self, roles: Sequence[str]) -> None:
        """The same rows, of which other columns matter."""
        self.roles = roles
        if self.cells:
            self.dataChanged.emit(
                self.index(0, 0), self.index(len(self.cells) - 1, self.columnCount() - 1)
            )

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.cells)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else 1 + len(self.roles)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row, column = index.row(), index.column()
        if column == 0:
            if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
                return self._about(row)
            return None
        cells = self.cells[row]
        texts = (
            Qt.ItemDataRole.DisplayRole,
            Qt.ItemDataRole.ToolTipRole,
            Qt.ItemDataRole.AccessibleTextRole,
        )
        return cells[column - 1] if role in texts and column <= len(cells) else None

    def _about(self, row: int) -> str:
        picture = self.pictures[row] if row < len(self.pictures) else None
        if picture is None:
            return "The picture that this row names was not found."
        return self.reasons.get(str(picture), picture.name)


class RowsDelegate(QStyledItemDelegate):
    """Draws a thumbnail, or a cell: strong where its column matters."""

    def __init__(self, loader: ThumbnailLoader, model: RowsModel, parent: QWidget) -> None:
        super().__init__(parent)
        self._loader, self._model = loader, model

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        if index.column() == 0:
            return QSize(_PICTURE_COLUMN, ROW)
        width = text_width(theme_of().font("body"), str(index.data() or "")[:80])
        return QSize(round(width) + 2 * S2 + 4, ROW)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        view = option.widget
        t = look(view)
        rect = QRectF(option.rect)
        painter.save()
        if index.column() == 0:
            self._paint_picture(painter, centred(rect, THUMBNAIL), index.row(), view)
        else:
            role = self._model.roles[index.column() - 1]
            middle, right = Qt.TextElideMode.ElideMiddle, Qt.TextElideMode.ElideRight
            room = rect.adjusted(S2, 0, -S2, 0)
            colour = t.text if role else t.text_secondary
            draw_text(
                painter, room, str(index.data() or ""), theme_of(view).font("body"), colour,
                elide=middle if role == "file" else right,
            )  # fmt: skip
        painter.restore()

    def _paint_picture(self, painter: QPainter, rect: QRectF, row: int, view: QWidget) -> None:
        t = look(view)
        picture = self._model.pictures[row] if row < len(self._model.pictures) else None
        rounded(painter, rect, R1, t.well)
        if picture is None:
            icons.paint(painter, "broken", centred(rect, ICON), t.text_disabled)
            return
        ratio = view.devicePixelRatioF()
        found: QPixmap | None = self._loader.get(str(picture), THUMBNAIL * ratio)
        if found is not None:
            side = round(THUMBNAIL * ratio)
            shown = middle_square(found).scaled(
                side, side, mode=Qt.TransformationMode.SmoothTransformation
            )
            draw_rounded(painter, rect, shown, R1)
        elif reason := self._loader.reason(str(picture)):
            self._model.reasons[str(picture)] = reason
            icons.paint(painter, "error", centred(rect, ICON), t.bad)


class RowsTable(QTableView):
    """Ten rows under headings with roles."""

    def __init__(self, loader: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows = RowsModel(self)
        self.heading = RoleHeader(self)
        self.setModel(self.rows)
        self.setHorizontalHeader(self.heading)
        self.setItemDelegate(RowsDelegate(loader, self.rows, self))
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW)
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        describe(self, "The first rows", "", "What the data set holds when it is read this way.")
        self.heading.section_wanted.connect(self._bring)
        self.horizontalScrollBar().valueChanged.connect(lambda _value: self.heading.follow_scroll())
        loader.arrived.connect(lambda _paths: self.viewport().update())

    def show_rows(
        self,
        names: Sequence[str],
        roles: Sequence[str],
        cells: Sequence[Sequence[str]],
        pictures: Sequence[Path | None],
        may_choose: bool,
    ) -> None:
        """Show other rows, or the same with other roles."""
        if (
            cells == self.rows.cells
            and pictures == self.rows.pictures
            and names == self.heading.names()
        ):
            self.rows.show_roles(roles)
            self.heading.show_columns(names, roles, may_choose)
            return
        here = self.horizontalScrollBar().value()
        self.rows.show(cells, pictures, roles)
        self.heading.show_columns(names, roles, may_choose)
        self._fit()
        self.horizontalScrollBar().setValue(here)

    def _fit(self) -> None:
        self.setColumnWidth(0, _PICTURE_COLUMN)
        count = self.rows.columnCount()
        for column in range(1, count):
            wide = max(self.sizeHintForColumn(column), self.heading.width_for(column - 1))
            self.setColumnWidth(column, min(_WIDEST, wide))
        self.heading.setStretchLastSection(True)

    def _bring(self, section: int) -> None:
        if self.rows.rowCount():
            self.scrollTo(self.rows.index(0, section))

"""The menu of an original: pin it, exchange it, see where it comes from."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from studio.data.members import is_member
from studio.ui.widgets.menu import Menu

if TYPE_CHECKING:
    from studio.ui.panes.augment.stage import PreviewStage


def picture_menu(stage: PreviewStage, place: int) -> Menu:
    """A menu for the picture in a row of the grid; it is deleted once it has closed."""
    pinned, path = stage.shown.is_pinned(place), stage.shown.pictures[place].path
    menu = Menu("Picture", stage.grid)
    # The keys are those of the grid: an action with them would take them from it.
    menu.add("Unpin\tP" if pinned else "Pin\tP", partial(stage.toggle_pin, place), "pin")
    menu.addSeparator()
    another, other = partial(stage.take_another, place), partial(stage.take_another, place, True)
    menu.add("Another picture of this class", another, "swap", enabled=not pinned)
    menu.add("Another class", other, "branch", enabled=not pinned)
    menu.addSeparator()
    menu.add("Show in Data", partial(_show_in_data, stage, place), "data")
    menu.add("Show in folder", partial(_show_in_folder, stage, place), "folder",
             enabled=not is_member(path))  # fmt: skip
    menu.aboutToHide.connect(menu.deleteLater)
    return menu


def _show_in_data(stage: PreviewStage, place: int) -> None:
    stage.session.set_picture_in_view(stage.shown.pictures[place].path)
    stage.session.pane_requested.emit("data")


def _show_in_folder(stage: PreviewStage, place: int) -> None:
    folder = stage.shown.pictures[place].path.parent
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

"""The page of ready data sets: published ones, with size and licence before anything is fetched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from studio.core.paths import display_name
from studio.data.ready.entry import ReadySet
from studio.data.ready.keeping import Local, ready_folder
from studio.ui.panes.common import chain
from studio.ui.panes.ready.downloads import downloads_of
from studio.ui.panes.ready.row import ReadyRow
from studio.ui.session import Session
from studio.ui.tokens import SEMIBOLD
from studio.ui.widgets.buttons import IconButton
from studio.ui.widgets.dialogs import MessageDialog
from studio.ui.widgets.fields import SearchField
from studio.ui.widgets.numbers import file_size
from studio.ui.widgets.panel import Rule, ScrollColumn, WorkArea
from studio.ui.widgets.text import Text
from studio.ui.widgets.tips import describe

_WIDTH = 960


class ReadyPage(QWidget):
    """A row for each data set of the catalogue. Opens what has arrived while the page is looked at.

    ``question`` is the dialog that is open, if any.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._downloads = downloads_of(session)
        self.question: MessageDialog | None = None
        self.rows = {entry.key: ReadyRow(entry) for entry in self._downloads.catalogue}
        self._rules: dict[str, Rule] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._work())
        back = QShortcut(QKeySequence(Qt.Key.Key_Escape), self)
        back.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        back.activated.connect(self._back)
        for row in self.rows.values():
            self._connect(row)
        self._downloads.changed.connect(self._refresh)
        self._downloads.arrived.connect(self._arrived)
        self._downloads.compared.connect(self._ask_about)
        self._downloads.wanted_changed.connect(self._show_wanted)
        session.dataset_changed.connect(lambda: self._refresh(""))
        chain(self.back_button, self.filter, *self.rows.values())
        self._refresh("")

    def _work(self) -> WorkArea:
        work = WorkArea()
        self.back_button = IconButton("left", "Back", "Escape", "To your pictures.", "small")
        # The page has its own Escape shortcut, which also works while a field has the focus.
        self.back_button.setShortcut(QKeySequence())
        self.back_button.clicked.connect(self._back)
        work.bar.row.setContentsMargins(8, 0, 16, 0)
        work.bar.add(self.back_button)
        work.bar.add(Text("Ready data sets", weight=SEMIBOLD))
        work.bar.add_stretch()
        self.filter = SearchField(f"Filter {len(self.rows)} data sets")
        self.filter.setFixedWidth(240)
        describe(self.filter, "Filter", sentence="By name, by what they show, or by licence.")
        self.filter.textChanged.connect(self._narrow)
        work.bar.add(self.filter)
        column = self._column = ScrollColumn()
        middle = QHBoxLayout()
        middle.addStretch(1)
        middle.addWidget(self._list(), 100)
        middle.addStretch(1)
        column.body.addLayout(middle)
        column.body.addStretch(1)
        work.add(column, 1)
        return work

    def _list(self) -> QWidget:
        hold = QWidget()
        hold.setMaximumWidth(_WIDTH + 48)
        body = QVBoxLayout(hold)
        body.setContentsMargins(24, 16, 24, 24)
        body.setSpacing(0)
        where = display_name(str(ready_folder()))
        intro = Text(
            "Nothing is fetched before you press Download. Every file is checked against its "
            "published checksum.",
            tone="secondary", wrap=True,
        )  # fmt: skip
        intro.setToolTip(f"They are kept in {where}")
        body.addWidget(intro)
        body.addSpacing(8)
        for key, row in self.rows.items():
            rule = self._rules[key] = Rule()
            body.addWidget(rule)
            body.addWidget(row)
        self.nothing = Text("", tone="secondary")
        self.nothing.hide()
        body.addWidget(self.nothing)
        return hold

    def _connect(self, row: ReadyRow) -> None:
        entry, downloads = row.entry, self._downloads
        row.download_asked.connect(lambda: downloads.start(entry))
        row.cancel_asked.connect(lambda: downloads.cancel(entry))
        row.open_asked.connect(lambda: downloads.open(entry))
        row.remove_asked.connect(lambda: self._ask_to_remove(entry))
        row.file_asked.connect(lambda: self._ask_for_file(entry))

    def showEvent(self, event: QShowEvent) -> None:
        """Look what is on this computer now."""
        super().showEvent(event)
        self._downloads.look()
        self._show_wanted()

    # --- inside ---------------------------------------------------------------------------------

    def _back(self) -> None:
        self._session.pane_requested.emit("data")

    def _refresh(self, key: str) -> None:
        downloads = self._downloads
        for row in [self.rows[key]] if key else self.rows.values():
            entry = row.entry
            row.show_state(
                downloads.status(entry), downloads.job(entry), downloads.problem(entry),
                downloads.note(entry), downloads.is_open(entry),
            )  # fmt: skip

    def _narrow(self, text: str) -> None:
        words = text.lower().split()
        for key, row in self.rows.items():
            e = row.entry
            said = f"{e.key} {e.title} {e.short} {e.about} {e.licence.name} {e.shape}".lower()
            fits = all(word in said for word in words)
            row.setVisible(fits)
            self._rules[key].setVisible(fits)
        nothing = not any(row.isVisibleTo(self) for row in self.rows.values())
        self.nothing.setText(f"No data set is about “{text}”.")
        self.nothing.setVisible(nothing)

    def _show_wanted(self) -> None:
        row = self.rows.get(self._downloads.wanted)
        if row is None or not self.isVisible():
            return
        self._downloads.wanted = ""
        self.filter.clear()
        # Once the rows have their places.
        QTimer.singleShot(0, row, lambda: self._bring(row))

    def _bring(self, row: ReadyRow) -> None:
        self._column.ensureWidgetVisible(row, 0, 48)
        button = row.open_button if row.open_button.isVisible() else row.download_button
        button.setFocus(Qt.FocusReason.TabFocusReason)

    def _arrived(self, entry: ReadySet) -> None:
        if self.isVisible():
            self._downloads.open(entry)

    # --- questions ------------------------------------------------------------------------------

    def _ask_for_file(self, entry: ReadySet) -> None:
        dialog = QFileDialog(self.window(), f"Your file of {entry.title}")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        names = " ".join(file.name for file in entry.files)
        dialog.setNameFilters([f"{entry.title} ({names})", "All files (*)"])
        dialog.fileSelected.connect(lambda name: self._downloads.use(entry, Path(name)))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _ask_about(self, entry: ReadySet, local: Local) -> None:
        def answered(answer: str) -> None:
            if answer == "open":
                self._downloads.open_local(local)

        self._ask(
            f"This is not {entry.title} as it was published.",
            f"{local.sentence} It can still be opened as an ordinary data set.",
            [("no", "Leave it", "primary"), ("open", "Open it all the same", "normal")],
            answered,
        )

    def _ask_to_remove(self, entry: ReadySet) -> None:
        def answered(answer: str) -> None:
            if answer == "remove":
                self._downloads.remove(entry)

        self._ask(
            f"Remove {entry.title} from this computer?",
            f"{file_size(entry.size)} become free. Projects that use it ask for it until it is "
            "downloaded again.",
            [("no", "Keep it", "primary"), ("remove", f"Remove {entry.title}", "danger")],
            answered,
        )

    def _ask(
        self,
        sentence: str,
        hint: str,
        buttons: list[tuple[str, str, str]],
        answered: Callable[[str], None],
    ) -> None:
        dialog = MessageDialog(
            sentence, hint, buttons=buttons, icon="help", role="accent", parent=self.window()
        )
        self.question = dialog

        def finished(_result: int) -> None:
            self.question = None
            answered(dialog.answer)
            dialog.deleteLater()

        dialog.finished.connect(finished)
        dialog.open()

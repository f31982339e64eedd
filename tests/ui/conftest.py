"""What several tests of the Augment pane begin with; a module may have its own of that name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from studio.core.input import InputSpec
from studio.core.settings import SettingsStore
from studio.data.index import open_dataset
from studio.ui.engines import Engines
from studio.ui.jobs import Jobs
from studio.ui.session import Session


@pytest.fixture(scope="module")
def engines(qapp: QApplication, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    """One preview process for all tests of a module: it takes seconds to start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLASSIFIER_STUDIO_HOME", str(tmp_path_factory.mktemp("home")))
        made = Engines()
        loop = QEventLoop()
        made.previewer.ready.connect(loop.quit)
        QTimer.singleShot(60_000, loop.quit)
        made.previewer.warm_up()
        loop.exec()
        yield made
        made.shutdown()


@pytest.fixture
def session(engines: Engines, qtbot: QtBot) -> Iterator[Session]:
    made = Session(SettingsStore(), engines, Jobs())
    yield made
    made.jobs.shutdown()
    made.close()
    made.deleteLater()


@pytest.fixture
def opened(session: Session, tiny_dataset: Path) -> Session:
    session.new_project()
    session.set_dataset(open_dataset(tiny_dataset))
    session.set_input(InputSpec(width=32, height=32))
    return session

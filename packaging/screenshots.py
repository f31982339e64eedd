"""Every screenshot: each pane, empty, full and at work, light and dark, at 100 % and at 200 %.

    python packaging/screenshots.py [FOLDER] [--epochs N] [--keep HOME] [--readme]

Drives the real window without a display on the built-in sample, in a home of its own. Files are
called ``PANE-light.png``, ``PANE-dark.png``, ``empty-PANE-light.png``, ``running-PANE-light.png``
…, and ``…@2x.png`` for 200 %. The first process opens the sample and trains twice; each of the
others opens a copy of the project that it saved.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from studio.app import World

ROOT = Path(__file__).resolve().parents[1]
PANES = ("data", "augment", "model", "train", "understand", "classify", "device", "settings")
WORK_PANES = PANES[:6]
SIZE = (1280, 800)
PROJECT = "Drawn things"
README_PICTURES = ("train-light.png", "augment-light.png")
PATIENCE = 600.0
"""Seconds that a training of the sample may take at most."""


def spin(seconds: float, until: Callable[[], bool] | None = None) -> bool:
    """Let the window live for some seconds, or until something is true; whether it became so."""
    from PySide6.QtWidgets import QApplication

    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        if until is not None and until():
            return True
        time.sleep(0.005)
    return until is None


def build(theme: str) -> World:
    """The studio's world with its window at 1280 × 800, in one appearance."""
    sys.path.insert(0, str(ROOT))
    from PySide6.QtWidgets import QApplication

    if QApplication.instance() is None:
        QApplication([])
    from studio.app import build_world
    from studio.core.settings import SettingsStore

    SettingsStore().change(theme=theme)
    world = build_world()
    world.window.resize(*SIZE)
    world.window.show()
    spin(1.0)
    return world


def prepare(home: Path, epochs: int) -> None:
    """Open the sample, augment it, train twice, and save the project in the home."""
    from studio.augment.presets import preset

    world = build("light")
    session = world.session
    session.sample_requested.emit()
    if not spin(120, lambda: session.dataset is not None):
        raise SystemExit("The sample did not open.")
    session.set_policy(preset("light"))
    recipe = session.recipe
    changes: tuple[dict[str, Any], ...] = (
        {"epochs": epochs, "schedule": "constant", "learning_rate": 0.0005},
        {"epochs": epochs},
    )
    for number, change in enumerate(changes, 1):
        session.set_recipe(recipe.changed(**change))
        world.window.show_pane("train")
        world.training.start()
        count = number

        def ended(count: int = count) -> bool:
            return len(session.runs) == count and not world.training.is_running

        if not spin(PATIENCE, ended):
            raise SystemExit("The training did not end.")
    session.save_as(home / PROJECT)
    world.close()


def settle(world: World, quiet: float = 1.5) -> None:
    """Wait until no worker has computed anything for ``quiet`` seconds; at most a minute or two."""
    last_busy = time.monotonic()

    def is_quiet() -> bool:
        nonlocal last_busy
        if any(engine.is_busy for engine in world.engines.all):
            last_busy = time.monotonic()
        return time.monotonic() - last_busy > quiet

    spin(1.0)
    spin(120.0, is_quiet)


def shoot(world: World, folder: Path, name: str) -> None:
    """Write what the window shows as one PNG."""
    from PySide6.QtWidgets import QApplication

    QApplication.sendPostedEvents()
    picture = world.window.grab()
    if not picture.save(str(folder / f"{name}.png")):
        raise SystemExit(f"{folder / name}.png could not be written.")


def open_project(world: World, project: Path) -> None:
    """Open the prepared project with its pictures and choose one of them."""
    session = world.session
    session.open_requested.emit(project)
    if not spin(60, lambda: session.dataset is not None):
        raise SystemExit("The prepared project did not open.")
    assert session.dataset is not None
    session.set_picture_in_view(session.dataset.absolute(0))
    spin(1.0)


def render(folder: Path, home: Path, theme: str, scale: int) -> None:
    """Every pane in one appearance and scale; runs in a process of its own."""
    suffix = f"-{theme}" + (f"@{scale}x" if scale != 1 else "")
    world = build(theme)
    for pane in WORK_PANES:
        world.window.show_pane(pane)
        spin(0.5)
        shoot(world, folder, f"empty-{pane}{suffix}")
    # A copy, so that the training below is not in the next picture.
    copy = home / "copies" / f"{theme}-{scale}" / PROJECT
    shutil.copytree(home / PROJECT, copy, dirs_exist_ok=True)
    open_project(world, copy)
    for pane in PANES:
        world.window.show_pane(pane)
        if pane == "train":
            show_all_runs(world)
        if pane == "classify":
            drop_pictures(world)
        if pane == "augment":
            render_augment(world, folder, suffix)
            continue
        settle(world)
        shoot(world, folder, f"{pane}{suffix}")
    render_running(world, folder, suffix)
    world.close()
    shutil.rmtree(copy.parent)


def render_augment(world: World, folder: Path, suffix: str) -> None:
    """Augment with a step that is measured, and with a group inside a group."""
    from studio.augment.policy import parse_policy
    from studio.augment.presets import preset

    pane: Any = world.window.pane("augment")
    before, steps = world.session.policy, pane.panel.steps
    world.session.set_policy(preset("medium"))
    steps.set_open((1,))
    settle(world, quiet=4.0)
    shoot(world, folder, f"augment{suffix}")
    inner = {"kind": "sometimes", "steps": [{"kind": "hue"}, {"kind": "saturation"}]}
    group = {"kind": "one_of", "steps": [{"kind": "brightness"}, {"kind": "contrast"}, inner]}
    world.session.set_policy(parse_policy([{"kind": "mirror"}, group, {"kind": "gaussian_noise"}]))
    steps.set_open((1, 2, 0))
    settle(world)
    shoot(world, folder, f"augment-groups{suffix}")
    world.session.set_policy(before)


def render_running(world: World, folder: Path, suffix: str) -> None:
    """Train and Classify while a network learns; the training is stopped afterwards."""
    training = world.training
    world.window.show_pane("train")
    training.start()
    if not spin(PATIENCE, lambda: training.progress is None or training.progress.epochs_done > 0):
        raise SystemExit("The first epoch did not end.")
    spin(3.0)
    for pane in ("train", "classify"):
        world.window.show_pane(pane)
        spin(1.0)
        shoot(world, folder, f"running-{pane}{suffix}")


def show_all_runs(world: World) -> None:
    """Tick every run, so that the charts compare them."""
    from PySide6.QtCore import Qt

    from studio.ui.panes.train.run_list import RunModel

    for model in world.window.pane("train").findChildren(RunModel):
        for row in range(model.rowCount()):
            checked = Qt.CheckState.Checked
            model.setData(model.index(row), checked, Qt.ItemDataRole.CheckStateRole)


def drop_pictures(world: World) -> None:
    """Drop a dozen of the sample's pictures on the window, as a person would."""
    from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
    from PySide6.QtGui import QDragEnterEvent, QDropEvent
    from PySide6.QtWidgets import QApplication, QWidget

    dataset = world.session.dataset
    assert dataset is not None
    step = max(1, len(dataset.paths) // 12)
    paths = [dataset.absolute(i) for i in range(0, len(dataset.paths), step)][:12]
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    window = world.window
    target: QWidget | None = window.childAt(window.width() // 2, window.height() // 2)
    while target is not None and not target.acceptDrops():
        target = target.parentWidget()
    assert target is not None, "nothing in the Classify pane takes a drop"
    place = QPointF(target.width() / 2, target.height() / 2)
    action, button = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    modifier = Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(place.toPoint(), action, mime, button, modifier)
    QApplication.sendEvent(target, enter)
    QApplication.sendEvent(target, QDropEvent(place, action, mime, button, modifier))


def child(arguments: list[str], home: Path, scale: int) -> None:
    """Run one step of this script in a new process."""
    environ = {
        **os.environ,
        "QT_QPA_PLATFORM": "offscreen",
        "QT_SCALE_FACTOR": str(scale),
        "CLASSIFIER_STUDIO_HOME": str(home),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    script = str(Path(__file__).resolve())
    code = subprocess.call([sys.executable, script, *arguments], env=environ, cwd=ROOT)
    if code != 0:
        raise SystemExit(f"A step ended with exit code {code}: {' '.join(arguments)}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Make every screenshot.")
    default = ROOT / "build" / "screenshots"
    parser.add_argument("folder", type=Path, nargs="?", default=default)
    parser.add_argument("--epochs", type=int, default=6, help="epochs of each of the two runs")
    parser.add_argument("--keep", type=Path, help="keep the home here, and use it again")
    parser.add_argument("--only", choices=("light", "dark"), help="one appearance, at 100 %% only")
    readme = "copy the pictures of README.md to resources/screenshots"
    parser.add_argument("--readme", action="store_true", help=readme)
    parser.add_argument("--step", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    if options.step:
        home = Path(os.environ["CLASSIFIER_STUDIO_HOME"])
        if options.step[0] == "prepare":
            prepare(home, options.epochs)
        else:
            render(options.folder, home, options.step[1], int(options.step[2]))
        return 0
    folder = options.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    keep: Path | None = options.keep
    home = keep.resolve() if keep else Path(tempfile.mkdtemp(prefix="studio-shots-"))
    home.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    try:
        if not (home / PROJECT).is_dir():
            child([str(folder), "--epochs", str(options.epochs), "--step", "prepare"], home, 1)
        themes = (options.only,) if options.only else ("light", "dark")
        for theme in themes:
            for scale in (1,) if options.only else (1, 2):
                child([str(folder), "--step", "render", theme, str(scale)], home, scale)
    finally:
        if keep is None:
            shutil.rmtree(home, ignore_errors=True)
    if options.readme:
        target = ROOT / "resources" / "screenshots"
        target.mkdir(exist_ok=True)
        for name in README_PICTURES:
            shutil.copy2(folder / name, target)
    count = len(list(folder.glob("*.png")))
    print(f"{count} screenshots in {folder}, {time.monotonic() - start:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())

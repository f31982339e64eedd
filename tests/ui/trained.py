"""A window whose project has a trained run, kept for all tests of a module: starting Keras twice
(once to train, once in the inspector) takes seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtTest import QTest

from studio.app import World, build_world
from studio.core.control import Control
from studio.core.input import InputSpec
from studio.core.spec import parse_spec
from studio.data.index import open_dataset
from studio.engine.protocol.messages import DescribeDevice
from studio.models.registry import ARCHITECTURES
from studio.ui.engines import Engine
from tests.conftest import write_noise

COLOURS = {"blue": (40, 60, 220), "green": (40, 200, 60), "red": (220, 50, 40)}


def write_colours(folder: Path, each: int = 20) -> Path:
    """Three classes that a small network learns within a few epochs; 32 × 32 px PNG."""
    for number, (name, colour) in enumerate(COLOURS.items()):
        for index in range(each):
            write_noise(folder / name / f"{name} {index}.png", colour, 100 * number + index)
    return folder


def write_stripes(folder: Path, each: int = 40) -> Path:
    """Stripes that lie, stand, rise and fall: turned far enough, each looks like another."""
    y, x = np.mgrid[0:32, 0:32] / 32
    for number, name in enumerate(("lying", "rising", "standing", "falling")):
        angle = np.pi / 4 * number
        for index in range(each):
            draw = np.random.default_rng(1000 * number + index)
            turned = angle + draw.normal(0, 0.06)
            along = x * np.sin(turned) + y * np.cos(turned)
            wave = np.sin(2 * np.pi * (4 * along + draw.random()))
            level = 128 + 70 * wave[..., None] + draw.normal(0, 12, (32, 32, 3))
            path = folder / name / f"{name} {index}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.clip(level, 0, 255).astype(np.uint8)).save(path)
    return folder


def load_keras(engine: Engine) -> list[object]:
    """Have a process load Keras; the list is filled when it has. Returns at once."""
    engine.warm_up()
    for _ in range(1200):
        if engine.pid is not None:
            break
        QTest.qWait(20)
    loaded: list[object] = []
    engine.submit(DescribeDevice, done=loaded.append, failed=loaded.append)
    return loaded


@contextmanager
def trained_world(
    folder: Path, write: Callable[[Path], Path] = write_colours, side: int = 16, epochs: int = 8
) -> Iterator[World]:
    """The window on a project with one finished run; the inspector process has loaded Keras.

    Args:
        write: fills a folder with the pictures.
        side: of the network's input in pixels.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLASSIFIER_STUDIO_HOME", str(folder / "home"))
        world = build_world()
        session = world.session
        try:
            loaded = load_keras(world.engines.inspector)  # while this process does, and trains
            from studio.training.trainer import train

            session.new_project(folder / "project", "Colours")
            session.set_dataset(open_dataset(write(folder / "colours")))
            small = {"kind": "small_cnn", "blocks": 3, "filters": 8, "dropout": 0.2}
            model = parse_spec(ARCHITECTURES.get("small_cnn"), small)
            session.set_model(model, InputSpec(width=side, height=side))
            session.set_recipe(session.recipe.changed(epochs=epochs, batch_size=8, seed=1))
            run = session.prepare_run()
            train(run, lambda event: None, Control())
            session.run_was_written(run)
            session.set_run_in_view(run)
            session.save()
            world.window.resize(1280, 800)
            world.window.show()
            for _ in range(3000):
                if loaded:
                    break
                QTest.qWait(20)
            yield world
        finally:
            world.close()
            QTest.qWait(100)

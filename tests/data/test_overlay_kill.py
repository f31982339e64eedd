"""A person's work survives a kill at any point: at most the action under way is lost."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest

from studio.data.overlay.actions import Exclude, Tag
from studio.data.overlay.packing import checksum, pack
from studio.data.overlay.store import Overlay
from tests.data.overlay_model import PATHS, Player, make_dataset, same

ROOT = Path(__file__).resolve().parents[2]

CHILD = """
import random, sys
from pathlib import Path
from studio.data.overlay.store import Overlay
from tests.data.overlay_model import Player
overlay, player = Overlay.open(Path(sys.argv[1])), Player(random.Random(int(sys.argv[2])))
for number in range(100_000):
    before = player.cursor
    player.play(overlay)
    sys.stdout.write(f"{number + 1}\\n")
    sys.stdout.flush()
"""


def killed_after(file: Path, seed: int, actions: int, later: float) -> int:
    """Run the child, kill it ``later`` seconds after that many changes; how many it reported."""
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, str(file), str(seed)], cwd=ROOT, stdout=subprocess.PIPE
    )
    assert child.stdout is not None
    try:
        for _ in range(actions):
            assert child.stdout.readline()
        end = time.perf_counter() + later
        while time.perf_counter() < end:
            pass  # a fraction of an action: shorter than any sleep
        child.kill()
        lines = child.stdout.read().splitlines()
    finally:
        child.kill()
        child.stdout.close()
        child.wait()
    whole = [line for line in lines if line.isdigit()]
    return actions + len(whole)


@pytest.mark.skipif(os.name == "nt", reason="killing works differently there")
@pytest.mark.parametrize("seed", range(5))
def test_a_killed_overlay_is_the_model_or_one_action_less(tmp_path: Path, seed: int) -> None:
    file, draw = tmp_path / "overlay.sqlite", random.Random(seed)
    reported = killed_after(file, seed, draw.randint(1, 120), draw.random() * 0.004)
    reopened = Overlay.open(file)
    player = Player(random.Random(seed))
    for _ in range(reported):
        player.next()
    kept = [(a.kind, a.parameters()) for a in reopened.actions()]
    if kept != said(player):
        player.next()  # written, but killed before it could say so
    assert kept == said(player)
    same(reopened.result(make_dataset()), player.model())
    assert len(reopened.steps) == player.cursor
    reopened.perform(Exclude(paths=PATHS[:1]))
    assert len(Overlay.open(file).steps) == player.cursor + 1
    assert [p.name for p in tmp_path.iterdir()] == ["overlay.sqlite"]


def said(player: Player) -> list[tuple[str, str]]:
    """The actions in force, without their pictures."""
    return [(a.kind, a.parameters()) for a in player.actions[: player.cursor]]


def test_the_disk_as_it_is_within_a_transaction(tmp_path: Path) -> None:
    """The state that a power cut leaves, before and after the pages are written."""
    file = tmp_path / "overlay.sqlite"
    overlay = Overlay.open(file)
    overlay.perform(Tag(paths=PATHS, tag="before"))
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")  # pages spill into the file before the commit
    connection.execute("BEGIN IMMEDIATE")
    for number in range(2000):
        connection.execute(
            "INSERT INTO picture VALUES (?, ?, ?)",
            (len(PATHS) + number, f"{number}.png", checksum(f"{number}.png")),
        )
    connection.execute("INSERT INTO journal VALUES (2, '', 'exclude', '{}', ?, 0)", (pack_all(),))
    crashed = tmp_path / "crashed"
    crashed.mkdir()
    for name in ("overlay.sqlite", "overlay.sqlite-journal"):
        shutil.copy(tmp_path / name, crashed / name)
    connection.execute("ROLLBACK")
    connection.close()
    assert (crashed / "overlay.sqlite").stat().st_size > file.stat().st_size
    reopened = Overlay.open(crashed / "overlay.sqlite")
    assert [step.words for step in reopened.steps] == [f"Tag {len(PATHS)} pictures “before”"]


def pack_all() -> bytes:
    import numpy as np

    return pack(np.arange(10))

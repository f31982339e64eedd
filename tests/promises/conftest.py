"""Fixtures of the promises: a small disk, and one run of a data set with every odd name."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from tests.conftest import write_noise
from tests.promises.helpers import (
    COLOURS,
    SMALL,
    Disk,
    Ended,
    begin,
    finish,
    make_disk,
    unmount,
    write_classes,
)

IS_LINUX = sys.platform == "linux"
ODD = ("with space", "🦊 fox", "line\nbreak", os.fsdecode(b"\xff bytes"))
PLAIN = ("with space", "🦊 fox", "ümlaut", "100 %")
CLASSES = ODD if IS_LINUX else PLAIN
"""Windows and macOS refuse some names by themselves."""
ODD_FOLDER = os.fsdecode(b"pictures \xfe\n") + "🌻 & co" if IS_LINUX else "pictures 🌻 & co"
EACH = 8

WATCH = """
import os, sys
def tell(line):
    file = os.open(os.environ["NETWORK_LOG"], os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(file, (line + chr(10)).encode("utf-8", "replace"))
    os.close(file)
def watch(event, arguments):
    if event.startswith(("socket.connect", "socket.sendto", "socket.getaddrinfo",
                         "socket.gethostby", "urllib.", "http.", "ftplib.", "smtplib.")):
        if event.startswith("socket.connect") and not isinstance(arguments[1], tuple):
            return  # between two processes of this computer
        tell(f"{event} {arguments!r}")
sys.addaudithook(watch)
tell(f"begins {os.getpid()}")
"""


@dataclass
class OddRun:
    """A training by the command itself, on pictures whose names hurt.

    Attributes:
        network: what its processes told of the network, a line each.
        sockets: addresses that any of its processes was connected to.
    """

    data: Path
    run: Path
    ended: Ended
    network: list[str]
    sockets: set[str]

    @property
    def readable(self) -> int:
        """Pictures that can be read."""
        return EACH * len(CLASSES) + 1


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Disk]:
    """A file system of a few MB, or a folder that skips what only a file system can show."""
    made = make_disk(tmp_path / "disk")
    yield made
    unmount(made)


def write_odd_pictures(data: Path) -> Path:
    """Odd names, a class with one picture, a broken file and, where there are links, two loops."""
    write_classes(data, CLASSES, EACH)
    write_noise(data / "only one" / "me.png", COLOURS[4], 1)
    broken = os.fsdecode(b"broken \xfd\n.png") if IS_LINUX else "broken.png"
    (data / CLASSES[1] / broken).write_bytes(b"no picture")
    if IS_LINUX:
        (data / CLASSES[1] / "back").symlink_to(data, target_is_directory=True)
        (data / "self").symlink_to("self")
    return data


@pytest.fixture(scope="session")
def odd_run(tmp_path_factory: pytest.TempPathFactory) -> OddRun:
    """One training for all tests that only look at what is left of it."""
    folder = tmp_path_factory.mktemp("odd")
    data = write_odd_pictures(folder / ODD_FOLDER)
    out = folder / (os.fsdecode(b"run \xff ") + "🌻" if IS_LINUX else "run 🌻")
    (folder / "watch").mkdir()
    (folder / "watch" / "sitecustomize.py").write_text(WATCH)
    log = folder / "network.log"
    process = begin(
        "train", data, "--out", out, "--epochs", 3, "--batch-size", 8, "--seed", 3,
        *SMALL, "--set", "policy=light", "--json",
        more={
            "CLASSIFIER_STUDIO_HOME": str(folder / "home"), "NETWORK_LOG": str(log),
            "PYTHONPATH": str(folder / "watch"),
        },
    )  # fmt: skip
    sockets: set[str] = set()
    stop = threading.Event()
    watcher = threading.Thread(target=_watch_sockets, args=(process.pid, sockets, stop))
    watcher.start()
    try:
        ended = finish(process)
    finally:
        stop.set()
        watcher.join()
    return OddRun(data, out, ended, log.read_text("utf-8").splitlines(), sockets)


def _watch_sockets(pid: int, found: set[str], stop: threading.Event) -> None:
    """Ask the system: a library that is no Python opens sockets without a word to Python."""
    while not stop.wait(0.1):
        try:
            main = psutil.Process(pid)
            for process in (main, *main.children(recursive=True)):
                found |= {str(c.raddr) for c in process.net_connections("inet") if c.raddr}
        except psutil.Error:
            continue

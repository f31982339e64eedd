"""What the promises are tried with: the real command, a disk that can be full, ended workers."""

from __future__ import annotations

import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest

from studio.cli import run
from tests.conftest import write_noise

ROOT = Path(__file__).resolve().parents[2]
COLOURS = ((60, 80, 190), (190, 70, 60), (60, 170, 80), (200, 190, 60), (120, 60, 160))
SMALL = (
    "--set", "input.width=16", "--set", "input.height=16",
    "--set", "model.blocks=2", "--set", "model.filters=4",
)  # fmt: skip
"""A network that trains in moments."""


def write_classes(folder: Path, names: Sequence[str], each: int, size: int = 16) -> Path:
    """A data set of noisy colours: ``each`` PNG for each class."""
    for number, name in enumerate(names):
        for index in range(each):
            file = folder / name / f"{index}.png"
            write_noise(file, COLOURS[number % len(COLOURS)], 100 * number + index, size)
    return folder


# --- the command ----------------------------------------------------------------------------------


def command(*arguments: object) -> list[bytes]:
    """The command line as bytes, since a path need not be text."""
    words = [sys.executable, "-m", "studio", *arguments]
    return [os.fsencode(w if isinstance(w, Path) else str(w)) for w in words]


def begin(*arguments: object, more: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
    """Start the command and leave it running."""
    return subprocess.Popen(
        command(*arguments), cwd=ROOT, env={**os.environ, **(more or {})},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


@dataclass
class Ended:
    """What a command left: exit code, output, errors."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The output as JSON lines."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def sentence(self) -> str:
        """The one line of the error output."""
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, self.err
        assert "Traceback" not in lines[0]
        return lines[0]


def finish(process: subprocess.Popen[str], seconds: float = 100) -> Ended:
    """Wait for the end of a command."""
    try:
        out, err = process.communicate(timeout=seconds)
    finally:
        process.kill()
    return Ended(process.returncode, out, err)


def until(process: subprocess.Popen[str], wanted: Callable[[dict[str, Any]], bool]) -> None:
    """Read the JSON lines of a training up to one that is wanted."""
    assert process.stdout is not None
    for line in process.stdout:
        if wanted(json.loads(line)):
            return
    raise AssertionError(f"the training ended before: {finish(process).err}")


def is_epoch(number: int) -> Callable[[dict[str, Any]], bool]:
    """Whether a line tells the end of that epoch or a later one."""
    return lambda line: line["event"] == "epoch" and line["epoch"] >= number


def call(capsys: Any, *arguments: object) -> Ended:
    """The command inside this process: the same code without the start."""
    capsys.readouterr()
    code = run([os.fsdecode(a) if isinstance(a, Path) else str(a) for a in arguments])
    captured = capsys.readouterr()
    return Ended(code, captured.out, captured.err)


def worker_of(process: subprocess.Popen[str]) -> psutil.Process:
    """The computing process of a running command."""
    for child in psutil.Process(process.pid).children(recursive=True):
        with contextlib.suppress(psutil.Error):
            if "spawn_main" in " ".join(child.cmdline()):
                return child
    raise AssertionError("the command has no worker")


def kill_worker(process: subprocess.Popen[str]) -> float:
    """SIGKILL the worker; seconds until the command has ended."""
    worker_of(process).kill()
    begun = time.monotonic()
    process.wait(20)
    return time.monotonic() - begun


# --- disks ----------------------------------------------------------------------------------------


@dataclass
class Disk:
    """A file system of its own, small enough to be filled; a plain folder where none can be made.

    What needs the file system skips the test there.
    """

    path: Path
    is_mounted: bool

    @property
    def filler(self) -> Path:
        """What takes the room."""
        return self.path / "somebody else's file"

    def fill(self) -> None:
        """Take all the room that is left."""
        if not self.is_mounted:
            pytest.skip("a small file system can only be mounted by root on Linux")
        with open(self.filler, "ab", buffering=0) as file:
            for size in (1 << 16, 1 << 12, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(bytes(size))

    def free(self) -> None:
        """Give it back."""
        self.filler.unlink()

    @contextlib.contextmanager
    def read_only(self) -> Iterator[None]:
        """Nothing can be written meanwhile; on a file system of its own not even by root."""
        if self.is_mounted:
            _mount("-o", "remount,ro", str(self.path))
        elif sys.platform == "win32" or os.geteuid() == 0:
            pytest.skip("neither a mount nor permissions can keep this user from writing")
        else:
            _permit(self.path, 0o555)
        try:
            yield
        finally:
            if self.is_mounted:
                _mount("-o", "remount,rw", str(self.path))
            else:
                _permit(self.path, 0o755)


def make_disk(path: Path, size: str = "6m") -> Disk:
    """A small file system in memory, or a folder where this user or system cannot make one."""
    path.mkdir()
    options = ("-t", "tmpfs", "-o", f"size={size}", "tmpfs")
    return Disk(path, sys.platform == "linux" and _mount(*options, str(path)))


def unmount(disk: Disk) -> None:
    """Take the file system away, also where a process still has a file open."""
    if disk.is_mounted:
        subprocess.run(["umount", "-l", str(disk.path)], capture_output=True, check=True)


def limit_files(process: subprocess.Popen[str], size: int = 8192) -> None:
    """Let the system refuse the worker of a running command every file beyond ``size`` bytes."""
    worker_of(process).rlimit(psutil.RLIMIT_FSIZE, (size, -1))


def _mount(*arguments: str) -> bool:
    try:
        return subprocess.run(["mount", *arguments], capture_output=True).returncode == 0
    except OSError:
        return False


def _permit(folder: Path, mode: int) -> None:
    for place, _, _ in os.walk(folder):
        os.chmod(place, mode)

"""Run the *built* app: the whole way in its window and its workers, then on the command line.

    python packaging/check_build.py FOLDER [--keep]

FOLDER holds the program ``classifier-studio``. Every step is a new process of the built app; a
home of its own keeps it off the person's settings. Prints what was measured; exit code 0 only if
every step did what it should.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STEP_SECONDS = 600


class Failed(Exception):
    """A step of the built app did not do what it should."""


def find_program(folder: Path) -> Path:
    """The program in the built folder.

    Raises:
        Failed: there is none.
    """
    for name in ("classifier-studio", "classifier-studio.exe"):
        if (folder / name).is_file():
            return folder / name
    raise Failed(f"There is no program classifier-studio in {folder}. Build it first.")


def folder_size(folder: Path) -> int:
    """Bytes of all files below a folder; links are not followed."""
    return sum(p.lstat().st_size for p in folder.rglob("*") if p.is_file() and not p.is_symlink())


def run(program: Path, arguments: list[str], home: Path) -> str:
    """What the program printed to stdout.

    Raises:
        Failed: it ended with another code than 0, or not at all.
    """
    # Nothing of this machine's Python may help the built app.
    left_out = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "QT_PLUGIN_PATH")
    environ = {k: v for k, v in os.environ.items() if k not in left_out}
    environ.update(
        QT_QPA_PLATFORM="offscreen",
        CLASSIFIER_STUDIO_HOME=str(home),
        TF_CPP_MIN_LOG_LEVEL="3",
    )
    try:
        result = subprocess.run(
            [str(program), *arguments],
            env=environ,
            cwd=home,
            capture_output=True,
            text=True,
            timeout=STEP_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise Failed(f"it did not end within {STEP_SECONDS} s") from error
    if result.returncode != 0:
        ending = "\n".join((result.stdout + result.stderr).strip().splitlines()[-15:])
        raise Failed(f"exit code {result.returncode}:\n{ending}")
    return result.stdout


def last_object(output: str) -> dict[str, Any]:
    """The last line that is a JSON object.

    Raises:
        Failed: there is none.
    """
    for line in reversed(output.splitlines()):
        if line.startswith("{"):
            value: dict[str, Any] = json.loads(line)
            return value
    raise Failed(f"no JSON line came:\n{output[-1000:]}")


class Check:
    """The steps, one after another, in a folder for what they make."""

    def __init__(self, program: Path, folder: Path) -> None:
        self.program = program
        self.pictures = folder / "sample"
        self.run_folder = folder / "run"
        self.home = folder / "home"
        self.home.mkdir()

    def call(self, *arguments: str) -> str:
        return run(self.program, list(arguments), self.home)

    def paint(self) -> str:
        """The window paints."""
        painted = last_object(self.call("--quit-after-paint"))
        return f"after {painted['seconds']} s"

    def window(self) -> str:
        """The window opens the sample, shows every pane, trains one epoch and classifies."""
        output = self.call("--rehearse")
        events = [json.loads(line) for line in output.splitlines() if line.startswith("{")]
        steps = [event["event"] for event in events]
        if steps != ["opened", "shown", "trained", "classified"]:
            raise Failed(f"its steps were {', '.join(steps)}")
        return ", ".join(f"{event['event']} {event['seconds']} s" for event in events)

    def sample(self) -> str:
        """The sample data set is written."""
        self.call("sample", str(self.pictures), "--count", "120", "--size", "48")
        count = sum(1 for path in self.pictures.rglob("*.png"))
        if count < 120:
            raise Failed(f"{count} pictures instead of 120")
        return f"{count} pictures"

    def train(self) -> str:
        """One epoch, in the worker process of the built app."""
        output = self.call(
            *("train", str(self.pictures), "--out", str(self.run_folder)),
            *("--epochs", "1", "--batch-size", "16", "--seed", "1", "--json"),
        )
        finished = last_object(output)
        if finished.get("event") != "finished" or not finished.get("metrics"):
            raise Failed(f"it ended with {finished}")
        return ", ".join(f"{k} {v:.3g}" for k, v in finished["metrics"].items() if v is not None)

    def predict(self) -> str:
        """The trained run names a class for pictures."""
        pictures = sorted(self.pictures.rglob("*.png"))[:3]
        output = self.call("predict", str(self.run_folder), *map(str, pictures), "--json")
        predictions = json.loads(output)
        if len(predictions) != 3 or any("outputs" not in one for one in predictions):
            raise Failed(f"it printed {output[:500]}")
        for one in predictions:
            for ranked in one["outputs"].values():
                total = sum(entry["probability"] for entry in ranked)
                if not 0.99 < total < 1.01:
                    raise Failed(f"the probabilities sum up to {total}")
        return f"{len(predictions)} pictures"


def main() -> int:
    parser = argparse.ArgumentParser(description="Run the built app step by step.")
    parser.add_argument("folder", type=Path, help="the folder that PyInstaller made")
    parser.add_argument("--keep", action="store_true", help="keep what the steps make")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="studio-check-"))
    failures = 0
    try:
        program = find_program(options.folder)
        print(f"{options.folder}: {folder_size(options.folder) / 1e9:.2f} GB")
        check = Check(program, folder)
        steps: list[Callable[[], str]] = [
            check.paint, check.window, check.sample, check.train, check.predict,
        ]  # fmt: skip
        for step in steps:
            start = time.monotonic()
            try:
                outcome = f"ok      {step()}"
            except Failed as error:
                outcome, failures = f"FAILED  {error}", failures + 1
            took = time.monotonic() - start
            print(f"{step.__name__:10}{took:7.1f} s  {outcome}", flush=True)
    except Failed as error:
        print(error, file=sys.stderr)
        failures += 1
    finally:
        if options.keep:
            print(f"kept: {folder}")
        else:
            shutil.rmtree(folder, ignore_errors=True)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())

"""``classifier-studio train``."""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, Any

import typer

from studio.cli.app import Columns, Format, Options, how_to_open
from studio.cli.output import INTERRUPTED, complain, print_line
from studio.cli.progress import bar
from studio.core.control import Control


def train(
    dataset: Annotated[Path, typer.Argument(help="A folder of pictures, or a table.")],
    out: Annotated[Path, typer.Option("--out", help="The run's folder, new or empty.")],
    architecture: Annotated[str, typer.Option(help="See: list architectures.")] = "small_cnn",
    weights: Annotated[
        str, typer.Option(help="Pretrained weights: a file, or imagenet (downloads them).")
    ] = "",
    epochs: Annotated[int | None, typer.Option(help="How often it sees every picture.")] = None,
    batch_size: Annotated[int | None, typer.Option(help="Pictures in a step.")] = None,
    seed: Annotated[int | None, typer.Option(help="Fixes weights, order, augmentation.")] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="SPEC.FIELD=VALUE",
            help="Any setting of model, input, recipe or split; policy=medium, policy=FILE.json.",
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
    format: Format = "",
    columns: Columns = None,
    options: Options = None,
) -> int:
    """Train a network on a data set and leave a run."""
    from studio.core.paths import clean_text
    from studio.core.runs import RunFolder
    from studio.engine import commands, planning

    given = {"epochs": epochs, "batch_size": batch_size, "seed": seed}
    with _graceful() as control:
        if resume:
            folder = RunFolder.open(planning.absolute(out))
        else:
            with bar("Reading", quiet=as_json) as progress:
                folder = planning.plan_run(
                    dataset, out, architecture=architecture, weights=weights,
                    recipe={k: v for k, v in given.items() if v is not None},
                    settings=settings or (), progress=progress, control=control,
                    **how_to_open(dataset, format, columns, options),
                )  # fmt: skip
        with _training_output(as_json) as emit:
            record = commands.train(folder, emit, control, resume)
    ended = {"event": record.state, "run": clean_text(str(out)),
             "metrics": record.metrics, "best_epoch": record.best_epoch,
             "epochs": record.epochs_done}  # fmt: skip
    if as_json:
        print_line(ended)
    else:
        for name, value in record.metrics.items():
            print(f"{name.replace('_', ' ')}: {_number(name, value)}")
        print(f"best epoch: {record.best_epoch} of {record.epochs_done}")
        print(f"run: {out}")
        _tell_problems(folder.problems_file)
    if record.state == "finished":
        return 0
    return complain(
        "Stopped. The best epoch and a checkpoint are kept; go on with --resume.", INTERRUPTED
    )


def _tell_problems(file: Path) -> None:
    """How many pictures had a problem; each was an event, or a line on a terminal."""
    with suppress(OSError), file.open("rb") as lines:
        if count := sum(1 for _ in lines):
            print(f"Problems with pictures: {count:,}. The reasons are in {file}", file=sys.stderr)


def _number(name: str, value: float) -> str:
    return f"{value * 100:.1f} %" if "accuracy" in name else f"{value:.3f}"


@contextmanager
def _graceful() -> Iterator[Control]:
    """Ctrl+C asks to stop after the current batch; a second one stops at once."""
    control = Control()
    before = signal.getsignal(signal.SIGINT)

    def ask(number: int, frame: object) -> None:
        if control.cancelled:
            raise KeyboardInterrupt
        control.cancel()
        if sys.stderr.isatty():
            print("\nStopping after this batch; Ctrl+C again stops at once.", file=sys.stderr)

    signal.signal(signal.SIGINT, ask)
    try:
        yield control
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _training_output(as_json: bool) -> Iterator[Callable[[Any], None]]:
    """What to do with each event: a JSON line, a bar on a terminal, or nothing."""
    if as_json:
        from studio.engine.commands import event_json

        # The last line says how it ended, with the run.
        yield (
            lambda event: (
                print_line(row) if (row := event_json(event))["event"] != "ended" else None
            )
        )
        return
    with bar("Starting") as progress:
        yield _Follower(progress).take


class _Follower:
    """Turns the events of a training into a bar."""

    def __init__(self, progress: Callable[[int, int | None, str], None]) -> None:
        self._progress = progress
        self._total: int | None = None
        self._epochs = 0
        self._validation = ""

    def take(self, event: Any) -> None:
        """Show one event."""
        from studio.core.events import (
            BatchEnded,
            EpochEnded,
            Preparing,
            ProblemFound,
            TrainingStarted,
        )

        if isinstance(event, Preparing):
            self._progress(event.done, event.total, event.words)
        elif isinstance(event, TrainingStarted):
            self._epochs, self._total = event.epochs, event.epochs * event.batches_per_epoch
            self._progress(event.first_step, self._total, "First batch")
        elif isinstance(event, BatchEnded):
            words = f"Epoch {event.epoch} of {self._epochs}, loss {event.loss:.3f}"
            self._progress(event.step, self._total, f"{words}{self._validation}")
        elif isinstance(event, EpochEnded) and event.validation_accuracy is not None:
            self._validation = f", validation {event.validation_accuracy * 100:.1f} %"
        elif isinstance(event, ProblemFound) and sys.stderr.isatty():
            where = "Left out " if event.kind != "augmentation" else ""
            print(f"{where}{event.path}: {event.message}", file=sys.stderr)

"""The same jobs without a window. Results go to stdout; progress and errors to stderr."""

from __future__ import annotations

import csv
import gc
import io
import json
import logging
import os
import signal
import sys
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from studio.core.control import Cancelled, Control
from studio.core.errors import StudioError

if TYPE_CHECKING:
    from studio.core.results import Prediction

INTERRUPTED, BROKEN_PIPE = 130, 141
_ABOUT = """From a folder of pictures to a trained image classifier.

classifier-studio [PATH] opens the window, on a data set, project or picture;
classifier-studio --sample opens it on the built-in sample.
The commands below do the same jobs without a window."""

app = typer.Typer(
    help=_ABOUT, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
    subcommand_metavar="[PATH] | COMMAND [ARGS]...",
    context_settings={"help_option_names": ["-h", "--help"]},
)  # fmt: skip
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Format = Annotated[str, typer.Option("--format", help="Its format; see: list formats.")]
Columns = Annotated[
    list[str] | None,
    typer.Option("--column", metavar="ROLE=NAME",
                 help="A table's column: file=id, label=breed (repeat for more), split=set."),
]  # fmt: skip
Options = Annotated[
    list[str] | None,
    typer.Option("--option", metavar="NAME=VALUE", help="An option of the format."),
]


def run(arguments: Sequence[str]) -> int:
    """Do what the command line says and return the exit code; errors are one sentence."""
    _keep_output_writable()
    words = list(arguments)
    first = words[0] if words else ""
    if first not in command_names() and first not in ("--help", "-h"):
        words.insert(0, "open")
    if words[0] != "open":
        # What a library logs is no word for a person: without a handler it would be printed.
        logging.getLogger().addHandler(logging.NullHandler())
    try:
        code = app(words, prog_name="classifier-studio", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except StudioError as error:
        return _complain(str(error), details=error.details)
    except (KeyboardInterrupt, Cancelled):
        return _complain("Stopped.", INTERRUPTED)
    except (BrokenPipeError, SystemExit) as error:
        # The command line's library turns a broken pipe into its own exit.
        if isinstance(error, SystemExit) and not isinstance(error.__context__, BrokenPipeError):
            return error.code if isinstance(error.code, int) else 1
        # Whoever read our output has left; a second complaint at exit would help nobody.
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return BROKEN_PIPE
    except Exception as error:
        return _other(error)


def command_names() -> list[str]:
    """What works without a window."""
    names = [c.name or getattr(c.callback, "__name__", "") for c in app.registered_commands]
    return [name for name in names if name != "open"]


def _other(error: Exception) -> int:
    """The command line's own errors, and those that nobody foresaw."""
    if type(error).__name__ == "Abort":
        return _complain("Stopped.", INTERRUPTED)
    message = getattr(error, "format_message", None)
    if message is not None:
        hint = ""
        if type(error).__name__ == "NoSuchOption":
            hint = " Before a path that starts with “-” write “--”."
        text = str(message()).rstrip(".")
        return _complain(f"{text}.{hint} See classifier-studio --help.", 2)
    return _complain(
        f"Something went wrong inside the studio ({type(error).__name__}: {error}).",
        details=traceback.format_exc(),
    )


def _complain(sentence: str, code: int = 1, details: str = "") -> int:
    with suppress(OSError, ValueError):
        print(" ".join(sentence.split()), file=sys.stderr)
        if details and os.environ.get("CLASSIFIER_STUDIO_DEBUG"):
            print(details, file=sys.stderr)
    return code


def _keep_output_writable() -> None:
    """A name that is no UTF-8, or a terminal that is not, must not end a command."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


# --- the window -----------------------------------------------------------------------------------


@app.command("open", hidden=True)
def open_window(
    path: Annotated[Path | None, typer.Argument(help="A data set, project or picture.")] = None,
    sample: Annotated[bool, typer.Option("--sample", help="Open the built-in sample.")] = False,
    quit_after_paint: Annotated[bool, typer.Option("--quit-after-paint", hidden=True)] = False,
    rehearse: Annotated[bool, typer.Option("--rehearse", hidden=True)] = False,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> int:
    """Open the window."""
    if version:
        from studio import __version__

        print(f"Classifier Studio {__version__}")
        return 0
    if path is not None and not os.path.lexists(path):
        from studio.core.errors import InputError

        known = ", ".join(command_names())
        raise InputError(f"There is no file or folder “{path}”.", f"Commands are: {known}.")
    if problem := display_problem():
        raise StudioError(*problem)
    # While everything is being made there is no garbage, and looking for it takes a tenth of the
    # start. The window turns it on again with its first paint.
    gc.disable()
    from studio.app import run as run_window

    return run_window(path, sample, quit_after_paint, rehearse)


def display_problem() -> tuple[str, str] | None:
    """Why no window can be shown here, and what works; None where one can."""
    if not sys.platform.startswith("linux"):
        return None
    if any(os.environ.get(n) for n in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        return None
    words = ", ".join(command_names())
    return (
        "There is no display to show the window on;",
        f"these commands work without one: {words}.",
    )


# --- data -----------------------------------------------------------------------------------------


@app.command()
def sample(
    out: Annotated[Path, typer.Argument(help="The folder to write.")],
    count: Annotated[int, typer.Option(min=1, help="Number of pictures.")] = 2400,
    size: Annotated[int, typer.Option(min=8, max=4096, help="Side of a picture, px.")] = 64,
    seed: Annotated[int, typer.Option(min=0, help="Draws other pictures.")] = 1,
) -> None:
    """Write the sample data set."""
    from studio.data.sample import write_sample

    with _bar("Drawing") as progress:
        folder = write_sample(out, count=count, size=size, seed=seed, progress=progress)
    print(folder)


@app.command()
def inspect(
    dataset: Annotated[Path, typer.Argument(help="A folder of pictures, or a table.")],
    as_json: AsJson = False,
    format: Format = "",
    columns: Columns = None,
    options: Options = None,
) -> None:
    """Show format, problem, classes, counts, splits and problems of a data set."""
    from studio.data.index import choose
    from studio.engine import commands

    with _bar("Reading") as progress:
        choice = choose(dataset, format, columns or (), options or ())
        found = commands.inspect(dataset, progress, format=choice.kind, options=choice.options)
    found["reason"] = choice.reason
    if as_json:
        _print_json(found)
        return
    print(f"{found['pictures']:,} pictures, {found['format']}, {found['problem']}")
    if choice.reason:
        print(choice.reason)
    for output, classes in found["counts"].items():
        splits = list(next(iter(classes.values()), {}))
        _table([output, *splits], [[c, *(f"{n[s]:,}" for s in splits)] for c, n in classes.items()])
    if found["problems"]:
        rows = [[p["kind"], p["path"], p["message"]] for p in found["problems"]]
        _table(["problem", "path", "what it means"], rows)
    else:
        print("No problems were found.")


@app.command()
def convert(
    dataset: Annotated[Path, typer.Argument(help="A folder, table, array file or archive.")],
    out: Annotated[Path, typer.Argument(help="A new folder; for hdf5 a new file.")],
    to: Annotated[str, typer.Option("--to", help="folder, csv or hdf5.")],
    width: Annotated[int, typer.Option(help="Of the arrays in hdf5, px.")] = 64,
    height: Annotated[int, typer.Option(help="Of the arrays in hdf5, px.")] = 64,
    fit: Annotated[str, typer.Option(help="For hdf5: crop, letterbox or stretch.")] = "crop",
    format: Format = "",
    columns: Columns = None,
    options: Options = None,
    as_json: AsJson = False,
) -> int:
    """Write a data set in another form; the old one stays as it is."""
    from studio.core.input import InputSpec
    from studio.core.paths import clean_text
    from studio.core.spec import parse_spec
    from studio.data.convert import convert as write
    from studio.data.index import open_dataset

    spec = parse_spec(InputSpec, {"width": width, "height": height, "fit": fit})
    with _bar("Reading") as progress:
        how = _how_to_open(dataset, format, columns, options)
        found = open_dataset(dataset, progress=progress, **how)
        done = write(found, out, to, spec, progress)
    left_out = [{"kind": p.kind, "path": clean_text(p.path), "message": p.message}
                for p in done.left_out]  # fmt: skip
    if as_json:
        _print_json({"path": clean_text(str(out)), "pictures": done.written, "left_out": left_out})
    else:
        print(f"{done.written:,} pictures in {out}")
    for problem in left_out:
        print(f"Left out {problem['path']}: {problem['message']}", file=sys.stderr)
    return 0


def _how_to_open(
    dataset: Path, format: str, columns: list[str] | None, options: list[str] | None
) -> dict[str, Any]:
    """Format and options of a data set where the command line says them; else nothing."""
    if not (format or columns or options):
        return {}
    from studio.data.index import choose

    choice = choose(dataset, format, columns or (), options or ())
    return {"format": choice.kind, "options": choice.options}


# --- training -------------------------------------------------------------------------------------


@app.command()
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
            help="Any setting of model, input, recipe or split; policy=medium.",
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON lines.")] = False,
    format: Format = "",
    columns: Columns = None,
    options: Options = None,
) -> int:
    """Train a network on a data set and leave a run."""
    from studio.core.runs import RunFolder
    from studio.engine import commands

    given = {"epochs": epochs, "batch_size": batch_size, "seed": seed}
    with _graceful() as control:
        if resume:
            folder = RunFolder.open(commands.absolute(out))
        else:
            with _bar("Reading", quiet=as_json) as progress:
                folder = commands.plan_run(
                    dataset, out, architecture=architecture, weights=weights,
                    recipe={k: v for k, v in given.items() if v is not None},
                    settings=settings or (), progress=progress, control=control,
                    **_how_to_open(dataset, format, columns, options),
                )  # fmt: skip
        with _training_output(as_json) as emit:
            record = commands.train(folder, emit, control, resume)
    ended = {"event": record.state, "run": commands.clean_text(str(out)),
             "metrics": record.metrics, "best_epoch": record.best_epoch,
             "epochs": record.epochs_done}  # fmt: skip
    if as_json:
        _print_line(ended)
    else:
        for name, value in record.metrics.items():
            print(f"{name.replace('_', ' ')}: {_number(name, value)}")
        print(f"best epoch: {record.best_epoch} of {record.epochs_done}")
        print(f"run: {out}")
        _tell_problems(folder.problems_file)
    if record.state == "finished":
        return 0
    return _complain(
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
                _print_line(row) if (row := event_json(event))["event"] != "ended" else None
            )
        )
        return
    with _bar("Starting") as progress:
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


# --- with a trained run ---------------------------------------------------------------------------


@app.command()
def evaluate(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A trained run.")],
    dataset: Annotated[Path, typer.Argument(help="A folder of pictures, or a table.")],
    as_json: AsJson = False,
    format: Format = "",
    columns: Columns = None,
    options: Options = None,
) -> None:
    """Measure a run on a data set's test split, or on all of it where it has none."""
    from studio.engine import commands

    with _quiet_libraries(), _bar("Evaluating") as progress:
        how = _how_to_open(dataset, format, columns, options)
        found = commands.evaluate(run_folder, dataset, progress, **how)
    if as_json:
        _print_json(found)
        return
    part = "the test pictures" if found["split"] == "test" else "all pictures"
    print(f"{found['n']:,} pictures ({part}), loss {found['loss']:.3f}")
    for name, output in found["outputs"].items():
        _print_output(name, output)
    if found["unlabelled"]:
        print(f"Pictures without a label that the run knows: {found['unlabelled']:,}",
              file=sys.stderr)  # fmt: skip
    for problem in found["left_out"]:
        print(f"Left out {problem['path']}: {problem['message']}", file=sys.stderr)


def _print_output(name: str, output: dict[str, Any]) -> None:
    """One question: how often right, and the table of its classes."""
    low, high = output["interval"]
    several = output.get("multi_label", False)
    other = ("mAP", output["map"]) if several else (
        "balanced accuracy", output["balanced_accuracy"])  # fmt: skip
    print(f"{name}: accuracy {_share(output['accuracy'])} ({low * 100:.1f} to {high * 100:.1f}), "
          f"macro F1 {_share(output['macro_f1'])}, {other[0]} {_share(other[1])}")  # fmt: skip
    shares = ["precision", "recall", "f1", *(["average_precision"] if several else [])]
    columns = zip(*(output[share] for share in shares), strict=True)
    rows = [
        [class_name, f"{n:,}", *map(_share, row)]
        for class_name, n, row in zip(output["classes"], output["support"], columns, strict=True)
    ]
    titles = ["precision", "recall", "F1", *(["average precision"] if several else [])]
    _table([name, "pictures", *titles], rows)


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value * 100:.1f} %"


@app.command()
def predict(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A trained run.")],
    paths: Annotated[list[str], typer.Argument(help="Pictures and folders of pictures.")],
    as_json: AsJson = False,
    table: Annotated[
        str, typer.Option("--csv", metavar="FILE", help="Write a table; - is stdout.")
    ] = "",
) -> int:
    """Classify pictures with a trained run."""
    from studio.engine import commands

    if as_json and table:
        raise StudioError("--json and --csv cannot be given together.", "Choose one of them.")
    with _quiet_libraries(), _bar("Classifying") as progress:
        predictions = list(commands.predict(run_folder, paths, progress))
    if as_json:
        _print_json([commands.prediction_json(p) for p in predictions])
    elif table:
        _write_csv(predictions, table)
    else:
        _print_predictions(predictions)
    failed = sum(1 for p in predictions if p.error)
    if failed:
        _complain(f"Pictures that could not be classified: {failed} of {len(predictions)}.")
    return 1 if failed == len(predictions) else 0


def _print_predictions(predictions: list[Prediction]) -> None:
    from studio.core.paths import display_name

    for prediction in predictions:
        if prediction.error:
            print(f"{display_name(prediction.path)}\t{prediction.error}", file=sys.stderr)
            continue
        best = [
            _holding(ranked) if name in prediction.multi_label
            else f"{display_name(ranked[0][0])}\t{ranked[0][1] * 100:.1f} %"
            for name, ranked in prediction.outputs.items()
        ]  # fmt: skip
        print("\t".join([display_name(prediction.path), *best]))


def _holding(ranked: Sequence[tuple[str, float]]) -> str:
    """The classes that hold of an output where several may, with their probabilities."""
    from studio.core.paths import display_name

    held = [f"{display_name(c)} {p * 100:.1f} %" for c, p in ranked if p >= 0.5]
    return ", ".join(held) or "none"


def _write_csv(predictions: list[Prediction], file: str) -> None:
    """One row a picture: path, for each output its class and probability, error.

    An output where several classes may hold has a column of probabilities for each class.
    """
    from studio.core.files import write_atomic
    from studio.core.paths import clean_text

    names = list(dict.fromkeys(n for p in predictions for n in p.outputs))
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    several = {n: sorted(c for c, _ in p.outputs[n]) for p in predictions for n in p.multi_label
               if n in p.outputs}  # fmt: skip
    columns: list[str] = []
    for name in names:
        each = [f"{name}: {clean_text(class_name)}" for class_name in several.get(name, ())]
        columns += each or [name, f"{name} probability"]
    writer.writerow(["path", *columns, "error"])
    for prediction in predictions:
        cells: list[str] = []
        for name in names:
            if name in several:
                found = dict(prediction.outputs.get(name, ()))
                cells += [f"{found[k]:.6f}" if k in found else "" for k in several[name]]
                continue
            best = prediction.best(name) if prediction.outputs else None
            cells += [best[0], f"{best[1]:.6f}"] if best else ["", ""]
        writer.writerow([clean_text(prediction.path), *cells, prediction.error])
    if file == "-":
        print(out.getvalue(), end="")
    else:
        write_atomic(Path(file), out.getvalue(), "saving the table")


# --- lists ----------------------------------------------------------------------------------------


@app.command("list")
def list_kinds(
    what: Annotated[
        str, typer.Argument(help="architectures, augmenters, formats, visualizers or exporters.")
    ],
    as_json: AsJson = False,
) -> None:
    """List what is built in."""
    from studio.engine import commands

    if what not in commands.LISTS:
        raise StudioError(f"There is no list of “{what}”.", f"Known: {', '.join(commands.LISTS)}.")
    found = commands.catalogue(what)
    if as_json:
        _print_json(found)
    elif not found:
        print(f"This version has no {what} yet.")
    else:
        _table(["kind", "name", "what it is"], [[f["kind"], f["title"], f["help"]] for f in found])


# --- output ---------------------------------------------------------------------------------------


def _print_json(value: Any) -> None:
    print(json.dumps(value, indent=1, ensure_ascii=True, allow_nan=False))


def _print_line(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=True), flush=True)


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """A table on a terminal; tab-separated lines for another program."""
    if not sys.stdout.isatty():
        for row in [head, *rows]:
            print("\t".join(" ".join(cell.split()) for cell in row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in head:
        table.add_column(name)
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Send what libraries write to the error output by themselves to a log.

    TensorFlow greets from C++ before anything can be asked of it; a person who reads errors
    should read ours.
    """
    from studio.core.paths import log_folder

    file = log_folder() / "commands.log"
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        log = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError:
        log = os.open(os.devnull, os.O_WRONLY)
    before = sys.stderr
    try:
        kept = os.dup(2)
    except OSError:  # there is no error output at all
        os.close(log)
        yield
        return
    if _writes_to(before, 2):
        sys.stderr = os.fdopen(kept, "w", buffering=1, errors="backslashreplace", closefd=False)
    os.dup2(log, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        sys.stderr = before
        os.close(kept)
        os.close(log)


def _writes_to(stream: Any, number: int) -> bool:
    try:
        return bool(stream.fileno() == number)
    except (OSError, ValueError, AttributeError):
        return False


@contextmanager
def _bar(words: str, quiet: bool = False) -> Iterator[Callable[[int, int | None, str], None]]:
    """A progress bar on a terminal, nothing elsewhere."""
    if quiet or not sys.stderr.isatty():
        yield lambda done, total, what: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    columns = Progress.get_default_columns()
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(words, total=None)

        def report(done: int, total: int | None, what: str) -> None:
            progress.update(task, completed=done, total=total, description=escape(what or words))

        yield report

"""What ``python3 packaging/start.py`` does. Standard library only: nothing is installed yet.

The environment lives in ``.venv`` of the checkout. A stamp in it remembers what it was made from,
so that every start but the first is instant and needs no network.
"""

from __future__ import annotations

import ctypes
import hashlib
import importlib.util
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
STAMP = "classifier-studio.json"
WINDOW_TESTS = ("tests/ui", "tests/e2e")
"""About half of the tests, by the time they take."""

HELP = """\
python3 packaging/start.py                 set up (first time only) and open the built-in sample
python3 packaging/start.py test [ARGS]     set up and pass lint, types, import rules and tests
python3 packaging/start.py bench [ARGS]    measure the studio against its references
python3 packaging/start.py shots [FOLDER]  make every screenshot (default: build/screenshots)
python3 packaging/start.py build [FOLDER]  build the one-folder app and try it (default: build/app)
python3 packaging/start.py setup           only set up
python3 packaging/start.py libraries       say which libraries of the system are missing
python3 packaging/start.py COMMAND …       any command of classifier-studio, e.g. --help
"""


class SetupError(Exception):
    """Something that keeps the studio from being set up, as sentences for a person."""


@dataclass(frozen=True)
class Library:
    """A shared library of the system, and the packages that bring it."""

    file: str
    debian: str
    fedora: str


# What Qt's wheels and OpenCV's link to and do not bring (readelf -d on the wheels).
BASIC_LIBRARIES = (
    Library("libGL.so.1", "libgl1", "mesa-libGL"),
    Library("libEGL.so.1", "libegl1", "mesa-libEGL"),
    Library("libX11.so.6", "libx11-6", "libX11"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig"),
    Library("libfreetype.so.6", "libfreetype6", "freetype"),
    Library("libglib-2.0.so.0", "libglib2.0-0", "glib2"),
    Library("libgthread-2.0.so.0", "libglib2.0-0", "glib2"),
)
X11_LIBRARIES = (
    Library("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb"),
    Library("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm"),
    Library("libxcb-image.so.0", "libxcb-image0", "xcb-util-image"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms"),
    Library("libxcb-randr.so.0", "libxcb-randr0", "libxcb"),
    Library("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil"),
    Library("libxcb-shape.so.0", "libxcb-shape0", "libxcb"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb"),
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11"),
)


def can_load(file: str) -> bool:
    """Whether the system's loader finds this shared library."""
    try:
        ctypes.CDLL(file)
    except OSError:
        return False
    return True


def needed_libraries(environ: Mapping[str, str], window: bool) -> tuple[Library, ...]:
    """The libraries that a window on this display needs, or those of work without a display."""
    on_x11 = "DISPLAY" in environ and "WAYLAND_DISPLAY" not in environ
    if window and on_x11 and "QT_QPA_PLATFORM" not in environ:
        return BASIC_LIBRARIES + X11_LIBRARIES
    return BASIC_LIBRARIES


def libraries_problem(
    needed: Sequence[Library], loads: Callable[[str], bool] = can_load, root: bool | None = None
) -> str:
    """Sentences that name the missing libraries and the command that installs them, or nothing."""
    missing = [library for library in needed if not loads(library.file)]
    if not missing:
        return ""
    if root is None:
        root = hasattr(os, "geteuid") and os.geteuid() == 0
    files = ", ".join(library.file for library in missing)
    sudo = "" if root else "sudo "
    debian = " ".join(dict.fromkeys(library.debian for library in missing))
    fedora = " ".join(dict.fromkeys(library.fedora for library in missing))
    return (
        f"Some libraries of the system are missing: {files}.\n"
        "The window and the picture readers need them. Install them, then run this again.\n"
        f"  Debian, Ubuntu:  {sudo}apt-get install --yes {debian}\n"
        f"  Fedora:          {sudo}dnf install {fedora}"
    )


def display_problem(environ: Mapping[str, str], platform: str = sys.platform) -> str:
    """A sentence if no window can be shown here, else an empty text."""
    if not platform.startswith("linux"):
        return ""
    if any(environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        return ""
    return (
        "There is no display here, so the window cannot open; these commands work without one: "
        "python3 packaging/start.py sample | inspect | train | evaluate | predict | list "
        "(add --help to any of them)."
    )


def venv_module_problem(has_ensurepip: bool | None = None) -> str:
    """A sentence if this Python cannot make virtual environments, else an empty text."""
    if has_ensurepip is None:
        has_ensurepip = importlib.util.find_spec("ensurepip") is not None
    if has_ensurepip:
        return ""
    version = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return (
        "This Python cannot make virtual environments: its venv module is incomplete. "
        f"On Debian and Ubuntu, run: sudo apt-get install python{version}-venv"
    )


def scripts_folder(venv: Path) -> Path:
    """Where a virtual environment keeps its programs."""
    return venv / ("Scripts" if os.name == "nt" else "bin")


def program(name: str, venv: Path = VENV) -> Path:
    """The path of one program of the virtual environment."""
    return scripts_folder(venv) / (f"{name}.exe" if os.name == "nt" else name)


def fingerprint(root: Path, version: str) -> str:
    """A hash of everything that decides what the environment holds."""
    digest = hashlib.sha256(version.encode())
    for name in ("pyproject.toml", "packaging/constraints.txt"):
        digest.update((root / name).read_bytes())
    digest.update(str(root).encode())
    return digest.hexdigest()


def venv_version(venv: Path) -> str:
    """The Python version that a virtual environment says it is of; empty if there is none."""
    try:
        lines = (venv / "pyvenv.cfg").read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return ""
    for line in lines:
        key, _, value = line.partition("=")
        if key.strip() in ("version", "version_info"):
            return value.strip()
    return ""


def installed_extras(venv: Path, key: str) -> frozenset[str] | None:
    """The extras that the stamp names, or None where the environment must be made again."""
    try:
        stamp = json.loads((venv / STAMP).read_text(encoding="utf-8"))
        if stamp["key"] != key or not program("python", venv).exists():
            return None
        return frozenset(stamp["extras"])
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_stamp(venv: Path, key: str, extras: frozenset[str]) -> None:
    """Remember what the environment was made from."""
    temporary = venv / (STAMP + ".new")
    temporary.write_text(json.dumps({"key": key, "extras": sorted(extras)}), encoding="utf-8")
    os.replace(temporary, venv / STAMP)


def clean_environment() -> dict[str, str]:
    """The environment for programs of .venv: nothing of another Python leaks into it."""
    left_out = ("PYTHONHOME", "PYTHONPATH", "VIRTUAL_ENV", "CONDA_PREFIX")
    return {k: v for k, v in os.environ.items() if k not in left_out}


def call(
    arguments: Sequence[object], environ: Mapping[str, str] | None = None, silent: bool = False
) -> int:
    """Run a program in the checkout and return its exit code; 127 if it cannot be started."""
    environ = clean_environment() if environ is None else environ
    output = subprocess.DEVNULL if silent else None
    words = [str(a) for a in arguments]
    try:
        return subprocess.call(words, cwd=ROOT, env=dict(environ), stdout=output, stderr=output)
    except OSError as error:
        if not silent:
            print(f"{words[0]} could not be started: {error.strerror}.", file=sys.stderr)
        return 127


def make_venv(venv: Path) -> None:
    """Make the virtual environment, or make it anew where it is broken.

    Raises:
        SetupError: this Python or this disk does not allow it.
    """
    version = venv_version(venv)
    python = program("python", venv)
    runs = [python, "-c", "import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))"]
    if version and call(runs, silent=True) == 0:
        return
    if problem := venv_module_problem():
        raise SetupError(problem)
    if venv.exists() and any(venv.iterdir()) and not (venv / "pyvenv.cfg").exists():
        raise SetupError(f"{venv} is in the way and is no virtual environment. Move it away.")
    print(f"Making a virtual environment in {venv} …", flush=True)
    if call([sys.executable, "-m", "venv", "--clear", venv], os.environ) != 0:
        raise SetupError(
            f"The virtual environment could not be made in {venv}; what Python says is above. "
            "Check that the folder can be written to and that the disk is not full."
        )


def install(venv: Path, extras: frozenset[str]) -> None:
    """Install the studio, in place, with exactly the versions of constraints.txt.

    Raises:
        SetupError: no network, no room, or a package that is not to be had.
    """
    python = program("python", venv)
    constraints = ROOT / "packaging" / "constraints.txt"
    what = f".[{','.join(sorted(extras))}]" if extras else "."
    pip = [python, "-m", "pip", "--disable-pip-version-check"]
    print("Installing what the studio needs: about 2.5 GB on the disk, some minutes …", flush=True)
    has_uv = program("uv", venv).exists()
    if not has_uv:  # many times faster than pip; without it pip does the same
        get_uv = [*pip, "install", "--retries", "1", "-c", constraints, "uv"]
        has_uv = call(get_uv, silent=True) == 0
    if has_uv:
        fast = [program("uv", venv), "pip", "install", "--python", python]
        if call([*fast, "-c", constraints, "-e", what]) == 0:
            return
        print("Trying once more with pip …", flush=True)
    if call([*pip, "install", "--retries", "2", "-c", constraints, "-e", what]) != 0:
        raise SetupError(
            "The packages could not be installed; the reason stands above. Mostly the network is "
            "not there or a proxy is in the way, or the disk is full (2.5 GB are needed). "
            "Run the same command again: it goes on where it stopped."
        )


def ensure(extras: frozenset[str] = frozenset(), venv: Path = VENV) -> None:
    """Make sure that .venv holds the studio and these extras; instant when it does.

    Raises:
        SetupError: with sentences on what is missing and what to do.
    """
    version = venv_version(venv)
    present = installed_extras(venv, fingerprint(ROOT, version)) if version else None
    if present is not None and extras <= present:
        return
    start = time.monotonic()
    make_venv(venv)
    wanted = extras | (present or frozenset())
    install(venv, wanted)
    write_stamp(venv, fingerprint(ROOT, venv_version(venv)), wanted)
    print(f"Set up in {time.monotonic() - start:.0f} s.", flush=True)


def check_libraries(window: bool) -> None:
    """Look for the system's libraries before anything is downloaded.

    Raises:
        SetupError: with the command that installs what is missing.
    """
    if sys.platform.startswith("linux"):
        if problem := libraries_problem(needed_libraries(os.environ, window)):
            raise SetupError(problem)


def run_checks(pytest_arguments: Sequence[str]) -> int:
    """Lint, types, import rules, tests, in this order; all run even if an early one fails.

    All tests go in two processes side by side, those of the window and the others; tests that
    are named in ``pytest_arguments`` in one.
    """
    environ = clean_environment()
    environ.update(QT_QPA_PLATFORM="offscreen", TF_CPP_MIN_LOG_LEVEL="3")
    pytest: list[object] = [program("python"), "-m", "pytest"]
    steps: list[tuple[str, list[object]]] = [
        ("lint", [program("ruff"), "check", "."]),
        ("types", [program("mypy")]),
        ("import rules", [program("lint-imports")]),
    ]
    if pytest_arguments:
        steps.append(("tests", [*pytest, *pytest_arguments]))
    else:
        steps.append(("tests of the window", [*pytest, *WINDOW_TESTS]))
    outcomes = []
    with tempfile.TemporaryFile() as said:
        beside = None
        if not pytest_arguments:
            rest = [*pytest, "tests", *(f"--ignore={folder}" for folder in WINDOW_TESTS)]
            beside = subprocess.Popen(
                [str(word) for word in rest], cwd=ROOT, env=environ,
                stdout=said, stderr=subprocess.STDOUT,
            )  # fmt: skip
        start = time.monotonic()
        try:
            for name, arguments in steps:
                print_heading(name)
                begun = time.monotonic()
                code = call(arguments, environ)
                outcomes.append((name, code, time.monotonic() - begun))
            if beside is not None:
                code = beside.wait()
                outcomes.append(("other tests", code, time.monotonic() - start))
        finally:
            if beside is not None and beside.poll() is None:
                beside.kill()
        if beside is not None:
            print_heading("other tests")
            said.seek(0)
            sys.stdout.buffer.write(said.read())
            sys.stdout.flush()
    print_heading("summary")
    for name, code, seconds in outcomes:
        print(f"{name:22}{'ok' if code == 0 else f'FAILED (exit code {code})':26}{seconds:7.1f} s")
    return 0 if all(code == 0 for _, code, _ in outcomes) else 1


def print_heading(name: str) -> None:
    """A line between two parts of the output."""
    print(f"\n── {name} " + "─" * (60 - len(name)), flush=True)


def run_studio(arguments: Sequence[str]) -> int:
    """Hand over to the studio; on systems that can, this process becomes it."""
    studio = program("classifier-studio")
    environ = clean_environment()
    if os.name == "nt":
        return subprocess.call([str(studio), *arguments], env=environ)
    os.execve(studio, [str(studio), *arguments], environ)


def build(folder: Path) -> int:
    """Build the one-folder app with PyInstaller and run what was built."""
    shutil.rmtree(folder / "work", ignore_errors=True)
    spec = ROOT / "packaging" / "studio.spec"
    places = ["--distpath", folder / "dist", "--workpath", folder / "work"]
    code = call([program("pyinstaller"), "--noconfirm", *places, spec])
    if code == 0:
        app = folder / "dist" / "classifier-studio"
        code = call([program("python"), ROOT / "packaging" / "check_build.py", app])
    return code


def dispatch(arguments: Sequence[str]) -> int:
    """Do what the command line says and return the exit code.

    Raises:
        SetupError: with sentences on what is missing and what to do.
    """
    command = arguments[0] if arguments else ""
    rest = list(arguments[1:])
    if command in ("-h", "--help", "help") and not program("classifier-studio").exists():
        print(HELP, end="")
        return 0
    check_libraries(window=command in ("", "libraries"))
    if command == "libraries":
        print("Every library that the studio needs from the system is there.")
        return 0
    if command == "test":
        ensure(frozenset({"test"}))
        return run_checks(rest)
    if command == "bench":
        ensure(frozenset({"test", "bench"}))
        return call([program("python"), "-m", "tests.benchmarks", *rest])
    if command == "shots":
        ensure()
        return call([program("python"), ROOT / "packaging" / "screenshots.py", *rest])
    if command == "build":
        ensure(frozenset({"package"}))
        return build(Path(rest[0]).resolve() if rest else ROOT / "build" / "app")
    ensure()
    if command == "setup":
        print(f"Ready: {program('classifier-studio')}")
        return 0
    if command == "help":
        print(HELP, end="")
        return 0
    if command:
        return run_studio(arguments)
    if problem := display_problem(os.environ):
        raise SetupError(problem)
    return run_studio(["--sample"])


def main(arguments: Sequence[str]) -> int:
    """Run; what goes wrong is told in sentences on stderr, never as a traceback."""
    try:
        return dispatch(arguments)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except OSError as error:
        print(f"The system refused: {error}. Nothing of yours was changed.", file=sys.stderr)
        return 1

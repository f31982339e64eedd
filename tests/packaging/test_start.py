"""packaging/start.py: what it says when something is missing, and when it has nothing to do."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]
START = ROOT / "packaging" / "start.py"


def load(name: str) -> ModuleType:
    """A module of packaging/, which is no package."""
    spec = importlib.util.spec_from_file_location(
        f"packaging_{name}", ROOT / "packaging" / f"{name}.py"
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


start = load("start")
launcher = load("launcher")


@pytest.mark.parametrize("version", [(3, 11), (3, 12), (3, 13)])
def test_fitting_pythons_have_no_problem(version: tuple[int, int]) -> None:
    assert start.version_problem(version) == ""


@pytest.mark.parametrize("version", [(2, 7), (3, 6), (3, 10), (3, 14)])
def test_other_pythons_are_told_what_is_needed(version: tuple[int, int]) -> None:
    words = start.version_problem(version)
    assert "3.11 to 3.13" in words
    assert f"this is Python {version[0]}.{version[1]}" in words
    assert "python3.12 packaging/start.py" in start.version_problem(version, "python3.12")


def test_the_versions_are_those_of_pyproject() -> None:
    import tomllib

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    oldest, newest = start.OLDEST, start.NEWEST
    assert project["requires-python"] == f">={oldest[0]}.{oldest[1]},<{newest[0]}.{newest[1] + 1}"


def test_start_can_be_read_by_an_old_python() -> None:
    import ast

    ast.parse(START.read_text("utf-8"), feature_version=(3, 6))


def test_missing_libraries_are_named_with_the_command() -> None:
    gone = {"libEGL.so.1", "libglib-2.0.so.0", "libgthread-2.0.so.0"}
    words = launcher.libraries_problem(
        launcher.BASIC_LIBRARIES, loads=lambda file: file not in gone, root=False
    )
    assert all(file in words for file in gone)
    assert "sudo apt-get install --yes libegl1 libglib2.0-0\n" in words  # no package twice
    assert "sudo dnf install mesa-libEGL glib2" in words
    as_root = launcher.libraries_problem(launcher.BASIC_LIBRARIES, lambda _: False, root=True)
    assert "  apt-get install" in as_root and "sudo" not in as_root


def test_the_systems_loader_is_really_asked() -> None:
    assert not launcher.can_load("libthere-is-no-such-library.so.7")
    if sys.platform.startswith("linux"):
        assert launcher.can_load("libc.so.6")


def test_x11_libraries_are_needed_only_for_a_window_on_x11() -> None:
    x11, wayland = {"DISPLAY": ":0"}, {"DISPLAY": ":0", "WAYLAND_DISPLAY": "wayland-0"}
    files = {library.file for library in launcher.needed_libraries(x11, window=True)}
    assert "libxcb-cursor.so.0" in files
    for environ, window in ((x11, False), (wayland, True), ({}, True)):
        assert launcher.needed_libraries(environ, window) == launcher.BASIC_LIBRARIES


def test_no_display_is_one_sentence_that_names_the_commands_without_one() -> None:
    words = launcher.display_problem({}, "linux")
    assert "no display" in words and "\n" not in words
    assert all(name in words for name in ("sample", "inspect", "train", "evaluate", "predict"))
    assert launcher.display_problem({"DISPLAY": ":0"}, "linux") == ""
    assert launcher.display_problem({"QT_QPA_PLATFORM": "offscreen"}, "linux") == ""
    assert launcher.display_problem({}, "win32") == "" == launcher.display_problem({}, "darwin")


def test_a_python_without_venv_names_the_package() -> None:
    assert launcher.venv_module_problem(True) == ""
    minor = sys.version_info[1]
    assert f"apt-get install python3.{minor}-venv" in launcher.venv_module_problem(False)


def make_environment(folder: Path) -> Path:
    """A real, bare virtual environment without pip."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    return folder


def test_the_stamp_remembers_what_was_installed(tmp_path: Path) -> None:
    venv = make_environment(tmp_path / "venv")
    assert launcher.venv_version(venv).startswith(f"{sys.version_info[0]}.{sys.version_info[1]}.")
    assert launcher.installed_extras(venv, "key") is None
    launcher.write_stamp(venv, "key", frozenset({"test"}))
    assert launcher.installed_extras(venv, "key") == {"test"}
    assert launcher.installed_extras(venv, "other key") is None
    (venv / launcher.STAMP).write_text("{ half a fi")
    assert launcher.installed_extras(venv, "key") is None


def test_the_stamp_follows_requirements_versions_python_and_place(tmp_path: Path) -> None:
    def checkout(name: str, project: str, versions: str) -> Path:
        (tmp_path / name / "packaging").mkdir(parents=True)
        (tmp_path / name / "pyproject.toml").write_text(project)
        (tmp_path / name / "packaging" / "constraints.txt").write_text(versions)
        return tmp_path / name

    one = checkout("one", "a", "b==1")
    keys = {
        launcher.fingerprint(one, "3.11.7"),
        launcher.fingerprint(one, "3.12.0"),
        launcher.fingerprint(checkout("two", "a", "b==1"), "3.11.7"),
        launcher.fingerprint(checkout("three", "a", "b==2"), "3.11.7"),
    }
    assert len(keys) == 4
    assert launcher.fingerprint(one, "3.11.7") in keys


def test_nothing_is_done_when_the_stamp_fits(tmp_path: Path) -> None:
    venv = make_environment(tmp_path / "venv")
    key = launcher.fingerprint(ROOT, launcher.venv_version(venv))
    launcher.write_stamp(venv, key, frozenset({"test"}))
    before = sorted(venv.rglob("*"))
    launcher.ensure(frozenset({"test"}), venv)
    launcher.ensure(frozenset(), venv)
    assert sorted(venv.rglob("*")) == before


def test_a_foreign_folder_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "venv").mkdir()
    (tmp_path / "venv" / "mine.txt").write_text("mine")
    with pytest.raises(launcher.SetupError, match="in the way"):
        launcher.make_venv(tmp_path / "venv")
    assert (tmp_path / "venv" / "mine.txt").read_text() == "mine"


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="a display is always there")
def test_start_without_a_display_says_so(tmp_path: Path) -> None:
    """The whole script, in a checkout whose environment is already set up."""
    environ = {
        k: v
        for k, v in os.environ.items()
        if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    }
    (tmp_path / "packaging").mkdir()
    for name in ("start.py", "launcher.py", "constraints.txt"):
        (tmp_path / "packaging" / name).write_bytes((ROOT / "packaging" / name).read_bytes())
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    venv = make_environment(tmp_path / ".venv")
    key = launcher.fingerprint(tmp_path.resolve(), launcher.venv_version(venv))
    launcher.write_stamp(venv, key, frozenset())
    script = tmp_path / "packaging" / "start.py"
    result = subprocess.run(
        [sys.executable, str(script)], env=environ, capture_output=True, text=True, timeout=60
    )
    assert result.returncode == 1
    assert "There is no display here" in result.stderr
    assert "Traceback" not in result.stderr

"""Who may import whom (DESIGN.md, "The house"), read from the source and from import-linter."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STUDIO = ROOT / "studio"
SLOW = {"keras", "tensorflow", "imgaug", "torch", "jax"}
QT = {"PySide6", "shiboken6", "superqt", "pyqtgraph", "qtpy"}

# What the window may know of the other rooms.
WINDOW_KNOWS = (
    "studio.__version__",
    "studio.core",
    "studio.data",
    "studio.augment",
    "studio.models",
    "studio.training.recipe",
    "studio.engine.protocol",
    "studio.ui",
)


def modules() -> list[Path]:
    """Every module of the studio, as a path relative to the checkout."""
    return sorted(path.relative_to(ROOT) for path in STUDIO.rglob("*.py"))


@cache
def imports(path: Path, only_at_import_time: bool = False) -> frozenset[str]:
    """Dotted names of what a module imports; ``if TYPE_CHECKING`` blocks count as never run."""
    return frozenset(walk_imports(path, only_at_import_time))


def walk_imports(path: Path, only_at_import_time: bool) -> Iterator[str]:
    todo: list[ast.AST] = [ast.parse((ROOT / path).read_text(encoding="utf-8"))]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module or ''}.{alias.name}" for alias in node.names)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            todo.extend(node.orelse)
        elif only_at_import_time and isinstance(
            node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
        ):
            continue
        else:
            todo.extend(ast.iter_child_nodes(node))


def top(name: str) -> str:
    return name.partition(".")[0]


def may_import_at_module_level(path: Path) -> set[str]:
    """Which slow libraries a module may import when it is itself imported."""
    room, rest = path.parts[1], path.parts[2:]
    if path.as_posix() == "studio/engine/device.py":
        return {"keras", "tensorflow", "torch", "jax"}
    if path.as_posix() == "studio/engine/worker.py":
        return {"keras"}
    if room == "training" and rest != ("recipe.py",):
        return {"keras"}
    if room in ("insight", "export"):
        return {"keras"}
    return set()


@pytest.mark.parametrize("path", modules(), ids=str)
def test_slow_libraries_are_imported_where_they_may(path: Path) -> None:
    at_import = {top(name) for name in imports(path, only_at_import_time=True)} & SLOW
    assert at_import <= may_import_at_module_level(path)


def test_tensorflow_is_named_in_one_module_of_engine_and_one_of_insight() -> None:
    naming = {p for p in modules() if {top(n) for n in imports(p)} & {"tensorflow", "torch", "jax"}}
    in_insight = {path for path in naming if path.parts[1] == "insight"}
    assert len(in_insight) <= 1
    assert naming - in_insight <= {Path("studio/engine/device.py")}


@pytest.mark.parametrize("path", modules(), ids=str)
def test_qt_is_in_ui_and_app_alone(path: Path) -> None:
    if path.parts[1] == "ui" or path.as_posix() == "studio/app.py":
        return
    assert not {top(name) for name in imports(path)} & QT


def test_the_window_knows_only_what_it_may() -> None:
    foreign = {
        (path.as_posix(), name)
        for path in modules()
        if path.parts[1] == "ui"
        for name in imports(path)
        if top(name) == "studio"
        and not any(f"{name}.".startswith(f"{known}.") for known in WINDOW_KNOWS)
    }
    assert not foreign


def test_import_contracts_hold_without_excuses() -> None:
    import tomllib

    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    assert contracts
    assert not [contract["name"] for contract in contracts if contract.get("ignore_imports")]
    code = "from importlinter.cli import lint_imports; raise SystemExit(lint_imports())"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert result.returncode == 0, result.stdout + result.stderr

"""pyproject.toml, the pinned versions and README.md say what is true."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]

# Packages whose import name is not their own.
IMPORTED_AS = {
    "pyside6-essentials": "PySide6",
    "imaug": "imgaug",
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "pi-heif": "pi_heif",
}
COME_WITH = {
    "shiboken6": "PySide6",
    "pydantic_core": "pydantic",
    "annotated_types": "pydantic",
    "ml_dtypes": "keras",
}


def canonical(requirement: str) -> str:
    """The name of a requirement as package indexes spell it."""
    return re.split(r"[\s<>=!~\[;]", requirement)[0].lower().replace("_", "-")


def required() -> set[str]:
    return {canonical(line) for line in PROJECT["dependencies"]}


def imported() -> set[str]:
    """Top-level names that the studio imports and that are neither its own nor Python's."""
    found = set()
    for path in (ROOT / "studio").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found.update(alias.name.partition(".")[0] for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module:
                found.add(node.module.partition(".")[0])
    return found - set(sys.stdlib_module_names) - {"studio"}


def test_everything_imported_is_required() -> None:
    provided = {IMPORTED_AS.get(name, name) for name in required()}
    backends = {"torch", "jax"}  # only looked for, never needed
    missing = {COME_WITH.get(name, name) for name in imported()} - provided - backends
    assert not missing


def test_everything_required_is_imported() -> None:
    used = imported()
    assert not {name for name in required() if IMPORTED_AS.get(name, name) not in used}


def test_the_version_is_said_once() -> None:
    import studio

    assert PROJECT["version"] == studio.__version__


def test_each_dependency_gives_its_reason() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    block = text.split("\ndependencies = [\n")[1].split("\n]")[0]
    assert all(re.search(r'",\s+# \w', line) for line in block.splitlines())


def test_every_requirement_is_pinned_to_one_version() -> None:
    lines = (ROOT / "packaging" / "constraints.txt").read_text("utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[a-z0-9.-]+==[\w.]+( ; .+)?", pin) for pin in pins)
    pinned = {canonical(pin) for pin in pins}
    extras = PROJECT["optional-dependencies"]
    assert required() | {canonical(r) for group in extras.values() for r in group} <= pinned


def readme_commands() -> list[str]:
    """The commands in README's shell blocks."""
    text = (ROOT / "README.md").read_text("utf-8")
    blocks = re.findall(r"```(?:sh|console|text)?\n(.*?)```", text, re.S)
    return [line.strip() for block in blocks for line in block.splitlines() if line.strip()]


def test_readme_names_the_two_commands() -> None:
    commands = [command.split("#")[0].strip() for command in readme_commands()]
    assert "python3 packaging/start.py" in commands
    assert "python3 packaging/start.py test" in commands


def test_readme_start_commands_exist() -> None:
    code = "from launcher import HELP; print(HELP)"
    known = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT / "packaging", capture_output=True, text=True
    ).stdout
    for command in readme_commands():
        words = re.match(r"python3 packaging/start\.py ([a-z]+)", command)
        if words:
            assert f"start.py {words[1]} " in known, command


def test_readme_studio_commands_exist() -> None:
    names = {
        words[1]
        for command in readme_commands()
        if (words := re.match(r"classifier-studio ([a-z]+)\b", command))
    }
    assert names >= {"sample", "inspect", "train", "evaluate", "predict", "list"}
    for name in sorted(names):
        result = subprocess.run(
            [sys.executable, "-m", "studio", name, "--help"],
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert result.returncode == 0, f"{name}: {result.stderr}"


@pytest.mark.parametrize("kind", ["links", "pictures"])
def test_readme_points_at_files_that_exist(kind: str) -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    pattern = r"!\[[^]]*\]\(([^)]+)\)" if kind == "pictures" else r"(?<!!)\[[^]]*\]\(([^)]+)\)"
    places = [place for place in re.findall(pattern, text) if "://" not in place]
    assert not [place for place in places if not (ROOT / place.partition("#")[0]).exists()]
    assert places

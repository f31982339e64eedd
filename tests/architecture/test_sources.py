"""What no file of the project may contain."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {".venv", ".git", "build", "dist", "__pycache__"}
TEXTS = {".py", ".toml", ".md", ".txt", ".json", ".cfg", ".ini", ".spec", ".qss", ".svg", ""}

HOSTS = (("pypi", "org"), ("pythonhosted", "org"), ("npmjs", "org"), ("deb", "debian", "org"))
# Spelt so that this file does not contain what it looks for.
FORBIDDEN = {
    "a machine's path": re.compile(r"/(?:home|root|Users)/[A-Za-z0-9_.-]+/|/wor[k]/|[A-Z]:\\Users"),
    "a package registry's host": re.compile(
        "|".join(
            [r"\.".join(host) for host in HOSTS] + ["/opt/(?:" + "py" + "pi|" + "wheel" + "s)"]
        )
    ),
}


def files() -> list[Path]:
    """The project's text files: those that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT,
        capture_output=True,
    )
    if listed.returncode == 0:
        names = [Path(n) for n in listed.stdout.decode("utf-8", "surrogateescape").split("\0") if n]
    else:
        names = [p.relative_to(ROOT) for p in ROOT.rglob("*") if p.is_file()]
    return [
        name
        for name in names
        if name.suffix in TEXTS and not LEFT_OUT & set(name.parts) and (ROOT / name).is_file()
    ]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_names(what: str) -> None:
    found = []
    for name in files():
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        for number, line in enumerate(text.splitlines(), 1):
            if FORBIDDEN[what].search(line):
                found.append(f"{name}:{number}: {line.strip()[:80]}")
    assert not found


def test_no_skipped_checks_in_the_studio() -> None:
    """Types and lint are switched off nowhere as a whole."""
    whole_file = re.compile(r"^\s*#\s*(mypy: ignore-errors|ruff: noqa|type: ignore)\s*$", re.M)
    sources = [name for name in files() if name.suffix == ".py"]
    assert not [name for name in sources if whole_file.search((ROOT / name).read_text("utf-8"))]

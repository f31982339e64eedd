"""What no file of the project may contain."""

from __future__ import annotations

import hashlib
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = {".venv", ".git", "build", "dist", "__pycache__"}
TEXTS = {".py", ".toml", ".md", ".txt", ".json", ".cfg", ".ini", ".spec", ".qss", ".svg", ""}

REGISTRIES = {"a4aa2ac280bb8d1a", "8b5bb5eb9d758455", "8743857e3ea00fd1", "e680c440a2e92079"}
"""The first digits of the SHA-256 of each host's name, so that this file names none of them."""

HOST = re.compile(r"[a-z0-9-]+(?:\.[a-z0-9-]+)+", re.IGNORECASE)
MACHINE_PATH = re.compile(r"/(?:home|root|Users)/[A-Za-z0-9_.-]+/|/wor[k]/|[A-Z]:\\Users")
WHEELS = re.compile("/opt/(?:" + "py" + "pi|" + "wheel" + "s)")


def names_a_registry(line: str) -> bool:
    """Whether a package registry, or a host below one, stands in a line."""
    for host in HOST.findall(line):
        parts = host.lower().split(".")
        for start in range(len(parts) - 1):
            name = ".".join(parts[start:]).encode()
            if hashlib.sha256(name).hexdigest()[:16] in REGISTRIES:
                return True
    return WHEELS.search(line) is not None


FORBIDDEN: dict[str, Callable[[str], object]] = {
    "a machine's path": MACHINE_PATH.search,
    "a package registry's host": names_a_registry,
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
            if FORBIDDEN[what](line):
                found.append(f"{name}:{number}: {line.strip()[:80]}")
    assert not found


def test_a_host_below_a_registry_is_found() -> None:
    """Only digests are kept, so the search itself is tried: on names that are put together."""
    dot = "."
    for parts in (
        ("files", "python" + "hosted", "org"),
        ("py" + "pi", "org"),
        ("npm" + "js", "org"),
    ):
        assert names_a_registry(f"see {dot.join(parts)}/simple")
    assert not names_a_registry("see keras.io and numpy.org")


def test_no_skipped_checks_in_the_studio() -> None:
    """Types and lint are switched off nowhere as a whole."""
    whole_file = re.compile(r"^\s*#\s*(mypy: ignore-errors|ruff: noqa|type: ignore)\s*$", re.M)
    sources = [name for name in files() if name.suffix == ".py"]
    assert not [name for name in sources if whole_file.search((ROOT / name).read_text("utf-8"))]

"""Damaged pictures and label files by the hundred; the benchmark ``fuzz`` runs ten thousand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.data.fuzzing import fuzz

CASES = 300


@pytest.mark.skipif("not hasattr(__import__('signal'), 'SIGALRM')", reason="needs POSIX's alarm")
def test_whatever_comes_is_shown_or_listed(tmp_path: Path) -> None:
    findings = fuzz(tmp_path, 0, CASES)
    assert not findings, "\n".join(f"{f.case} {f.file}: {f.words}" for f in findings)

"""Ten thousand damaged pictures and label files: crashes, hangs, files lost without a word."""

from __future__ import annotations

import os
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from tests.benchmarks.report import Figure

CASES = int(os.environ.get("FUZZ_CASES", "10000"))
FIRST = int(os.environ.get("FUZZ_FIRST", "0"))


def measure() -> list[Figure]:
    """One child process a core; every finding is printed with the number of its case."""
    from tests.data.fuzzing import Finding, fuzz

    workers = os.cpu_count() or 1
    edges = [FIRST + CASES * i // workers for i in range(workers + 1)]
    start = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor(workers) as pool:
        parts = [(Path(folder) / str(i), edges[i], edges[i + 1]) for i in range(workers)]
        findings: list[Finding] = [f for part in pool.map(lambda p: fuzz(*p), parts) for f in part]
    for finding in findings:
        print(f"  case {finding.case} {finding.file}: {finding.words}", file=sys.stderr)
    return [
        Figure(f"findings in {CASES:,} damaged files", len(findings), "", limit=0,
               note=f"{time.perf_counter() - start:.0f} s"),
    ]  # fmt: skip

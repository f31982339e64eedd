"""One command for all benchmarks: ``python -m tests.benchmarks [name…]``."""

from __future__ import annotations

import importlib
import os
import sys

NAMES = (
    "startup", "training_speed", "indexing", "heartbeat", "doctor", "copies", "scale", "fuzz",
    "augmentation", "feed", "safety", "previews",
)  # fmt: skip


def main() -> int:
    """Run the named benchmarks, or all; exit code 1 where a limit is missed."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from tests.benchmarks.report import show

    names = sys.argv[1:] or NAMES
    good = True
    for name in names:
        if name not in NAMES:
            print(f"There is no benchmark “{name}”. Known: {', '.join(NAMES)}.", file=sys.stderr)
            return 2
        print(f"— {name}", flush=True)
        module = importlib.import_module(f"tests.benchmarks.{name}")
        good = show(module.measure()) and good
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())

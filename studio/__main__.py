"""The entry: a window, or a command. Imports nothing heavy, since every worker comes by here."""

from __future__ import annotations

import sys


def main() -> None:
    """Run and leave with the exit code."""
    # In the built app a worker is the same program: this turns it into one and never returns.
    from multiprocessing import freeze_support

    freeze_support()
    from studio.cli import run

    sys.exit(run(sys.argv[1:]))


if __name__ == "__main__":
    main()

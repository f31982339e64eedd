"""Set up Classifier Studio in .venv and open it, or pass its tests: see launcher.py beside this.

Written so that Python 3.6 and later read it: an old Python gives a sentence, not a traceback.
"""

import os
import subprocess
import sys

OLDEST, NEWEST = (3, 11), (3, 13)


def version_problem(version: tuple, fitting: str = "") -> str:
    """A sentence if this Python is too old or too new, else an empty text.

    ``version`` is like ``sys.version_info[:2]``; ``fitting`` names another Python that would do.
    """
    if OLDEST <= tuple(version) <= NEWEST:
        return ""
    span = f"{OLDEST[0]}.{OLDEST[1]} to {NEWEST[0]}.{NEWEST[1]}"
    words = f"Classifier Studio needs Python {span}; this is Python {version[0]}.{version[1]}."
    if fitting:
        return f"{words} You have one that fits: {fitting} packaging/start.py"
    return f"{words} Install Python {NEWEST[0]}.{NEWEST[1]} and run this with it."


def fitting_python() -> str:
    """The name of a Python on the PATH that fits and runs, the newest; empty if there is none."""
    for minor in range(NEWEST[1], OLDEST[1] - 1, -1):
        name = f"python3.{minor}"
        try:
            with open(os.devnull, "w") as nowhere:
                if subprocess.call([name, "-c", ""], stdout=nowhere, stderr=nowhere) == 0:
                    return name
        except OSError:
            continue
    return ""


if __name__ == "__main__":
    if version_problem(sys.version_info[:2]):
        sys.exit(version_problem(sys.version_info[:2], fitting_python()))
    from launcher import main

    sys.exit(main(sys.argv[1:]))

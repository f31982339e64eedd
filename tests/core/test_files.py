"""Files are the old one or the new one, and a full disk says so."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from studio.core.errors import StorageError
from studio.core.files import replace_with, write_atomic, write_json


def test_write_replaces_whole(tmp_path: Path) -> None:
    file = tmp_path / "a.json"
    write_json(file, {"x": "\udcff é"})
    write_atomic(file, "second")
    assert file.read_text() == "second"
    assert list(tmp_path.iterdir()) == [file]


def test_a_failing_writer_leaves_the_old_file(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    write_atomic(file, "old")

    def half(temporary: Path) -> None:
        temporary.write_text("ha")
        raise OSError(28, os.strerror(28))

    with pytest.raises(StorageError, match="disk is full"):
        replace_with(file, half)
    assert file.read_text() == "old" and list(tmp_path.iterdir()) == [file]


def test_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="no longer there"):
        write_atomic(tmp_path / "gone" / "a.txt", "x")


def test_a_disk_that_is_full_for_real_keeps_the_old_file(tmp_path: Path) -> None:
    """A file-size limit stands in for the full disk: the kernel refuses the write itself."""
    file = tmp_path / "a.bin"
    write_atomic(file, b"old")
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from studio.core.errors import StorageError\n"
        "from studio.core.files import write_atomic\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    write_atomic(Path(sys.argv[1]), b'x' * 100_000)\n"
        "except StorageError as error:\n"
        "    print(error)\n"
    )
    assert resource.RLIMIT_FSIZE is not None
    done = subprocess.run(
        [sys.executable, "-c", program, str(file)], capture_output=True, text=True, check=True
    )
    assert "larger than this place allows" in done.stdout
    assert file.read_bytes() == b"old" and list(tmp_path.iterdir()) == [file]

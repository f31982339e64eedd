"""Downloads against a real server on this machine: whole, resumed, cut, wrong, cancelled, gone."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import numpy as np
import pytest

from studio.core.control import Cancelled, Control
from studio.core.errors import NetworkError, StorageError
from studio.models.download import download
from studio.models.weights import WeightsEntry, weights_folder

CONTENT = b"\x89HDF\r\n\x1a\n" + np.random.default_rng(1).bytes(3_000_000)
MD5 = "md5:" + hashlib.md5(CONTENT).hexdigest()


class Server(ThreadingHTTPServer):
    """Gives CONTENT; its attributes make it behave badly."""

    daemon_threads = True
    tag = '"one"'
    most: int | None = None
    status = 200
    lie_length: int | None = None
    ranges = True
    pause = 0.0

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[str | None] = []
        self.thread = threading.Thread(target=self.serve_forever, daemon=True)
        self.thread.start()

    def entry(self) -> WeightsEntry:
        """What a manifest would say of it."""
        address = f"http://127.0.0.1:{self.server_address[1]}/a/w.h5"
        return WeightsEntry("vgg16", 1.0, 224, "w_notop.h5", address, len(CONTENT), MD5, "MIT", "")

    def close(self) -> None:
        """Stop and free the port."""
        self.shutdown()
        self.server_close()
        self.thread.join()


class Handler(BaseHTTPRequestHandler):
    """One answer."""

    server: Server

    def do_GET(self) -> None:
        """Answer as the server's attributes say."""
        wanted = self.headers.get("Range")
        self.server.asked.append(wanted)
        start = 0
        if wanted and self.server.ranges and self.headers.get("If-Range") == self.server.tag:
            start = int(wanted.removeprefix("bytes=").rstrip("-"))
        if start >= len(CONTENT) and wanted:
            self.send_error(416)
            return
        if self.server.status != 200:
            self.send_error(self.server.status)
            return
        body = CONTENT[start:]
        self.send_response(206 if start else 200)
        self.send_header("ETag", self.server.tag)
        self.send_header("Content-Length", str(self.server.lie_length or len(body)))
        self.end_headers()
        with suppress(OSError):
            body = body if self.server.most is None else body[: self.server.most]
            for at in range(0, len(body), 100_000):
                self.wfile.write(body[at : at + 100_000])
                time.sleep(self.server.pause)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


def test_whole_file_with_progress(server: Server) -> None:
    seen: list[tuple[int, int | None]] = []
    path = download(server.entry(), lambda done, total, words: seen.append((done, total)))
    assert path == weights_folder() / "w_notop.h5"
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT)) and len(seen) > 5
    assert seen == sorted(seen)
    assert [f.name for f in path.parent.iterdir()] == [path.name]


def test_broken_connection_is_continued(server: Server) -> None:
    server.most = 1_000_000
    with pytest.raises(NetworkError, match=r"before .* was whole") as caught:
        download(server.entry())
    assert "goes on where it stopped" in caught.value.hint
    assert "Local file…" in caught.value.hint and server.entry().address in caught.value.hint
    server.most = None
    seen: list[int] = []
    path = download(server.entry(), lambda done, total, words: seen.append(done))
    assert path.read_bytes() == CONTENT
    assert seen[0] > 1_000_000
    assert server.asked[1] == "bytes=1000000-"


def test_part_of_another_version_is_not_continued(server: Server) -> None:
    server.most = 1_000_000
    with pytest.raises(NetworkError):
        download(server.entry())
    server.most, server.tag = None, '"two"'
    assert download(server.entry()).read_bytes() == CONTENT


def test_server_without_ranges(server: Server) -> None:
    server.most = 1_000_000
    with pytest.raises(NetworkError):
        download(server.entry())
    server.most, server.ranges = None, False
    assert download(server.entry()).read_bytes() == CONTENT


def test_part_longer_than_the_file(server: Server) -> None:
    folder = weights_folder()
    folder.mkdir(parents=True)
    (folder / "w_notop.h5.part").write_bytes(CONTENT + b"more")
    (folder / "w_notop.h5.part.etag").write_text(server.tag)
    assert download(server.entry()).read_bytes() == CONTENT


def test_cancel_keeps_the_part(server: Server) -> None:
    control = Control()

    def stop(done: int, total: int | None, words: str) -> None:
        if done > 500_000:
            control.cancel()

    with pytest.raises(Cancelled):
        download(server.entry(), stop, control)
    part = weights_folder() / "w_notop.h5.part"
    kept = part.stat().st_size
    assert 500_000 < kept < len(CONTENT)
    assert not (weights_folder() / "w_notop.h5").exists()
    assert download(server.entry()).read_bytes() == CONTENT
    assert server.asked[1] == f"bytes={kept}-"


def test_wrong_checksum_is_thrown_away(server: Server) -> None:
    with pytest.raises(NetworkError, match="arrived damaged"):
        download(replace(server.entry(), checksum="md5:" + "0" * 32))
    assert list(weights_folder().iterdir()) == []
    sha = "sha256:" + hashlib.sha256(CONTENT).hexdigest()
    assert download(replace(server.entry(), checksum=sha)).exists()


def test_an_old_file_survives_a_bad_download(server: Server) -> None:
    path = download(server.entry())
    with pytest.raises(NetworkError):
        download(replace(server.entry(), checksum="md5:" + "0" * 32))
    assert path.read_bytes() == CONTENT


def test_web_page_instead_of_a_file(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    server.tag = ""
    entry = replace(server.entry(), checksum="")
    assert download(entry).exists()
    monkeypatch.setitem(Handler.do_GET.__globals__, "CONTENT", b"<html>Please log in</html>")
    with pytest.raises(NetworkError, match="not the published file"):
        download(entry)


@pytest.mark.parametrize("status", [403, 404, 500, 503])
def test_refusals(server: Server, status: int) -> None:
    server.status = status
    with pytest.raises(NetworkError, match=f"answer {status}"):
        download(server.entry())


def test_absurd_size_is_refused_before_it_comes(server: Server) -> None:
    server.lie_length = 10**12
    with pytest.raises(NetworkError, match="far larger"):
        download(server.entry())


def test_no_server() -> None:
    server = Server()
    entry = server.entry()
    server.close()
    with pytest.raises(NetworkError, match="cannot be reached") as caught:
        download(entry)
    assert "on another computer" in caught.value.hint
    with pytest.raises(NetworkError):
        download(replace(entry, address="http://no-such-host.invalid/w.h5"))


def test_folder_that_cannot_be_written(server: Server, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError):
        download(server.entry(), folder=tmp_path / "file")

"""Downloads of published files: mirrors, sets of files, resuming, and servers that misbehave."""

from __future__ import annotations

import hashlib
import io
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from http.client import HTTPMessage
from pathlib import Path

import numpy as np
import pytest

from studio.core.checksums import difference
from studio.core.control import Cancelled, Control
from studio.core.download import Words, download, download_all
from studio.core.errors import NetworkError, StorageError
from studio.core.fetching import _Redirects
from studio.core.remote import RemoteFile, is_there, kept_bytes
from tests.web import Page, Web

CONTENT = np.random.default_rng(5).bytes(900_000)
OTHER = np.random.default_rng(6).bytes(900_000)
SUMS = (
    "sha256:" + hashlib.sha256(CONTENT).hexdigest(), "md5:" + hashlib.md5(CONTENT).hexdigest(),
)  # fmt: skip


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    made.pages["a"] = Page(CONTENT)
    yield made
    made.close()


def file_of(web: Web, *paths: str) -> RemoteFile:
    addresses = tuple(web.address(path) for path in paths or ("a",))
    return RemoteFile("set.bin", addresses, len(CONTENT), SUMS)


def test_a_whole_file_arrives_and_nothing_is_left_beside_it(web: Web, tmp_path: Path) -> None:
    file, seen = file_of(web), []
    path = download(file, tmp_path / "new", lambda done, total, words: seen.append((done, total)))
    assert path.read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT)) and seen == sorted(seen)
    assert [p.name for p in path.parent.iterdir()] == ["set.bin"]
    assert is_there(file, path.parent) and not is_there(replace(file, size=5), path.parent)


def test_a_broken_connection_is_continued(web: Web, tmp_path: Path) -> None:
    file = file_of(web)
    web.pages["a"].most = 300_000
    with pytest.raises(NetworkError, match=r"before .* was whole") as caught:
        download(file, tmp_path, words=Words("downloading", "Take {address} along."))
    assert web.address("a") in caught.value.hint
    assert kept_bytes(file, tmp_path) == 300_000 and not is_there(file, tmp_path)
    web.pages["a"].most = None
    assert download(file, tmp_path).read_bytes() == CONTENT
    assert web.asked[1] == ("a", "bytes=300000-", '"one"')


def test_a_date_will_do_where_there_is_no_tag(web: Web, tmp_path: Path) -> None:
    page = web.pages["a"]
    page.tag, page.weak_date, page.most = "", "Mon, 02 Jan 2023 03:04:05 GMT", 300_000
    with pytest.raises(NetworkError):
        download(file_of(web), tmp_path)
    page.most = None
    assert download(file_of(web), tmp_path).read_bytes() == CONTENT
    assert web.asked[1][1:] == ("bytes=300000-", page.weak_date)


def test_another_version_is_not_continued(web: Web, tmp_path: Path) -> None:
    web.pages["a"] = Page(OTHER, most=300_000)
    with pytest.raises(NetworkError):
        download(file_of(web), tmp_path)
    web.pages["a"] = Page(CONTENT, tag='"two"')
    assert download(file_of(web), tmp_path).read_bytes() == CONTENT


def test_the_next_address_goes_on_where_the_first_died(web: Web, tmp_path: Path) -> None:
    web.pages["a"].most = 300_000
    web.pages["b"] = Page(CONTENT, tag='"of another server"')
    assert download(file_of(web, "gone", "a", "b"), tmp_path).read_bytes() == CONTENT
    assert [path for path, _, _ in web.asked] == ["gone", "a", "b"]
    assert web.asked[2] == ("b", "bytes=300000-", None)


def test_a_foreign_part_is_found_out_and_taken_anew(web: Web, tmp_path: Path) -> None:
    """A mirror gave the beginning of something else: the checksum tells, and it begins again."""
    web.pages["bad"] = Page(OTHER, most=300_000)
    assert download(file_of(web, "bad", "a"), tmp_path).read_bytes() == CONTENT
    assert [(path, range_) for path, range_, _ in web.asked] == [
        ("bad", None), ("a", "bytes=300000-"), ("a", None),
    ]  # fmt: skip


def test_wrong_bytes_are_thrown_away_and_the_next_address_is_tried(
    web: Web, tmp_path: Path
) -> None:
    web.pages["wrong"] = Page(OTHER)
    with pytest.raises(NetworkError, match="arrived damaged or is not the published file"):
        download(file_of(web, "wrong"), tmp_path)
    assert list(tmp_path.iterdir()) == []
    assert download(file_of(web, "wrong", "a"), tmp_path).read_bytes() == CONTENT


def test_every_checksum_has_to_fit(web: Web, tmp_path: Path) -> None:
    file = replace(file_of(web), checksums=(SUMS[0], "md5:" + "0" * 32))
    with pytest.raises(NetworkError, match="damaged") as caught:
        download(file, tmp_path)
    assert "MD5" in caught.value.details and list(tmp_path.iterdir()) == []


def test_an_old_file_survives_a_bad_download(web: Web, tmp_path: Path) -> None:
    (tmp_path / "set.bin").write_bytes(b"old")
    web.pages["a"] = Page(OTHER)
    with pytest.raises(NetworkError):
        download(file_of(web), tmp_path)
    assert (tmp_path / "set.bin").read_bytes() == b"old"


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_refusals(web: Web, tmp_path: Path, status: int) -> None:
    web.pages["a"].status = status
    with pytest.raises(NetworkError, match=f"answer {status}"):
        download(file_of(web), tmp_path)


def test_a_server_that_lies_about_the_length(web: Web, tmp_path: Path) -> None:
    web.pages["a"].length = 10**12
    with pytest.raises(NetworkError, match="larger than the published file"):
        download(file_of(web), tmp_path)
    web.pages["a"].length = len(CONTENT) + 1000
    with pytest.raises(NetworkError, match="larger than the published file"):
        download(file_of(web), tmp_path)
    web.pages["a"] = Page(CONTENT[:-1000])
    with pytest.raises(NetworkError, match=r"before .* was whole"):
        download(file_of(web), tmp_path)


def test_an_answer_that_does_not_end(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web.pages["a"] = Page(b"\0" * 70_000, endless=True)
    with pytest.raises(NetworkError, match=r"does not end|damaged"):
        download(file_of(web), tmp_path)
    monkeypatch.setattr("studio.core.remote._SLACK", 1_000_000)
    with pytest.raises(NetworkError, match="does not end"):
        download(replace(file_of(web), size=1000, exact=False), tmp_path)


def test_a_wrong_range_is_not_glued_on(web: Web, tmp_path: Path) -> None:
    page = web.pages["a"]
    page.most = 300_000
    with pytest.raises(NetworkError):
        download(file_of(web), tmp_path)
    page.most, page.content_range = None, "bytes 5-899999/900000"
    with pytest.raises(NetworkError):
        download(file_of(web), tmp_path)
    assert download(file_of(web), tmp_path).read_bytes() == CONTENT


def test_a_part_longer_than_the_file(web: Web, tmp_path: Path) -> None:
    (tmp_path / "set.bin.part").write_bytes(CONTENT + b"more")
    (tmp_path / "set.bin.part.etag").write_text('"one"')
    assert download(file_of(web), tmp_path).read_bytes() == CONTENT


def test_a_part_that_is_whole_needs_no_server(tmp_path: Path) -> None:
    (tmp_path / "set.bin.part").write_bytes(CONTENT)
    (tmp_path / "set.bin.part.etag").write_text('"one"')
    file = RemoteFile("set.bin", ("http://127.0.0.1:1/a",), len(CONTENT), SUMS)
    assert download(file, tmp_path).read_bytes() == CONTENT


@pytest.mark.parametrize("to", ["file:///etc/hostname", "ftp://127.0.0.1/a", "data:text/plain,x"])
def test_redirects_lead_to_the_web_only(web: Web, tmp_path: Path, to: str) -> None:
    web.pages["there"] = Page(b"", redirect=to)
    with pytest.raises(NetworkError):
        download(file_of(web, "there"), tmp_path)
    assert list(tmp_path.iterdir()) == []
    web.pages["there"] = Page(b"", redirect=web.address("a"))
    assert download(file_of(web, "there"), tmp_path).read_bytes() == CONTENT


def test_redirects_in_a_circle(web: Web, tmp_path: Path) -> None:
    web.pages["there"] = Page(b"", redirect=web.address("there"))
    with pytest.raises(NetworkError):
        download(file_of(web, "there"), tmp_path)


@pytest.mark.parametrize("old", ["https", "http"])
def test_a_locked_connection_is_not_left_for_an_open_one(old: str) -> None:
    request = urllib.request.Request(f"{old}://one.invalid/a")
    lead = "http://two.invalid/a"
    arguments = request, io.BytesIO(), 302, "Found", HTTPMessage(), lead
    if old == "https":
        with pytest.raises(urllib.error.URLError, match="not followed"):
            _Redirects().redirect_request(*arguments)
    else:
        found = _Redirects().redirect_request(*arguments)
        assert found is not None and found.full_url == lead


def test_other_kinds_of_addresses_are_never_opened(tmp_path: Path) -> None:
    mine = tmp_path / "mine"
    mine.write_bytes(CONTENT)
    for address in (mine.as_uri(), "ftp://127.0.0.1/a", "nonsense", ""):
        with pytest.raises(NetworkError):
            download(RemoteFile("x", (address,), len(CONTENT), SUMS), tmp_path / "new")


def test_no_network_is_said_at_once(tmp_path: Path) -> None:
    file = RemoteFile("set.bin", ("https://no-such-host.invalid/a",), len(CONTENT), SUMS)
    with pytest.raises(NetworkError, match="There is no network") as caught:
        download(file, tmp_path)
    assert "on another computer" in caught.value.hint


def test_cancel_keeps_the_part(web: Web, tmp_path: Path) -> None:
    control = Control()

    def stop(done: int, total: int | None, words: str) -> None:
        if done > 100_000:
            control.cancel()

    with pytest.raises(Cancelled):
        download(file_of(web), tmp_path, stop, control)
    assert 100_000 < kept_bytes(file_of(web), tmp_path) < len(CONTENT)
    assert download(file_of(web), tmp_path).read_bytes() == CONTENT


def test_cancel_does_not_wait_for_a_silent_server(web: Web, tmp_path: Path) -> None:
    web.pages["a"].hold_after = 1000
    control = Control()
    came = threading.Event()
    outcome: list[BaseException] = []

    def work() -> None:
        try:
            download(file_of(web), tmp_path, lambda *_: came.set(), control)
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    assert came.wait(10)
    control.cancel()
    thread.join(5)
    assert not thread.is_alive() and isinstance(outcome[0], Cancelled)
    assert kept_bytes(file_of(web), tmp_path) == 1000


def test_a_set_counts_all_its_bytes_and_fetches_only_what_is_missing(
    web: Web, tmp_path: Path
) -> None:
    parts = [CONTENT[:400_000], CONTENT[400_000:600_000], CONTENT[600_000:]]
    files = []
    for number, part in enumerate(parts):
        web.pages[f"p{number}"] = Page(part)
        sums = ("sha256:" + hashlib.sha256(part).hexdigest(),)
        files.append(RemoteFile(f"p{number}", (web.address(f"p{number}"),), len(part), sums))
    web.pages["p1"].most = 50_000
    seen: list[tuple[int, int | None]] = []
    with pytest.raises(NetworkError):
        download_all(files, tmp_path, lambda done, total, words: seen.append((done, total)))
    assert seen[0] == (0, 900_000) and seen[-1] == (450_000, 900_000)
    web.pages["p1"].most = None
    seen.clear()
    paths = download_all(files, tmp_path, lambda done, total, words: seen.append((done, total)))
    assert seen[0] == (450_000, 900_000) and seen[-1] == (900_000, 900_000)
    assert seen == sorted(seen)
    assert b"".join(path.read_bytes() for path in paths) == CONTENT
    asked = [path for path, _, _ in web.asked]
    assert asked == ["p0", "p1", "p1", "p2"]
    download_all(files, tmp_path)
    assert len(web.asked) == 4


def test_a_local_file_is_told_from_the_published_one(web: Web, tmp_path: Path) -> None:
    file = file_of(web)
    own = tmp_path / "own"
    own.write_bytes(CONTENT)
    assert difference(own, file) == ""
    own.write_bytes(CONTENT[:-3])
    assert "3 bytes fewer" in difference(own, file)
    own.write_bytes(OTHER)
    assert "SHA256" in difference(own, file)
    with pytest.raises(StorageError):
        difference(tmp_path / "none", file)


def test_a_folder_that_cannot_be_written(web: Web, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError):
        download(file_of(web), tmp_path / "file")

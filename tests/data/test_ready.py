"""The catalogue of ready data sets: complete, opened by our formats, fetched, taken, removed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from studio.cli import run
from studio.core.errors import DatasetError, NetworkError, SpecError
from studio.core.paths import data_folder
from studio.data.formats.registry import FORMATS
from studio.data.index import open_dataset, recognise
from studio.data.ready import catalogue
from studio.data.ready.catalogue import CATALOGUE, ready_set
from studio.data.ready.entry import ReadySet
from studio.data.ready.keeping import (
    check_local,
    fetch,
    folder_of,
    place_of,
    remove,
    status_of,
    take,
)
from tests.data.ready_layouts import published, write_layout
from tests.web import Page, Web

KEYS = [entry.key for entry in CATALOGUE]
DIGITS = {"md5": 32, "sha256": 64}


@pytest.fixture
def web() -> Iterator[Web]:
    made = Web()
    yield made
    made.close()


def publish(web: Web, key: str, tmp_path: Path) -> ReadySet:
    """A small data set of that layout, on the server."""
    folder = write_layout(ready_set(key), tmp_path / "published")
    entry = published(ready_set(key), folder, web.address)
    for file in entry.files:
        web.pages[file.name] = Page((folder / file.name).read_bytes())
    return entry


@pytest.mark.parametrize("key", KEYS)
def test_every_entry_is_complete(key: str) -> None:
    entry = ready_set(key)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", key)
    for text in (entry.title, entry.short, entry.about, entry.shape, entry.licence.name):
        assert text.strip() == text and text
    assert entry.about.endswith(".") and len(entry.citation) > 40
    assert re.search(r"\b(19|20)\d\d\b", entry.citation)
    assert entry.pictures > entry.classes > 1
    assert entry.licence.address.startswith(("https://", "http://"))
    assert entry.homepage.startswith(("https://", "http://"))
    assert entry.format in FORMATS
    assert not entry.class_names or len(set(entry.class_names)) == entry.classes
    assert entry.files
    for file in entry.files:
        assert file.size > 0 and file.checksums and file.addresses
        assert re.fullmatch(r"[A-Za-z0-9_.-]+", file.name) and not file.name.startswith(".")
        assert all(address.startswith("https://") for address in file.addresses)
        for checksum in file.checksums:
            kind, _, digits = checksum.partition(":")
            assert re.fullmatch(f"[0-9a-f]{{{DIGITS[kind]}}}", digits)


def test_keys_titles_and_files_are_told_apart() -> None:
    assert len({e.key for e in CATALOGUE}) == len({e.title for e in CATALOGUE}) == len(CATALOGUE)
    for entry in CATALOGUE:
        assert len({file.name for file in entry.files}) == len(entry.files)
    digests = [c for e in CATALOGUE for file in e.files for c in file.checksums]
    assert len(set(digests)) == len(digests)
    assert ready_set(" Fashion-mnist ").key == "fashion-mnist"
    with pytest.raises(SpecError, match="mnits"):
        ready_set("mnits")


@pytest.mark.parametrize("key", KEYS)
def test_every_layout_is_opened_by_its_format(key: str, web: Web, tmp_path: Path) -> None:
    """Fetched from a server, recognised by itself, with the names of its classes."""
    entry = publish(web, key, tmp_path)
    place = fetch(entry)
    assert place == place_of(entry) and place.is_relative_to(data_folder() / "ready" / key)
    assert status_of(entry).state == "here"
    assert recognise(place)[0] == entry.format
    dataset = open_dataset(place)
    classes = next(iter(dataset.outputs.values()))
    if entry.class_names and key != "svhn":
        assert classes == entry.class_names
    elif key == "svhn":
        assert sorted(classes) == sorted(entry.class_names)
    elif key == "cifar-100":
        assert set(dataset.outputs) == {"fine", "coarse"}
    else:
        assert len(classes) == entry.classes
    assert not [p for p in dataset.problems if p.kind in ("unreadable", "truncated")]


def test_numbers_of_svhn_mean_their_digits(web: Web, tmp_path: Path) -> None:
    """Its labels count from 1, and 10 stands for the digit 0."""
    dataset = open_dataset(fetch(publish(web, "svhn", tmp_path)))
    assert dataset.outputs["class"] == ("1", "2", "3", "4", "5", "6", "7", "8", "9", "0")


def test_a_broken_download_goes_on(web: Web, tmp_path: Path) -> None:
    entry = publish(web, "mnist", tmp_path)
    largest = entry.files[0]
    half = largest.size // 2
    web.pages[largest.name].most = half
    with pytest.raises(NetworkError) as caught:
        fetch(entry)
    assert "A file of mine" in caught.value.hint
    status = status_of(entry)
    assert (status.state, status.done) == ("part", half)
    web.pages[largest.name].most = None
    fetch(entry)
    assert status_of(entry).state == "here"
    assert web.asked[1][1] == f"bytes={half}-"


def test_published_files_of_a_person_are_taken(web: Web, tmp_path: Path) -> None:
    entry = publish(web, "fashion-mnist", tmp_path)
    own = tmp_path / "published"
    for chosen in (own, own / entry.files[2].name):
        local = check_local(entry, chosen)
        assert local.is_published and local.sentence == "These are the published files."
    place = take(entry, local)
    assert open_dataset(place).outputs["class"][0] == "T-shirt/top"
    assert web.asked == []
    assert sorted(p.name for p in own.iterdir()) == sorted(f.name for f in entry.files)


def test_a_renamed_archive_is_known_by_its_content(web: Web, tmp_path: Path) -> None:
    entry = publish(web, "eurosat", tmp_path)
    own = tmp_path / "my satellite pictures.zip"
    (tmp_path / "published" / entry.files[0].name).rename(own)
    local = check_local(entry, own)
    assert local.sentence == "This is the published file."
    assert take(entry, local).name == "EuroSAT.zip"
    assert own.exists()


def test_what_differs_is_named(web: Web, tmp_path: Path) -> None:
    entry = publish(web, "mnist", tmp_path)
    own = tmp_path / "published"
    first = own / entry.files[0].name
    first.write_bytes(first.read_bytes() + b"xyz")
    local = check_local(entry, own)
    assert not local.is_published and "3 bytes more" in local.sentence
    with pytest.raises(DatasetError):
        take(entry, local)
    first.unlink()
    assert "is not there" in check_local(entry, own).sentence
    assert status_of(entry).state == "away"


def test_taking_what_is_in_its_place_already_changes_nothing(web: Web, tmp_path: Path) -> None:
    entry = publish(web, "mnist", tmp_path)
    fetch(entry)
    assert take(entry, check_local(entry, folder_of(entry))) == place_of(entry)
    assert status_of(entry).state == "here"


def test_removed_and_nothing_else(web: Web, tmp_path: Path) -> None:
    entry = publish(web, "mnist", tmp_path)
    fetch(entry)
    beside = folder_of(entry).parent / "other"
    beside.mkdir()
    assert remove(entry) >= entry.size
    assert [p.name for p in beside.parent.iterdir()] == ["other"]
    assert status_of(entry).state == "away" and remove(entry) == 0


def test_the_command_lists_and_downloads(
    web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["ready", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [entry["name"] for entry in listed] == KEYS
    assert all(entry["licence"] and entry["citation"] and entry["bytes"] for entry in listed)
    assert run(["ready"]) == 0
    assert "Kuzushiji-MNIST\t70,000\t10\t21.2 MB\tCC BY-SA 4.0\taway" in capsys.readouterr().out
    entry = publish(web, "mnist", tmp_path)
    monkeypatch.setattr(catalogue, "CATALOGUE", (replace(entry, key="small"),))
    to = tmp_path / "here"
    assert run(["ready", "small", "--to", str(to)]) == 0
    said = capsys.readouterr()
    assert said.out.strip() == str(to)
    assert "CC BY-SA 3.0" in said.err and "LeCun" in said.err
    assert open_dataset(to).outputs["class"][:2] == ("0", "1")
    web.pages.clear()
    assert run(["ready", "small"]) == 1
    assert "answer 404" in capsys.readouterr().err

"""Tables of labels: reading text, guessing columns, finding pictures, taking cells apart."""

from __future__ import annotations

import codecs
import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import DatasetError, SpecError
from studio.core.spec import apply_setting, parameters
from studio.data.dataset import Split
from studio.data.tables import encode
from studio.data.tables.cells import BOXES, LIST, list_separator, splitter
from studio.data.tables.channels import group_channels
from studio.data.tables.match import AMBIGUOUS, MISSING, OUTSIDE, PictureIndex, leads_outside
from studio.data.tables.odd import slips_of
from studio.data.tables.options import (
    TableOptions,
    column_options,
    find_column,
    joined,
    names_in,
)
from studio.data.tables.sources import JsonRecords, TextTable, load_json
from studio.data.tables.text import DelimitedText, guess_encoding, guess_separator
from studio.data.tables.words import split_codes, split_in_name
from studio.data.walk import Pictures

NOBODY = lambda cell: False  # noqa: E731


def table(path: Path, text: str | bytes, **options: str) -> TextTable:
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return TextTable(path, TableOptions(**options), NOBODY)


def cells(source: TextTable | JsonRecords) -> list[list[str]]:
    return [row for _, row in source.rows()]


# --- options --------------------------------------------------------------------------------------


def test_columns_of_the_command_line() -> None:
    found = column_options(["file=id", "label=colour", 'label=kind, "rough"', "split=set"])
    assert found["file_column"] == "id" and found["split_column"] == "set"
    assert names_in(found["label_columns"]) == ["colour", 'kind, "rough"']
    for words in (["id"], ["file="], ["colour=x"], ["file=a", "file=b"]):
        with pytest.raises(SpecError):
            column_options(words)


@given(st.lists(st.text(alphabet='ab ,";|é', min_size=1).map(str.strip).filter(bool), min_size=1))
@settings(max_examples=50, deadline=None)
def test_names_survive_joining(names: list[str]) -> None:
    assert names_in(joined(names)) == names


def test_options_are_a_form() -> None:
    assert all(
        p.title and p.help and p.kind in ("text", "choice") for p in parameters(TableOptions)
    )
    assert apply_setting(TableOptions(), "separator", "tab").separator == "tab"
    for name, text in (("separator", "dots"), ("encoding", "klingon"), ("sheet", "1")):
        with pytest.raises(SpecError):
            apply_setting(TableOptions(), name, text)


def test_a_column_by_name_case_and_number() -> None:
    columns = ["Id", "Class", "2"]
    assert [find_column(n, columns) for n in ("Id", "class", "2", "1")] == [0, 1, 2, 0]
    with pytest.raises(SpecError, match="Id, Class"):
        find_column("breed", columns)


# --- text -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("head", "encoding"),
    [
        (b"a,b\n1,2\n", "utf-8"),
        (codecs.BOM_UTF8 + b"a,b\n", "utf-8-sig"),
        ("a,bé\n".encode("utf-16"), "utf-16"),
        ("file,label\na.png,cat\n".encode("utf-16-le"), "utf-16-le"),
        ("file,label\na.png,cat\n".encode("utf-16-be"), "utf-16-be"),
        ("grün,köter\n".encode("latin-1"), "cp1252"),
        ("grün".encode()[:-1], "utf-8"),
        (bytes(range(256)) * 10, ""),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\1\0\0\0\1\x08\x02\0\0\0\x90wS\xde\0\0\0\x0c", ""),
    ],
)  # fmt: skip
def test_encodings(head: bytes, encoding: str) -> None:
    assert guess_encoding(head) == encoding


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
@pytest.mark.parametrize("sign", [",", ";", "\t", "|", " "])
@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_every_separator_and_encoding(
    tmp_path: Path, encoding: str, sign: str, ending: str
) -> None:
    lines = [sign.join(row) for row in (("file", "label"), ("a.png", "é"), ("b.png", "ü"))]
    source = table(tmp_path / "x.csv", (ending.join(lines) + ending).encode(encoding))
    assert source.columns == ["file", "label"] and source.has_header
    assert cells(source) == [["a.png", "é"], ["b.png", "ü"]]


def test_the_separator_is_the_one_that_cuts_evenly() -> None:
    assert guess_separator(["Id,Target", "a,16 0", "b,7 1 2 0", "c,5"]) == "comma"
    assert guess_separator(["a.jpg 1", "b.jpg 0"]) == "space"
    assert guess_separator(["name;price, EUR", "a;1,5", "b;2,5"]) == "semicolon"
    assert guess_separator(["only one word"] * 2) == "space"


def test_quotes_keep_and_broken_quotes_lose_nothing(tmp_path: Path) -> None:
    good = table(tmp_path / "good.csv", 'file,label\n"a, b.png","say ""hi""\nthere"\nc.png,x\n')
    assert cells(good) == [["a, b.png", 'say "hi"\nthere'], ["c.png", "x"]]
    rows = "".join(f"{i}.png,cat\n" for i in range(30_000))
    broken = table(tmp_path / "broken.csv", f'file,label\n0.png,"cat\n{rows}')
    found = cells(broken)
    assert (
        len(found) == 30_001 and found[0] == ["0.png", "cat"] and found[-1] == ["29999.png", "cat"]
    )
    assert broken.trouble and "line 2" in broken.trouble[0].message.lower()


def test_huge_cells_and_endless_lines(tmp_path: Path) -> None:
    big = table(tmp_path / "big.csv", f"file,label\na.png,{'x' * 200_000}\nb.png,cat\n")
    assert cells(big) == [["b.png", "cat"]]
    assert "Line 2" in big.trouble[0].message and "left out" in big.trouble[0].message
    endless = tmp_path / "endless.csv"
    endless.write_bytes(b"a," * 4_100_000)
    with pytest.raises(DatasetError, match="characters"):
        list(DelimitedText(endless, "utf-8", "comma").rows())


def test_a_million_columns_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "wide.csv"
    path.write_bytes(b"file" + b",x" * 1_000_000 + b"\n" + b"a" + b",1" * 1_000_000)
    with pytest.raises(DatasetError, match=r"1,000,001 columns"):
        TextTable(path, TableOptions(), NOBODY)


def test_zero_bytes_ragged_rows_and_empty_lines(tmp_path: Path) -> None:
    source = table(
        tmp_path / "x.csv", b"file,label\n\na\0.png,cat\nb.png\n , \nc.png,dog,extra\n\n"
    )
    assert cells(source) == [["a\0.png", "cat"], ["b.png"], [" ", " "], ["c.png", "dog", "extra"]]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\0" * 100, bytes(range(256)) * 4])
def test_what_is_no_table_says_so(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(DatasetError):
        table(tmp_path / "x.csv", content)


@pytest.mark.parametrize(
    ("text", "header", "columns"),
    [
        ("1@N01.jpg 1\n2@N02.jpg 0\n", False, ["column 1", "column 2"]),
        ("id,breed\nabc,dingo\n", True, ["id", "breed"]),
        ("#id,,breed,breed\na,b,c,d\n", True, ["id", "column 2", "breed", "breed (2)"]),
        ("abc cat\ndef dog\nghi cat\n", False, ["column 1", "column 2"]),
        ("2\nYoung Male\na.jpg 1 -1\nb.jpg -1 -1\n", True, ["file", "Young", "Male"]),
    ],
)
def test_headings(tmp_path: Path, text: str, header: bool, columns: list[str]) -> None:
    source = table(tmp_path / "x.txt", text)
    assert (source.has_header, source.columns) == (header, columns)


def test_a_label_of_several_words_after_spaces(tmp_path: Path) -> None:
    source = table(tmp_path / "x.txt", "a.jpg dog\nb.jpg golden retriever\nc.jpg dog\nd.jpg cat\n")
    assert cells(source)[1] == ["b.jpg", "golden retriever"]


def test_json_records(tmp_path: Path) -> None:
    path = tmp_path / "x.json"

    def read(value: object, lines: bool = False) -> list[list[str]]:
        text = "\n".join(map(json.dumps, value)) if lines else json.dumps(value)  # type: ignore[call-overload]
        path.write_text(text)
        return cells(JsonRecords(path, TableOptions()))

    assert read([{"file": "a.png", "label": "x"}, {"file": "b.png", "ok": True}]) == [
        ["a.png", "x", ""], ["b.png", "", "1"],
    ]  # fmt: skip
    assert read([{"f": 1.0}, {"f": ["p", "q"]}], lines=True) == [["1"], ['["p", "q"]']]
    assert read({"a.png": "cat", "b.png": None}) == [["a.png", "cat"], ["b.png", ""]]
    assert read({"data": [{"f": "a"}]}) == [["a"]]
    for bad in ("{", "[" * 100_000, '"text"', "[1, 2]", ""):
        path.write_text(bad)
        with pytest.raises(DatasetError):
            JsonRecords(path, TableOptions())
    path.write_bytes(codecs.BOM_UTF8 + b"[1]")
    assert load_json(path) == [1]


# --- finding pictures -----------------------------------------------------------------------------


def test_pictures_by_path_name_stem_and_case() -> None:
    index = PictureIndex(["x/Ab.jpg", "x/c.d.png", "y/e.png", "y/é.png"], bases=["y"])
    assert index.find("x/Ab.jpg") == index.find("Ab") == index.find("x/AB.JPG") == 0
    assert index.find("./x/Ab") == index.find("x\\Ab.jpg") == index.find("set/x/Ab.jpg") == 0
    assert index.find("c.d") == 1 and index.find("c") == MISSING
    assert index.find("e.png") == index.find("E") == index.find("e.jpg") == 2
    assert index.find("e\u0301") == 3
    assert index.find("") == MISSING and index.find("x/e.png") == MISSING


@pytest.mark.parametrize(
    "name", ["/etc/passwd", "../up.png", "a/../../b.png", "C:\\x.png", "c:/x.png", "\\\\host\\x",
             "..", "..\\x.png"]
)  # fmt: skip
def test_a_table_never_leads_outside(name: str) -> None:
    assert leads_outside(name)
    assert PictureIndex(["up.png", "b.png", "x.png", "etc/passwd"]).find(name) == OUTSIDE


def test_several_pictures_of_one_name() -> None:
    paths = ["test/1.png", "train/1.png", "train/2.png"]
    assert PictureIndex(paths).find("1") == AMBIGUOUS
    index = PictureIndex(paths)
    assert index.find("2") == 2
    assert index.find("1") == 1, "most pictures were found in train"
    assert index.find("1", lambda folder: folder == "test") == 0
    assert PictureIndex(["a.jpg", "a.png", "b.png"]).find("a") == 1


def test_names_that_are_stored_in_another_encoding() -> None:
    stored = "grün.png".encode("latin-1").decode("utf-8", "surrogateescape")
    assert PictureIndex([stored], encoding="latin-1").find("grün.png") == 0


def test_channels_are_put_together_in_their_order() -> None:
    names = [f"t/{i}_{c}.png" for i in ("a", "b") for c in ("yellow", "red", "blue", "green")]
    found = group_channels(Pictures([*names, "t/c_red.png", "t/plain.png"], [1] * 10))
    assert found.names == ("red", "green", "blue", "yellow")
    assert found.pictures.paths[:2] == [f"t/{i}_{{red,green,blue,yellow}}.png" for i in "ab"]
    assert found.stems == ["t/a", "t/b", "t/plain"]
    assert found.pictures.sizes == [4, 4, 1]
    assert [p.path for p in found.problems] == ["t/c_red.png"]
    assert group_channels(Pictures(["a.png", "b.png"], [1, 1])).names == ()


# --- cells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "column", "separator"),
    [
        ("Target", ["16 0", "7 1", "5", "0"], "space"),
        ("breed", ["golden retriever", "irish setter", "irish wolfhound"], ""),
        ("tags", ["haze primary", "clear primary", "clear haze"], "space"),
        ("label", ["a|b", "a", "b|c"], "bar"),
        ("label", ["a; b", "b", "a"], "semicolon"),
        ("label", ["cat, dog", "cat", "dog, cat", "dog"], "comma"),
        ("label", ["tench, Tinca tinca", "goldfish, Carassius", "tench, Tinca tinca"], ""),
        ("Genre", ["['Drama', 'War']", "['War']"], LIST),
        ("PredictionString", ["n01 1 2 3 4 ", "n02 1 2 3 4 n02 5 6 7 8"], BOXES),
        ("x", ["", ""], ""),
    ],
)
def test_lists_in_cells(heading: str, column: list[str], separator: str) -> None:
    assert list_separator(heading, column) == separator


def test_cells_are_cut() -> None:
    assert splitter("bar")(" a | b|a||") == ["a", "b"]
    assert splitter(LIST)("['Sci-Fi', \"It's\"]") == ["Sci-Fi", "It's"]
    assert splitter(LIST)("[]") == [] and splitter(LIST)("plain") == ["plain"]
    assert splitter(LIST)("[a, b c]") == ["a", "b", "c"]
    assert splitter(LIST)("[" * 5000 + "]" * 5000)
    assert splitter(BOXES)("n02 1 2 3 4 n02 5 6 7 8") == ["n02"]


def test_one_hot_columns() -> None:
    names = ["melanoma", "keratosis"]
    several = encode.from_columns(names, np.array([[1, 1], [0, 0]], np.int8))
    assert several.codes.tolist() == [[1, 1], [0, 0]]
    neither = encode.from_columns(names, np.array([[1, 0], [0, 0], [0, 1]], np.int8))
    assert neither.names == [*names, "neither"] and neither.codes.tolist() == [0, 2, 1]
    single = encode.from_columns(names, np.array([[1, 0]] * 99 + [[0, 0]], np.int8))
    assert single.names == names and single.codes.tolist() == [0] * 99 + [-1]
    celeba = encode.from_columns(names, np.array([[1, 2], [1, 1]], np.int8))
    assert celeba.codes.tolist() == [[1, 0], [1, 1]]
    unsure = encode.from_columns(names, np.array([[1, 2], [0, 1]], np.int8))
    assert unsure.codes.tolist() == [[1, -1], [0, 1]]


def test_whole_numbers_in_their_order() -> None:
    labels = encode.one_each(["10.0", "2.0", "", "0.0"])
    assert labels.names == ["0", "2", "10"] and labels.codes.tolist() == [2, 1, -1, 0]


def test_labels_that_memory_cannot_hold_are_refused() -> None:
    with pytest.raises(DatasetError, match="GB"):
        encode.check_size(9_000_000, 20_000)


def test_splits_in_words() -> None:
    codes = split_codes("set", frozenset(["Train", "VAL", "test", ""]))
    assert codes == {"Train": Split.TRAIN, "VAL": Split.VALIDATION, "test": Split.TEST}
    assert split_codes("label", frozenset(["cat"])) == {}
    assert split_codes("is_train", frozenset(["0", "1"]))["1"] is Split.TRAIN
    assert split_in_name("trainLabels") is split_in_name("instances_train2017") is Split.TRAIN
    assert split_in_name("strain") is None and split_in_name("train_test") is None


@pytest.mark.parametrize(
    ("names", "counts", "slips"),
    [
        (("cat", "Cat", "dog"), (9, 2, 9), {1: 0}),
        (("golden retriever", "golden_retriever"), (2, 9), {0: 1}),
        (("daisy", "daisey"), (90, 3), {1: 0}),
        (("daisy", "daisey"), (90, 80), {}),
        (("green", "gren", "boat", "goat"), (50, 1, 40, 40), {1: 0}),
        (("class 1", "class 2", "class 11"), (99, 1, 1), {}),
        (("bule", "blue"), (76, 74), {0: 1}),
    ],
)
def test_slips(names: tuple[str, ...], counts: tuple[int, ...], slips: dict[int, int]) -> None:
    assert slips_of(names, counts) == slips

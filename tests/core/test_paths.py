"""Odd names survive the way to text and back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from studio.core.paths import clean_text, display_name, from_text, to_text

ODD = [
    "plain",
    "with space",
    "100 %",
    "%41%%",
    "emoji 🌿",
    "line\nbreak",
    os.fsdecode(b"b\xffd\xe9"),
]


@pytest.mark.parametrize("name", ODD)
def test_round_trip(name: str) -> None:
    assert from_text(to_text(name)) == Path(name)
    to_text(name).encode("utf-8")
    clean_text(name).encode("utf-8")


@given(st.binary(min_size=1, max_size=20).filter(lambda b: b"\0" not in b))
def test_any_bytes_round_trip(name: bytes) -> None:
    path = Path(os.fsdecode(name))
    assert from_text(to_text(path)) == path


def test_display_name_is_one_printable_line() -> None:
    assert display_name("a\nb\tc") == "a⏎b\\x09c"
    assert display_name(os.fsdecode(b"x\xff")) == "x\\xff"

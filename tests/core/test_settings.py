"""Settings: bad keys are reset one by one, kept beside and reported."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from studio.core.settings import Recent, SettingsStore


def test_change_and_read_again(tmp_path: Path) -> None:
    store = SettingsStore(tmp_path / "deep" / "settings.json")
    store.change(theme="dark")
    for i in range(20):
        store.remember(Recent(path=f"/p/{i}", name=str(i), opened="2026-01-01"))
    store.remember(Recent(path="/p/15", name="15", opened="2026-01-02"))
    again = SettingsStore(store.file).current
    assert again.theme == "dark" and len(again.recent) == 12 and again.recent[0].path == "/p/15"
    store.forget("/p/15")
    assert store.current.recent[0].path == "/p/19"


@pytest.mark.parametrize("content", ["", "{", "[]", "3", "[" * 50_000])
def test_a_broken_file_is_kept_and_reported(tmp_path: Path, content: str) -> None:
    file = tmp_path / "settings.json"
    file.write_text(content)
    store = SettingsStore(file)
    assert store.current.theme == "system" and store.messages
    assert file.with_suffix(".broken.json").read_text() == content


def test_only_the_bad_key_is_reset(tmp_path: Path) -> None:
    file = tmp_path / "settings.json"
    file.write_text(json.dumps({"theme": "dark", "autosave_seconds": -3, "new": 1}))
    store = SettingsStore(file)
    assert store.current.theme == "dark" and store.current.autosave_seconds == 20
    assert "autosave_seconds" in store.messages[0] and "new" in store.messages[0]

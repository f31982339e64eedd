"""What is said of processors that are there and cannot be used."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from studio.engine import device
from studio.engine.protocol.messages import DeviceFound

NVIDIA = DeviceFound("NVIDIA RTX 3060", "GPU", 12 * 2**30, False, "driver 560.35")
INTEL = DeviceFound("Intel UHD Graphics 770", "GPU", 0, False, "")


def test_without_a_graphics_processor_it_says_so() -> None:
    assert "No graphics processor" in device.why_no_accelerator("tensorflow", [])


def test_windows_is_sent_to_pytorch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    words = device.why_no_accelerator("tensorflow", [NVIDIA])
    assert "Windows" in words and "PyTorch" in words


def test_a_foreign_maker_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    assert "NVIDIA" in device.why_no_accelerator("tensorflow", [INTEL])
    assert "without CUDA" in device.why_no_accelerator("torch", [NVIDIA])


@pytest.mark.skipif(os.name == "nt", reason="a shell script stands in for the tool")
def test_the_drivers_tool_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 'NVIDIA GeForce RTX 3060, 12288, 560.35.03'\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    cards = device.graphics_cards()
    assert cards[0].name == "NVIDIA RTX 3060"
    assert cards[0].memory_bytes == 12 * 2**30
    tool.write_text("#!/bin/sh\necho broken; exit 9\n")
    assert not [c for c in device.graphics_cards() if "RTX 3060" in c.name]


def test_the_chip_is_short() -> None:
    assert device._chip([NVIDIA]) == "NVIDIA RTX 3060 · 12 GB"
    assert device._chip([]).startswith("CPU · ") and "core" in device._chip([])
    assert device.processor_name()

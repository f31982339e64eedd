"""Which backend and processor compute, what else was found, and why it is not used."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import psutil

from studio.core.control import Control
from studio.engine.backend import BACKENDS, choose_backend
from studio.engine.protocol.messages import DeviceFound, DeviceReport, SelfTestStep

_TOOL_SECONDS = 10


def describe() -> DeviceReport:
    """Look for processors and say which one is used. Imports the backend (seconds)."""
    backend = choose_backend()
    title = BACKENDS[backend]
    versions = library_versions(backend)
    cards = graphics_cards()
    try:
        usable = _usable_accelerators(backend)
        trouble = ""
    except Exception as error:
        usable, trouble = [], f"{type(error).__name__}: {error}"
    devices = [*_described(usable, cards, backend), _processor(used=not usable)]
    if trouble:
        verdict = f"{title} could not be loaded"
        detail = f"{trouble}. Install it, or choose another way to compute in the settings."
    elif usable:
        verdict = f"Training runs on the {usable[0].name}"
        detail = f"{title} {versions.get(title, '')} found it ready to compute."
    else:
        verdict = "Training runs on the processor (CPU)"
        detail = why_no_accelerator(backend, cards)
    chip = _chip(usable)
    return DeviceReport(
        verdict, detail, chip, backend, versions, tuple(devices), (), _log(versions, devices)
    )


def quick_report() -> DeviceReport:
    """The same from the outside, without importing the backend: what is likely, in no time."""
    backend = choose_backend()
    return DeviceReport(
        "Training runs on the processor (CPU)", "", _chip([]), backend,
        library_versions(backend), (_processor(used=True),),
    )  # fmt: skip


@lru_cache(maxsize=1)
def used_device() -> str:
    """A name for the record of a run: ``NVIDIA RTX 3060`` or ``CPU, 8 cores``."""
    try:
        usable = _usable_accelerators(choose_backend())
    except Exception:
        usable = []
    return usable[0].name if usable else f"CPU, {core_count()} cores"


def core_count() -> int:
    """Cores that this process may use."""
    try:
        return len(os.sched_getaffinity(0))
    except AttributeError:
        return os.cpu_count() or 1


def library_versions(backend: str) -> dict[str, str]:
    """Versions of the libraries that compute; those that are not installed are left out."""
    wanted = {"Keras": ("keras",), "NumPy": ("numpy",)}
    names = {"tensorflow": ("tensorflow", "tensorflow-cpu"), "torch": ("torch",), "jax": ("jax",)}
    wanted[BACKENDS[backend]] = names[backend]  # type: ignore[assignment]
    found = {"Python": platform.python_version()}
    for title, packages in wanted.items():
        for package in packages:
            try:
                found[title] = importlib.metadata.version(package)
                break
            except importlib.metadata.PackageNotFoundError:
                continue
    return found


# --- what is in the computer ----------------------------------------------------------------------


def graphics_cards() -> list[DeviceFound]:
    """Graphics processors that the system knows, whether anything can compute on them or not."""
    nvidia = _nvidia_cards()
    others = [c for c in _listed_cards() if not (nvidia and "nvidia" in c.name.lower())]
    if sys.platform == "darwin" and platform.machine() == "arm64":
        memory = psutil.virtual_memory().total
        others.append(DeviceFound("Apple GPU", "GPU, shares memory", memory, False, ""))
    return [*nvidia, *others]


def _nvidia_cards() -> list[DeviceFound]:
    query = ["--query-gpu=name,memory.total,driver_version", "--format=csv,noheader,nounits"]
    cards = []
    for line in _tool("nvidia-smi", *query).splitlines():
        parts = [p.strip() for p in line.split(",")]
        if len(parts) == 3 and parts[1].replace(".", "").isdigit():
            memory = int(float(parts[1]) * 1024 * 1024)
            cards.append(
                DeviceFound(_full_name(parts[0]), "GPU", memory, False, f"driver {parts[2]}")
            )
    return cards


def _full_name(name: str) -> str:
    name = name.replace("GeForce ", "")
    return name if name.lower().startswith("nvidia") else f"NVIDIA {name}"


def _listed_cards() -> list[DeviceFound]:
    if not sys.platform.startswith("linux"):
        return []
    cards = []
    for line in _tool("lspci").splitlines():
        if any(word in line for word in ("VGA compatible", "3D controller", "Display controller")):
            name = line.split(": ", 1)[-1].split(" (rev")[0].strip()
            cards.append(DeviceFound(name, "GPU", 0, False, ""))
    if not cards and Path("/proc/driver/nvidia/version").exists():
        cards.append(DeviceFound("NVIDIA GPU", "GPU", 0, False, ""))
    return cards


def _tool(name: str, *arguments: str) -> str:
    """What a program of the system prints; empty where it is missing, fails or hangs."""
    program = shutil.which(name)
    if program is None:
        return ""
    hidden = getattr(subprocess, "CREATE_NO_WINDOW", 0)
    try:
        done = subprocess.run(
            [program, *arguments], capture_output=True, timeout=_TOOL_SECONDS,
            stdin=subprocess.DEVNULL, creationflags=hidden, check=False,
        )  # fmt: skip
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else ""


def _processor(used: bool) -> DeviceFound:
    memory = psutil.virtual_memory().total
    words = "Used to train, predict, read and augment" if used else "Used to read and augment"
    kind = f"CPU, {core_count()} cores, {gigabytes(memory)}"
    return DeviceFound(processor_name(), kind, memory, used, words)


@lru_cache(maxsize=1)
def processor_name() -> str:
    """The processor's name as its maker gives it."""
    try:
        for line in Path("/proc/cpuinfo").read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                name = line.split(":", 1)[1].split("@")[0]
                return " ".join(name.replace("(R)", "").replace("(TM)", "").split())
    except OSError:
        pass
    brand = _tool("sysctl", "-n", "machdep.cpu.brand_string").strip()
    return brand or platform.processor() or platform.machine() or "Processor"


def gigabytes(size: int) -> str:
    """Bytes as whole gigabytes: ``12 GB``."""
    return f"{max(1, round(size / 2**30))} GB"


# --- what the backend can use ---------------------------------------------------------------------


def _usable_accelerators(backend: str) -> list[DeviceFound]:
    finders = {"tensorflow": _tensorflow_gpus, "torch": _torch_gpus, "jax": _jax_gpus}
    return finders[backend]()


def _tensorflow_gpus() -> list[DeviceFound]:
    import tensorflow as tf

    found = []
    cards = _nvidia_cards()
    for number, gpu in enumerate(tf.config.list_physical_devices("GPU")):
        name = str(tf.config.experimental.get_device_details(gpu).get("device_name", "GPU"))
        memory = cards[number].memory_bytes if number < len(cards) else 0
        found.append(_used(_full_name(name), memory))
    return found


def _torch_gpus() -> list[DeviceFound]:
    import torch

    found = []
    for number in range(torch.cuda.device_count() if torch.cuda.is_available() else 0):
        card = torch.cuda.get_device_properties(number)
        found.append(_used(_full_name(card.name), int(card.total_memory)))
    if not found and torch.backends.mps.is_available():
        found.append(_used("Apple GPU", psutil.virtual_memory().total))
    return found


def _jax_gpus() -> list[DeviceFound]:
    import jax

    return [_used(str(d.device_kind), 0) for d in jax.devices() if d.platform != "cpu"]


def _used(name: str, memory: int) -> DeviceFound:
    return DeviceFound(name, f"GPU, {gigabytes(memory)}" if memory else "GPU", memory, True,
                       "Used to train and to predict")  # fmt: skip


def _described(
    usable: list[DeviceFound], cards: list[DeviceFound], backend: str
) -> list[DeviceFound]:
    names = {u.name for u in usable}
    idle = [c for c in cards if c.name not in names]
    why = why_no_accelerator(backend, cards)
    spare = f"{BACKENDS[backend]} cannot compute on it."
    rest = [
        DeviceFound(
            c.name, f"GPU, {gigabytes(c.memory_bytes)}" if c.memory_bytes else "GPU",
            c.memory_bytes, False, f"Not used: {spare if usable else why}",
        )
        for c in idle
    ]  # fmt: skip
    return [*usable, *rest]


def why_no_accelerator(backend: str, cards: list[DeviceFound]) -> str:
    """One or two sentences on why no graphics processor computes, and what would help."""
    nvidia = any("nvidia" in c.name.lower() for c in cards)
    if not cards:
        return "No graphics processor was found in this computer."
    if backend == "tensorflow" and sys.platform == "win32":
        return (
            "TensorFlow cannot use a graphics processor on Windows since version 2.11. "
            "Compute with PyTorch instead (pip install torch), or run the studio in WSL2."
        )
    if sys.platform == "darwin":
        return (
            f"{BACKENDS[backend]} cannot use Apple's graphics processor. "
            "Compute with PyTorch instead (pip install torch)."
        )
    if not nvidia:
        return f"{BACKENDS[backend]} computes on NVIDIA graphics processors only."
    if backend == "tensorflow":
        return _why_no_cuda()
    package = {"torch": "torch", "jax": "jax[cuda12]"}[backend]
    return f"{BACKENDS[backend]} was installed without CUDA: pip install {package}."


def _why_no_cuda() -> str:
    import tensorflow as tf

    if not tf.test.is_built_with_cuda():
        return (
            "This TensorFlow was built without CUDA: install the full one with "
            "pip install tensorflow[and-cuda]."
        )
    try:
        importlib.metadata.version("nvidia-cudnn-cu12")
    except importlib.metadata.PackageNotFoundError:
        return (
            "TensorFlow was installed without the CUDA libraries: pip install tensorflow[and-cuda]."
        )
    return "TensorFlow does not get along with the driver: update the NVIDIA driver."


def _chip(usable: list[DeviceFound]) -> str:
    if usable:
        memory = usable[0].memory_bytes
        return f"{usable[0].name} · {gigabytes(memory)}" if memory else usable[0].name
    cores = core_count()
    return f"CPU · {cores} {'core' if cores == 1 else 'cores'}"


def _log(versions: dict[str, str], devices: list[DeviceFound]) -> str:
    lines = [f"{platform.system()} {platform.release()}, {platform.machine()}"]
    lines += [f"{name} {version}" for name, version in versions.items()]
    lines += [f"{d.name}: {d.kind}. {d.reason}" for d in devices]
    return "\n".join(lines)


def run_self_test(control: Control) -> Iterator[SelfTestStep]:
    """Try what training relies on, one step after another. Raises Cancelled between two."""
    from studio.engine.selftest import steps

    for step in steps():
        control.checkpoint()
        yield step()

"""Pretrained weights: what is published, what lies on this computer, what a network needs.

Keras names its files without top ``…_notop.h5``; they are looked for in the studio's own folder
and then where Keras itself keeps its downloads.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from studio.core.errors import WeightsError
from studio.core.input import InputSpec
from studio.core.paths import data_folder, display_name, from_text, resources_folder
from studio.models.download import download
from studio.models.weights_file import correct_normalisation, load_into

if TYPE_CHECKING:
    from studio.models.architectures.pretrained import PretrainedSpec

__all__ = [
    "WeightsEntry", "WeightsStatus", "correct_normalisation", "download", "entry_for",
    "find_weights", "load_into", "manifest", "require", "weights_folder",
]  # fmt: skip


@dataclass(frozen=True)
class WeightsEntry:
    """One published file.

    Attributes:
        backbone: kind of the backbone.
        alpha: width factor, 1 where the family has none.
        side: the size it was trained at, px.
        file: its name in the Keras cache.
        address: where it is published.
        about_bytes: size, reckoned from the number of weights.
        checksum: ``md5:…`` or ``sha256:…`` as the Keras source states it; empty where it does not.
        licence: words on the licence.
        source: where these facts stand.
    """

    backbone: str
    alpha: float
    side: int
    file: str
    address: str
    about_bytes: int
    checksum: str
    licence: str
    source: str


@dataclass(frozen=True)
class WeightsStatus:
    """Whether weights are at hand.

    ``state`` is ``here`` (``path`` is the file), ``missing`` (``entry`` can be downloaded),
    ``unpublished`` (no such file is known) or ``none`` (the network needs none).
    """

    state: Literal["here", "missing", "unpublished", "none"]
    path: Path | None = None
    entry: WeightsEntry | None = None


def weights_folder() -> Path:
    """Where the studio keeps downloaded weights. Not created."""
    return data_folder() / "weights"


def keras_cache() -> Path:
    """Where Keras keeps its own downloads."""
    home = os.environ.get("KERAS_HOME")
    return (Path(home) if home else Path.home() / ".keras") / "models"


@cache
def manifest() -> tuple[WeightsEntry, ...]:
    """All published files without top."""
    value = json.loads((resources_folder() / "weights.json").read_text("utf-8"))
    entries = []
    for item in value["files"]:
        about = {k: item[k] for k in WeightsEntry.__dataclass_fields__ if k in item}
        about["licence"] = value["licences"][item["licence"]]
        about["address"] = value["base"] + item["address"]
        entries.append(WeightsEntry(**about))
    return tuple(entries)


def _candidates(kind: str, alpha: float, side: int) -> list[WeightsEntry]:
    """Files for that body, the best first: trained at this size, else at the nearest larger one."""
    fitting = [e for e in manifest() if e.backbone == kind and abs(e.alpha - alpha) < 1e-6]
    return sorted(fitting, key=lambda e: (e.side < side, abs(e.side - side)))


def entry_for(kind: str, alpha: float = 1.0, side: int = 224) -> WeightsEntry | None:
    """The published file that suits best, or None where there is none for that width."""
    return next(iter(_candidates(kind, alpha, side)), None)


def find_weights(kind: str, alpha: float = 1.0, side: int = 224) -> WeightsStatus:
    """Look for ImageNet weights of a backbone in the studio's folder and in the Keras cache.

    A file that was trained at another size serves as well and is taken where the best is absent.
    """
    candidates = _candidates(kind, alpha, side)
    if not candidates:
        return WeightsStatus("unpublished")
    for entry in candidates:
        names = dict.fromkeys((entry.file, entry.address.rsplit("/", 1)[-1]))
        for folder in (weights_folder(), keras_cache()):
            for name in names:
                path = folder / name
                if path.is_file():
                    return WeightsStatus("here", path, entry)
    return WeightsStatus("missing", None, candidates[0])


def status_of(spec: PretrainedSpec, input: InputSpec) -> WeightsStatus:
    """Whether the weights that a spec names are at hand. Opens no file."""
    if spec.weights == "imagenet":
        return find_weights(spec.kind, spec.width, min(input.width, input.height))
    path = from_text(spec.weights)
    return WeightsStatus("here" if path.is_file() else "missing", path)


def require(spec: PretrainedSpec, input: InputSpec) -> Path:
    """The weights file of a pretrained spec.

    Raises:
        WeightsError: it is not on this computer; the hint says what to do. Random weights are
            never used in its place.
    """
    status = status_of(spec, input)
    if status.state == "here" and status.path is not None:
        return status.path
    if spec.weights != "imagenet":
        raise WeightsError(
            f"The weights file “{display_name(from_text(spec.weights).name)}” is not there.",
            "Choose it again with “Local file…”, or use the ImageNet weights.",
            details=spec.weights,
        )
    if status.entry is None:
        raise WeightsError(
            f"There are no ImageNet weights of {spec.title} at this width.",
            "Choose another width, or a local file.",
        )
    raise WeightsError(
        f"The ImageNet weights of {spec.title} are not on this computer.",
        offline_hint(status.entry),
        details=f"Looked for {status.entry.file} in {weights_folder()} and {keras_cache()}",
    )


def offline_hint(entry: WeightsEntry) -> str:
    """What to do where a file is missing, with and without a network."""
    return (
        f"Download them in the Model pane (about {entry.about_bytes / 1e6:.0f} MB). Without a "
        f"network, download {entry.address} on another computer and choose it with “Local file…” "
        f"(--weights FILE), or take a network from scratch."
    )

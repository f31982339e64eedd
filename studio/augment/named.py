"""Policies by the word that a command line has for them."""

from __future__ import annotations

import os
from pathlib import Path

from studio.augment.policy import Policy
from studio.augment.policy_files import load_policy
from studio.augment.presets import TITLES, preset
from studio.core.errors import SpecError
from studio.core.paths import display_name


def named_policy(text: str) -> Policy:
    """A preset by its name, or a policy or pipeline of imgaug from a JSON file.

    Raises:
        SpecError: it is neither, or the file holds no policy.
        StorageError: the file cannot be read.
    """
    if text in TITLES:
        return preset(text)
    if os.path.isfile(text):
        return load_policy(Path(text))
    raise SpecError(
        f"There is no augmentation called “{display_name(text)}”, and no file of that name.",
        f"Known: {', '.join(TITLES)}. A policy file is JSON, as “Save as…” writes it, "
        "or a pipeline of imgaug in its own names.",
    )

"""What the studio remembers about the person: theme, recent projects, the window."""

from __future__ import annotations

import json
import logging
from contextlib import suppress
from pathlib import Path
from typing import Any, Literal

from studio.core.errors import SpecError, StorageError
from studio.core.files import write_json
from studio.core.paths import config_folder
from studio.core.spec import Spec, parameter, parse_spec

log = logging.getLogger(__name__)


class Recent(Spec):
    """One remembered project or data set. ``path`` as text of :func:`studio.core.paths.to_text`."""

    path: str
    name: str
    opened: str
    kind: Literal["project", "dataset"] = "project"


class Settings(Spec):
    """All settings. Unknown or broken ones are reset one by one, and reported."""

    theme: Literal["system", "light", "dark"] = parameter(
        "system", title="Appearance", help="Colours of the window.",
        choices={"system": "As the system", "light": "Light", "dark": "Dark"},
    )  # fmt: skip
    autosave_seconds: int = parameter(
        20, title="Save by itself after", help="Seconds after a change until the project is saved.",
        unit="s", minimum=1, maximum=3600,
    )  # fmt: skip
    compute_backend: Literal["tensorflow", "torch", "jax"] = parameter(
        "tensorflow", title="Compute with", help="The Keras backend that the workers use.",
        choices={"tensorflow": "TensorFlow", "torch": "PyTorch", "jax": "JAX"}, advanced=True,
    )  # fmt: skip
    picture_memory_percent: int = parameter(
        25, title="In memory, at most",
        help="The share of this computer's memory that a training may fill with decoded pictures.",
        unit="%", minimum=0, maximum=75,
    )  # fmt: skip
    picture_disk_gb: int = parameter(
        20, title="On the disk, at most",
        help="What the decoded pictures of one project may take on the disk. Those that do not "
        "fit are decoded again in each epoch.", unit="GB", minimum=0, maximum=10_000,
    )  # fmt: skip
    recent: tuple[Recent, ...] = ()
    window: dict[str, Any] = {}


class SettingsStore:
    """Reads and writes the settings file. A broken one is kept beside it and started anew."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file or config_folder() / "settings.json"
        self.messages: list[str] = []
        self.current = self._load()

    def change(self, **values: Any) -> Settings:
        """Change some settings and save them. A disk that refuses is reported, not raised."""
        self.current = self.current.changed(**values)
        try:
            with suppress(OSError):
                self.file.parent.mkdir(parents=True, exist_ok=True)
            write_json(self.file, self.current.model_dump(mode="json"), "saving the settings")
        except StorageError as error:
            log.warning("%s", error)
            self.messages.append(str(error))
        return self.current

    def remember(self, recent: Recent, most: int = 12) -> None:
        """Put a project or data set at the top of the recent list."""
        others = [r for r in self.current.recent if r.path != recent.path]
        self.change(recent=[r.model_dump() for r in [recent, *others][:most]])

    def forget(self, path: str) -> None:
        """Take an entry off the recent list."""
        self.change(recent=[r.model_dump() for r in self.current.recent if r.path != path])

    def _load(self) -> Settings:
        try:
            value = json.loads(self.file.read_bytes())
        except FileNotFoundError:
            return Settings()
        except (OSError, ValueError, RecursionError) as error:
            self._keep_broken(f"The settings could not be read and were started anew ({error}).")
            return Settings()
        if not isinstance(value, dict):
            self._keep_broken("The settings file is foreign and was started anew.")
            return Settings()
        return self._one_by_one(value)

    def _one_by_one(self, value: dict[str, Any]) -> Settings:
        settings = Settings()
        bad = []
        for name, item in value.items():
            try:
                settings = parse_spec(Settings, {**settings.model_dump(), name: item})
            except SpecError:
                bad.append(name)
        if bad:
            self._keep_broken(f"Settings that cannot be used were reset: {', '.join(bad)}.")
        return settings

    def _keep_broken(self, message: str) -> None:
        log.warning("%s", message)
        self.messages.append(message)
        with suppress(OSError):
            self.file.with_suffix(".broken.json").write_bytes(self.file.read_bytes())

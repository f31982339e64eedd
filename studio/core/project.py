"""The project: a folder that remembers the data set's place, the settings and every run.

Pictures stay where they are; the folder can be copied to another machine, where it looks for
the pictures at the same place relative to itself before it asks.
"""

from __future__ import annotations

import json
import os
import shutil
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from studio.core.errors import ProjectDamaged, ProjectError, ProjectTooNew, SpecError
from studio.core.files import storage_errors, write_json
from studio.core.paths import display_name, from_text, to_text
from studio.core.spec import Spec, parse_spec

PROJECT_FILE = "project.json"
PROJECT_SCHEMA = 1


class DatasetReference(Spec):
    """Where the pictures lie: absolute, relative to the project, and what they looked like.

    ``options`` are those of the format that a person set, by name, as text; ``chosen`` whether
    the person chose the format, too.
    """

    path: str
    relative: str = ""
    format: str = ""
    options: dict[str, str] = {}
    chosen: bool = False
    fingerprint: str = ""
    count: int = 0


class ProjectDocument(Spec):
    """The content of ``project.json``.

    ``sections`` holds the settings of other rooms as their own JSON: ``split``, ``input``,
    ``policy``, ``model``, ``recipe``, ``view``. Each room checks its own.
    """

    schema_version: int = PROJECT_SCHEMA
    name: str = "New project"
    created: str = ""
    saved: str = ""
    dataset: DatasetReference | None = None
    sections: dict[str, dict[str, Any]] = {}


@dataclass
class Project:
    """One open project. ``is_unnamed`` until the person chooses a place for it."""

    path: Path
    document: ProjectDocument = field(default_factory=ProjectDocument)
    is_unnamed: bool = False

    @classmethod
    def create(cls, path: Path, name: str = "", unnamed: bool = False) -> Project:
        """Make a new project folder. Raises StorageError, or ProjectError where one is there."""
        with storage_errors("creating the project"):
            path.mkdir(parents=True, exist_ok=True)
            if (path / PROJECT_FILE).exists():
                raise ProjectError(
                    f"There is a project in “{display_name(path.name)}” already.",
                    "Open it, or choose another folder.",
                )
        now = datetime.now(UTC).isoformat(timespec="seconds")
        document = ProjectDocument(name=name or display_name(path.name), created=now)
        project = cls(path, document, unnamed)
        project.save()
        return project

    @classmethod
    def open(cls, path: Path) -> Project:
        """Open a project's folder, or its ``project.json``.

        Raises:
            ProjectError: there is no project.
            ProjectDamaged: its file is cut, broken or foreign; a backup copy is tried first.
            ProjectTooNew: a newer version wrote it.
        """
        path = path.parent if path.name == PROJECT_FILE else path
        file = path / PROJECT_FILE
        if not file.exists() and not backup_file(path).exists():
            raise ProjectError(
                f"There is no project in “{display_name(path.name)}”.",
                "Choose a folder with a project.json.",
            )
        try:
            return cls(path, _read_document(file))
        except ProjectDamaged as damaged:
            try:
                document = _read_document(backup_file(path))
            except ProjectError:
                raise damaged from None
            with storage_errors("keeping the damaged project file"):
                if file.exists():
                    shutil.copy2(file, file.with_name("project.damaged.json"))
            return cls(path, document)

    @property
    def runs_folder(self) -> Path:
        """The folder of the runs."""
        return self.path / "runs"

    @property
    def cache_folder(self) -> Path:
        """The folder of what can be rebuilt."""
        return self.path / "cache"

    def save(self) -> None:
        """Write ``project.json`` and, beside it, keep the last good one. Raises StorageError."""
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self.document = self.document.changed(saved=now)
        file = self.path / PROJECT_FILE
        value = self.document.model_dump(mode="json")
        with storage_errors("saving the project"):
            self.path.mkdir(parents=True, exist_ok=True)
        write_json(file, value, "saving the project")
        write_json(backup_file(self.path), value, "saving the project")

    def save_as(self, path: Path, name: str = "") -> Project:
        """Copy the whole project, runs included, to another folder, and return the copy.

        Raises:
            ProjectError: there is a project already, or the folder lies inside this one.
            StorageError: the disk is full or read-only; nothing is left half copied.
        """
        if path.resolve().is_relative_to(self.path.resolve()):
            raise ProjectError("A project cannot be saved inside itself.", "Choose another folder.")
        if (path / PROJECT_FILE).exists():
            raise ProjectError(
                f"There is a project in “{display_name(path.name)}” already.",
                "Choose another folder.",
            )
        staging = path.with_name(f".{path.name}.copying")
        with storage_errors("copying the project"):
            path.parent.mkdir(parents=True, exist_ok=True)
            shutil.rmtree(staging, ignore_errors=True)
            try:
                shutil.copytree(self.path, staging, ignore=shutil.ignore_patterns("cache"))
                _make_writable(staging)
                if path.is_dir():
                    path.rmdir()
                os.replace(staging, path)
            finally:
                shutil.rmtree(staging, ignore_errors=True)
        document = self.document.changed(name=name or display_name(path.name))
        if document.dataset is not None:
            root = self.dataset_path()
            if root is not None and root.is_relative_to(self.path):  # it was copied, too
                root = path / root.relative_to(self.path)
            reference = make_reference(path, root, document.dataset) if root else document.dataset
            document = document.changed(dataset=reference.model_dump())
        copy = Project(path, document)
        copy.save()
        return copy

    def dataset_path(self) -> Path | None:
        """Where the pictures are now: the old place, else beside the project; None if neither."""
        reference = self.document.dataset
        if reference is None:
            return None
        places = [from_text(reference.path)]
        if reference.relative:
            places.append(Path(os.path.normpath(self.path / from_text(reference.relative))))
        for place in places:
            if place.exists():
                return place
        return None

    def set_dataset(
        self,
        place: Path,
        format: str,
        fingerprint: str,
        count: int,
        options: Mapping[str, str] | None = None,
        chosen: bool = False,
    ) -> None:
        """Remember where the data set lies, and how it was opened (not saved yet)."""
        reference = DatasetReference(
            path="", format=format, options=dict(options or {}), fingerprint=fingerprint,
            count=count, chosen=chosen,
        )  # fmt: skip
        reference = make_reference(self.path, place, reference)
        self.document = self.document.changed(dataset=reference.model_dump())

    def section(self, name: str) -> dict[str, Any]:
        """The JSON of one room's settings; empty where there are none."""
        return dict(self.document.sections.get(name, {}))

    def set_section(self, name: str, value: dict[str, Any]) -> None:
        """Replace the JSON of one room's settings (not saved yet)."""
        sections = {**self.document.sections, name: value}
        self.document = self.document.changed(sections=sections)


def _make_writable(folder: Path) -> None:
    """The copy of a read-only project can be written to."""
    for place, _, files in os.walk(folder):
        for path in (place, *(os.path.join(place, name) for name in files)):
            os.chmod(path, os.stat(path).st_mode | stat.S_IWUSR)


def make_reference(project: Path, root: Path, old: DatasetReference) -> DatasetReference:
    """A reference to ``root`` as seen from a project folder."""
    root = Path(os.path.abspath(root))
    try:
        relative = to_text(os.path.relpath(root, os.path.abspath(project)))
    except ValueError:  # another drive on Windows
        relative = ""
    return old.changed(path=to_text(root), relative=relative)


def backup_file(path: Path) -> Path:
    """The last good copy of the project's file."""
    return path / ".project.backup.json"


def is_project(path: Path) -> bool:
    """Whether a path is a project's folder or its file."""
    return path.name == PROJECT_FILE or (path / PROJECT_FILE).is_file()


def _read_document(file: Path) -> ProjectDocument:
    name = display_name(file.parent.name)
    try:
        value = json.loads(file.read_bytes())
    except OSError as error:
        raise ProjectDamaged(
            f"The project “{name}” cannot be read.",
            "Check that the drive is connected and that you may read the folder.",
            details=repr(error),
        ) from error
    except (ValueError, RecursionError) as error:
        raise ProjectDamaged(
            f"The project “{name}” is damaged: its file is cut or broken.",
            "Restore project.json from a copy. Its runs are untouched.",
            details=repr(error),
        ) from error
    if not isinstance(value, dict) or "schema_version" not in value:
        raise ProjectDamaged(
            f"“{file.name}” in “{name}” is not a Classifier Studio project.",
            "It may belong to another program. Choose another folder.",
        )
    version = value["schema_version"]
    if isinstance(version, int) and version > PROJECT_SCHEMA:
        raise ProjectTooNew(
            f"The project “{name}” was made by a newer version of the studio (format {version}).",
            "Update the studio to open it. Nothing was changed.",
        )
    try:
        return parse_spec(ProjectDocument, value)
    except SpecError as error:
        raise ProjectDamaged(
            f"The project “{name}” is damaged: {error.message}",
            "Restore project.json from a copy. Its runs are untouched.",
            details=error.details,
        ) from error

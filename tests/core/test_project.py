"""Projects: round trips, moves, broken, foreign and newer files; nothing is lost."""

from __future__ import annotations

import json
import os
import shutil
import stat
from pathlib import Path

import pytest

from studio.core.errors import ProjectDamaged, ProjectError, ProjectTooNew, StorageError
from studio.core.project import PROJECT_FILE, Project, backup_file, is_project


def make(tmp_path: Path) -> Project:
    pictures = tmp_path / "here" / "pictures"
    pictures.mkdir(parents=True)
    project = Project.create(tmp_path / "here" / "plants")
    project.set_dataset(pictures, "folder", "abc", 12)
    project.set_section("recipe", {"epochs": 3})
    project.save()
    return project


def test_round_trip(tmp_path: Path) -> None:
    project = make(tmp_path)
    again = Project.open(project.path)
    assert again.document == project.document
    assert again.section("recipe") == {"epochs": 3}
    assert again.dataset_path() == tmp_path / "here" / "pictures"
    assert is_project(project.path) and is_project(project.path / PROJECT_FILE)


def test_a_copied_project_finds_pictures_beside_it(tmp_path: Path) -> None:
    make(tmp_path)
    shutil.copytree(tmp_path / "here", tmp_path / "other machine")
    shutil.rmtree(tmp_path / "here")
    moved = Project.open(tmp_path / "other machine" / "plants")
    assert moved.dataset_path() == tmp_path / "other machine" / "pictures"


def test_pictures_that_are_nowhere_are_none(tmp_path: Path) -> None:
    project = make(tmp_path)
    shutil.rmtree(tmp_path / "here" / "pictures")
    assert Project.open(project.path).dataset_path() is None


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.9])
def test_a_file_cut_in_half_comes_back_from_its_backup(tmp_path: Path, share: float) -> None:
    project = make(tmp_path)
    file = project.path / PROJECT_FILE
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    again = Project.open(project.path)
    assert again.section("recipe") == {"epochs": 3}
    assert (project.path / "project.damaged.json").exists()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"\xff\xfe\x00", b'{"schema_version": "x"}', b'{"a": 1}',
     b'{"schema_version": 1, "sections": 3}', b'{"schema_version": 1, "evil": 3}',
     b"[" * 100_000],
)  # fmt: skip
def test_damage_without_a_backup_is_a_sentence_and_changes_nothing(
    tmp_path: Path, content: bytes
) -> None:
    project = make(tmp_path)
    backup_file(project.path).unlink()
    file = project.path / PROJECT_FILE
    file.write_bytes(content)
    with pytest.raises(ProjectDamaged) as caught:
        Project.open(project.path)
    assert caught.value.hint and file.read_bytes() == content


def test_a_newer_project_is_refused_untouched(tmp_path: Path) -> None:
    project = make(tmp_path)
    file = project.path / PROJECT_FILE
    value = json.loads(file.read_text()) | {"schema_version": 99, "new thing": 1}
    file.write_text(json.dumps(value))
    before = file.read_bytes()
    with pytest.raises(ProjectTooNew, match="newer version"):
        Project.open(project.path)
    assert file.read_bytes() == before


def test_no_project_and_project_twice(tmp_path: Path) -> None:
    with pytest.raises(ProjectError, match="no project"):
        Project.open(tmp_path)
    project = make(tmp_path)
    with pytest.raises(ProjectError, match="already"):
        Project.create(project.path)


def test_save_as_copies_runs_and_leaves_the_old_one(tmp_path: Path) -> None:
    project = make(tmp_path)
    (project.runs_folder / "run-0001").mkdir(parents=True)
    (project.runs_folder / "run-0001" / "run.json").write_text("{}")
    (project.path / "cache").mkdir()
    copy = project.save_as(tmp_path / "elsewhere" / "deep" / "copy")
    assert (copy.runs_folder / "run-0001" / "run.json").exists()
    assert not copy.cache_folder.exists()
    assert copy.dataset_path() == tmp_path / "here" / "pictures"
    assert Project.open(project.path).document.name == "plants"
    with pytest.raises(ProjectError, match="inside itself"):
        project.save_as(project.path / "runs" / "x")
    with pytest.raises(ProjectError, match="already"):
        project.save_as(copy.path)


@pytest.mark.skipif(
    not hasattr(os, "geteuid"), reason="needs POSIX permissions to make a folder read-only"
)
def test_a_read_only_folder_is_a_sentence_and_nothing_is_lost(tmp_path: Path) -> None:
    project = make(tmp_path)
    before = (project.path / PROJECT_FILE).read_bytes()
    project.set_section("recipe", {"epochs": 9})
    with read_only(project.path), pytest.raises(StorageError, match="cannot be written"):
        project.save()
    assert (project.path / PROJECT_FILE).read_bytes() == before
    project.save()
    assert Project.open(project.path).section("recipe") == {"epochs": 9}


class read_only:
    """Take write permission from a folder; as root, whom no permission stops, the user's too."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.is_root = os.geteuid() == 0

    def __enter__(self) -> None:
        self.folder.chmod(stat.S_IRUSR | stat.S_IXUSR | stat.S_IROTH | stat.S_IXOTH)
        for parent in self.folder.parents:
            if self.is_root and parent != Path("/") and os.stat(parent).st_uid == 0:
                parent.chmod(os.stat(parent).st_mode | stat.S_IXOTH)
        if self.is_root:
            os.seteuid(65534)

    def __exit__(self, *_: object) -> None:
        if self.is_root:
            os.seteuid(0)
        self.folder.chmod(0o755)

"""Checkpoints: whole or not at all, and never code."""

from __future__ import annotations

import json
import os
import pickle
import zipfile
from pathlib import Path

import keras
import numpy as np
import pytest

from studio.core.errors import RunError, StorageError
from studio.core.runs import RunFolder
from studio.training.checkpoint import (
    CheckpointWriter,
    Position,
    checkpoint_file,
    has_checkpoint,
    read_position,
    restore_checkpoint,
    take_snapshot,
    write_checkpoint,
)
from tests.training.helpers import make_run, samples_of, write_pictures

POSITION = Position(epoch=2, batch=3, step=11, best_epoch=1, best_value=0.5, order="abc")


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    pictures = write_pictures(tmp_path / "pictures", each=1)
    return make_run(tmp_path / "run", samples_of(pictures))


def variables(scale: float = 1.0, shape: tuple[int, ...] = (2, 3)) -> list[keras.Variable]:
    return [
        keras.Variable(np.full(shape, scale, np.float32), name="a"),
        keras.Variable(np.arange(3) * scale, dtype="int32", name="b"),
        keras.Variable(np.full(2, 1.5 * scale), dtype="bfloat16", name="c"),
    ]


def test_round_trip_of_values_and_position(run: RunFolder) -> None:
    assert not has_checkpoint(run)
    assert read_position(run) is None
    write_checkpoint(run, take_snapshot(POSITION, variables(2.0)))
    assert has_checkpoint(run)
    assert read_position(run) == POSITION
    fresh = variables(0.0)
    assert restore_checkpoint(run, fresh) == POSITION
    for new, old in zip(fresh, variables(2.0), strict=True):
        np.testing.assert_array_equal(np.asarray(new.numpy()), np.asarray(old.numpy()))


def test_a_snapshot_does_not_follow_its_variables(run: RunFolder) -> None:
    alive = variables(1.0)
    snapshot = take_snapshot(POSITION, alive)
    alive[0].assign(np.zeros((2, 3)))
    assert (snapshot.arrays[0] == 1.0).all()


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9])
def test_a_cut_file_is_told_and_changes_nothing(run: RunFolder, share: float) -> None:
    write_checkpoint(run, take_snapshot(POSITION, variables(2.0)))
    file = checkpoint_file(run)
    whole = file.read_bytes()
    file.write_bytes(whole[: int(len(whole) * share)])
    fresh = variables(0.0)
    with pytest.raises(RunError, match="damaged"):
        restore_checkpoint(run, fresh)
    assert not np.asarray(fresh[0].numpy()).any()


def test_a_flipped_bit_is_noticed(run: RunFolder) -> None:
    write_checkpoint(run, take_snapshot(POSITION, variables(2.0)))
    file = checkpoint_file(run)
    content = bytearray(file.read_bytes())
    place = content.index(np.full(2, 2.0, np.float32).tobytes())
    content[place] ^= 1
    file.write_bytes(bytes(content))
    with pytest.raises(RunError):
        restore_checkpoint(run, variables())


def test_another_networks_checkpoint_is_refused(run: RunFolder) -> None:
    write_checkpoint(run, take_snapshot(POSITION, variables()))
    with pytest.raises(RunError, match="another network"):
        restore_checkpoint(run, variables(shape=(3, 3)))
    with pytest.raises(RunError, match="another network"):
        restore_checkpoint(run, variables()[:2])


class _Bomb:
    def __reduce__(self) -> tuple[object, tuple[str]]:
        return os.mkdir, ("exploded",)


def test_a_pickle_inside_is_never_run(
    run: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    run.checkpoint_folder.mkdir()
    np.savez(
        checkpoint_file(run).open("wb"),
        meta=np.array([_Bomb()], dtype=object),
        v0=np.array([_Bomb()], dtype=object),
    )
    with pytest.raises(RunError):
        restore_checkpoint(run, variables())
    with pytest.raises(RunError):
        read_position(run)
    checkpoint_file(run).write_bytes(pickle.dumps(_Bomb()))
    with pytest.raises(RunError):
        restore_checkpoint(run, variables())
    assert not (tmp_path / "exploded").exists()


def test_absurd_sizes_are_refused_before_they_are_read(run: RunFolder) -> None:
    write_checkpoint(run, take_snapshot(POSITION, variables()))
    file = checkpoint_file(run)
    with zipfile.ZipFile(file) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    header = b"{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }"
    header += b" " * (128 - 10 - len(header) - 1) + b"\n"
    members["v0.npy"] = b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(RunError):
        restore_checkpoint(run, variables())


@pytest.mark.parametrize("change", [{"position": {}}, {"schema_version": 99}, {"dtypes": 3}])
def test_a_foreign_description_is_refused(run: RunFolder, change: dict[str, object]) -> None:
    write_checkpoint(run, take_snapshot(POSITION, variables()))
    with np.load(checkpoint_file(run)) as content:
        arrays = {k: content[k] for k in content.files}
    meta = {**json.loads(bytes(arrays["meta"])), **change}
    arrays["meta"] = np.frombuffer(json.dumps(meta).encode(), np.uint8)
    np.savez(checkpoint_file(run), **arrays)
    with pytest.raises(RunError):
        restore_checkpoint(run, variables())


def test_a_write_that_fails_leaves_the_last_one(run: RunFolder) -> None:
    write_checkpoint(run, take_snapshot(POSITION, variables(2.0)))
    before = checkpoint_file(run).read_bytes()
    snapshot = take_snapshot(Position(), variables(3.0))
    snapshot.arrays[1] = _Unwritable()  # type: ignore[call-overload]
    with pytest.raises(StorageError, match="full"):
        write_checkpoint(run, snapshot)
    assert checkpoint_file(run).read_bytes() == before
    assert [p.name for p in run.checkpoint_folder.iterdir()] == ["last.npz"]


class _Unwritable:
    """Stands for an array that the disk has no room for."""

    dtype = "float32"

    def __array__(self, *_: object, **__: object) -> np.ndarray:
        raise OSError(28, "No space left on device")


def test_the_writer_hands_errors_to_the_next_call(run: RunFolder) -> None:
    writer = CheckpointWriter(run)
    writer.save(take_snapshot(POSITION, variables()))
    writer.flush()
    run.checkpoint_folder.rename(run.path / "elsewhere")
    run.checkpoint_folder.write_text("a file in the way")
    writer.save(take_snapshot(POSITION, variables()))
    with pytest.raises(StorageError):
        writer.flush()
    writer.flush()

"""Files made to hurt: refused with a sentence, nothing run, nothing fetched, memory bounded."""

from __future__ import annotations

import gzip
import io
import os
import pickle
import struct
import tracemalloc
import zipfile
import zlib
from collections import OrderedDict
from pathlib import Path

import h5py
import numpy as np
import pytest

from studio.core.errors import DatasetError, PictureError, StudioError
from studio.data.containers import spool
from studio.data.containers.store import close_containers
from studio.data.decoding import decode
from studio.data.index import open_dataset
from studio.data.restricted_pickle import PickleRefused, load_pickle
from tests.data import table_writers, writers


class _Runs:
    """A pickle of this asks for a command of the system."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[object, ...]:
        return os.system, (f"touch {self.mark}",)


@pytest.mark.parametrize("protocol", range(6))
def test_a_pickle_that_would_run_code_is_refused(protocol: int, tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    content = pickle.dumps({b"data": _Runs(mark), b"labels": [1]}, protocol)
    with pytest.raises(PickleRefused, match="could run code"):
        load_pickle(content)
    folder = writers.write_cifar10(tmp_path / "c")
    (folder / "batches.meta").write_bytes(content)
    with pytest.raises(DatasetError, match="could run code"):
        open_dataset(folder)
    assert not mark.exists()


HOSTILE = {
    "eval": b"cbuiltins\neval\n(S'1+1'\ntR.",
    "getattr": b"cbuiltins\ngetattr\n(cos\nsystem\nS'x'\ntR.",
    "instance": b"(S'touch x'\nios\nsystem\n.",
    "attribute of numpy": b"cnumpy\nfromfile\n(S'/etc/passwd'\ntR.",
    "numpy loads": b"cnumpy\nload\n(S'x'\ntR.",
    "stack global": b"\x80\x04\x8c\x02os\x8c\x06system\x93\x8c\x01x\x85R.",
    "dotted": b"\x80\x04\x8c\x05numpy\x8c\x0bf2py.system\x93\x8c\x01x\x85R.",
    "extension": b"\x80\x02\x82\x01.",
    "persistent": b"\x80\x02K\x01Q.",
    "new object": b"\x80\x02cnumpy\nndarray\n)\x81.",
    "changed stand-in": b"\x80\x02cnumpy\ndtype\n}X\x05\x00\x00\x00_nameX\x06\x00\x00\x00encodesb.",
    "memo": b"\x80\x02]r\xff\xff\xff\x7f.",
    "long bytes": b"\x80\x04\x8e" + struct.pack("<Q", 1 << 60) + b"x.",
    "long bytearray": b"\x80\x05\x96" + struct.pack("<Q", 1 << 40) + b"x.",
    "shape": (
        b"\x80\x02cnumpy.core.multiarray\n_reconstruct\ncnumpy\nndarray\nK\x00\x85c_codecs\n"
        b"encode\nX\x01\x00\x00\x00bX\x06\x00\x00\x00latin1\x86R\x87R(K\x01J\xff\xff\xff\x7f\x85"
        b"cnumpy\ndtype\nX\x02\x00\x00\x00u1K\x00K\x01\x87R\x89c_codecs\nencode\n"
        b"X\x01\x00\x00\x00xX\x06\x00\x00\x00latin1\x86Rtb."
    ),
    "objects": pickle.dumps(np.array([1, "a"], object), 2),
    "unknown class": pickle.dumps(OrderedDict(a=1), 2),
    "itself": b"\x80\x02]q\x00h\x00a.",
    "cut": pickle.dumps({"data": np.zeros(99)}, 2)[:-40],
    "empty": b"",
    "noise": bytes(range(256)),
    "no stop": b"\x80\x02}",
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_pickles(name: str) -> None:
    tracemalloc.start()
    try:
        with pytest.raises(PickleRefused):
            load_pickle(HOSTILE[name])
        assert tracemalloc.get_traced_memory()[1] < 50_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("protocol", range(6))
def test_honest_pickles_keep_their_values(protocol: int) -> None:
    value = {
        "a": np.arange(12, dtype=">i2").reshape(3, 4), "b": np.asfortranarray(np.eye(3)),
        "c": [1, 2.5, "x", b"y"], "d": (True, None), "e": np.float32(1.5), "s": np.array(["ab"]),
    }  # fmt: skip
    got = load_pickle(pickle.dumps(value, protocol))
    assert np.array_equal(got["a"], value["a"]) and got["a"].dtype == np.dtype(">i2")
    assert np.array_equal(got["b"], np.eye(3)) and got["c"] == value["c"]
    assert got["d"] == [True, None] and got["e"] == 1.5 and got["s"].tolist() == ["ab"]


def test_a_billion_lists_in_a_small_pickle() -> None:
    nested: list[object] = ["x"]
    for _ in range(40):
        nested = [nested] * 10
    with pytest.raises(PickleRefused, match="deeper"):
        load_pickle(pickle.dumps(nested, 2))


def test_a_gzip_bomb_unpacks_no_more_than_it_declares(tmp_path: Path) -> None:
    head = struct.pack(">BBBB3I", 0, 0, 8, 3, 4, 28, 28)
    bomb = gzip.compress(head + bytes(60_000_000), 9)
    (tmp_path / "train-images-idx3-ubyte.gz").write_bytes(bomb)
    tracemalloc.start()
    try:
        dataset = open_dataset(tmp_path)
        assert decode(dataset.absolute(3)).max() == 0
        assert tracemalloc.get_traced_memory()[1] < 10_000_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("packed", [False, True])
def test_a_header_that_promises_the_world(packed: bool, tmp_path: Path) -> None:
    head = struct.pack(">BBBB3I", 0, 0, 8, 3, 2**31, 28, 28)
    content = head + bytes(784)
    name = "train-images-idx3-ubyte"
    (tmp_path / (name + ".gz" * packed)).write_bytes(gzip.compress(content) if packed else content)
    with pytest.raises(DatasetError, match="not believed"):
        open_dataset(tmp_path)


def test_a_picture_larger_than_the_studio_reads(tmp_path: Path) -> None:
    head = struct.pack(">BBBB3I", 0, 0, 8, 3, 1, 2**31, 2**31)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(head)
    with pytest.raises(DatasetError, match="more than the studio reads"):
        open_dataset(tmp_path)


def test_large_arrays_are_unpacked_into_the_cache(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spool, "IN_MEMORY", 1000)
    folder = writers.write_idx(tmp_path / "m")
    npz = writers.write_keras_npz(tmp_path / "d.npz", packed=True)
    mat = writers.write_sat_mat(tmp_path / "d.mat")
    close_containers()
    for path in (folder, npz, mat):
        dataset = open_dataset(path)
        last = len(dataset) - 1
        assert decode(dataset.absolute(last)).shape[2] == 3
    assert np.array_equal(decode(npz / "@x_train/5")[..., 0], np.load(npz)["x_train"][5])
    kept = list((Path(os.environ["CLASSIFIER_STUDIO_HOME"]) / "cache" / "containers").iterdir())
    assert kept and all(f.suffix == ".npy" and not f.name.startswith(".") for f in kept)
    close_containers()


def test_pickled_arrays_in_npz_and_npy_are_refused(tmp_path: Path) -> None:
    mark = tmp_path / "ran"
    hidden = np.array([_Runs(mark), None], object)
    np.savez(tmp_path / "d.npz", x=np.zeros((2, 8, 8), np.uint8), y=hidden)
    dataset = open_dataset(tmp_path / "d.npz")
    assert (dataset.labels["class"] == -1).all()
    with pytest.raises(PictureError, match="could run code"):
        decode(tmp_path / "d.npz" / "@y/0")
    np.save(tmp_path / "x_train.npy", hidden, allow_pickle=True)
    with pytest.raises(PictureError, match="could run code"):
        decode(tmp_path / "x_train.npy" / "@0")
    assert not mark.exists()


def _npy_head(shape: str, descr: str = "'|u1'") -> bytes:
    text = f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


@pytest.mark.parametrize(
    "shape", ["(10**9, 28, 28)", "(-1, 28, 28)", "(1000000, 28, 28)", "(4, 28, 1 << 40)", "'x'"]
)
@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_npz_whose_header_lies(shape: str, method: int, tmp_path: Path) -> None:
    file = tmp_path / "d.npz"
    labels = io.BytesIO()
    np.save(labels, np.arange(4))
    with zipfile.ZipFile(file, "w", method) as out:
        out.writestr("x.npy", _npy_head(shape) + bytes(784))
        out.writestr("y.npy", labels.getvalue())
    with pytest.raises(StudioError):
        open_dataset(file)


def test_a_zip_member_that_leaves_its_folder_is_only_a_name(tmp_path: Path) -> None:
    file = tmp_path / "in" / "d.npz"
    file.parent.mkdir()
    array = io.BytesIO()
    np.save(array, np.full((3, 8, 8), 9, np.uint8))
    with zipfile.ZipFile(file, "w") as out:
        out.writestr("../../x.npy", array.getvalue())
    dataset = open_dataset(file)
    assert decode(dataset.absolute(2)).max() == 9
    assert [p.name for p in tmp_path.iterdir()] == ["in"]


def test_hdf5_that_leads_out_of_itself_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.h5"
    with h5py.File(secret, "w") as out:
        out["x"] = np.full((4, 8, 8), 7, np.uint8)
    (tmp_path / "raw.bin").write_bytes(bytes(256))

    def link(out: h5py.File) -> None:
        out["images"] = h5py.ExternalLink("secret.h5", "/x")

    def storage(out: h5py.File) -> None:
        out.create_dataset(
            "images", (4, 8, 8), "u1", external=[(str(tmp_path / "raw.bin"), 0, 256)]
        )

    def virtual(out: h5py.File) -> None:
        layout = h5py.VirtualLayout((4, 8, 8), "u1")
        layout[:] = h5py.VirtualSource(str(secret), "x", (4, 8, 8))
        out.create_virtual_dataset("images", layout)

    for number, hurt in enumerate((link, storage, virtual)):
        file = tmp_path / f"h{number}.h5"
        with h5py.File(file, "w") as out:
            hurt(out)
            out["labels"] = np.arange(4)
        with pytest.raises(DatasetError, match="another file"):
            open_dataset(file)
        with pytest.raises(PictureError, match="another file"):
            decode(file / "@images/0")


def test_soft_links_and_loops_in_hdf5(tmp_path: Path) -> None:
    file = tmp_path / "d.h5"
    with h5py.File(file, "w") as out:
        out["images"] = np.zeros((4, 8, 8), np.uint8)
        out["labels"] = np.arange(4)
        out["soft"] = h5py.SoftLink("/nowhere")
        out["group/self"] = out["/"]
    assert len(open_dataset(file)) == 4
    with pytest.raises(PictureError):
        decode(file / "@soft/0")


def test_hdf5_that_declares_more_than_it_stores(tmp_path: Path) -> None:
    file = tmp_path / "d.h5"
    with h5py.File(file, "w") as out:
        out.create_dataset("images", (10**6, 512, 512), "u1", chunks=(1, 512, 512))
        out.create_dataset("labels", (10**6,), "i8", chunks=(1000,))
    dataset = open_dataset(file)
    assert decode(dataset.absolute(10**6 - 1)).max() == 0
    with h5py.File(tmp_path / "e.h5", "w") as out:
        out.create_dataset("images", (4, 8, 8), "u1")
        out.create_dataset("labels", (10**10,), "i8", chunks=(1000,))
    with pytest.raises(DatasetError):
        open_dataset(tmp_path / "e.h5")


def test_matlab_objects_are_refused(tmp_path: Path) -> None:
    from scipy.io import savemat

    file = tmp_path / "d.mat"
    savemat(file, {"x": np.zeros((8, 8, 4), np.uint8), "y": np.arange(4)})
    content = bytearray(file.read_bytes())
    assert content[128] == 14 and content[144] == 9  # a matrix, of class uint8
    for kind in (3, 16):
        content[144] = kind
        file.write_bytes(content)
        with pytest.raises(DatasetError, match="MATLAB object"):
            open_dataset(file)
    newer = writers.write_sat_mat73(tmp_path / "e.mat")
    with h5py.File(newer, "r+") as out:
        out["thing"] = np.zeros(3, np.uint32)
        out["thing"].attrs["MATLAB_class"] = np.bytes_("containers.Map")
        out["thing"].attrs["MATLAB_object_decode"] = np.int32(3)
    with pytest.raises(DatasetError, match="MATLAB object"):
        open_dataset(newer)


def test_a_packed_matlab_variable_that_lies(tmp_path: Path) -> None:
    from scipy.io import savemat

    plain = io.BytesIO()
    savemat(plain, {"x": np.zeros((8, 8, 4), np.uint8)})
    content = bytearray(plain.getvalue())
    place = content.index(struct.pack("<3i", 8, 8, 4))
    content[place : place + 12] = struct.pack("<3i", 1 << 20, 1 << 20, 1 << 10)
    (tmp_path / "d.mat").write_bytes(content)
    with pytest.raises(DatasetError, match="does not fit"):
        open_dataset(tmp_path / "d.mat")
    body = zlib.compress(bytes(content[128:]) + bytes(50_000_000))
    packed = bytes(content[:128]) + struct.pack("<II", 15, len(body)) + body
    (tmp_path / "e.mat").write_bytes(packed)
    with pytest.raises(DatasetError, match="does not fit"):
        open_dataset(tmp_path / "e.mat")


@pytest.mark.parametrize(
    "text",
    ['[{"band_1": [1, 2', "[", "[]", '[{"band_1": "x"}]', "[" * 100_000,
     '[7, {"b": [' + "1," * 24 + "1]}]", '[{"b": [' + "1," * 24 + "1e999]}, 7",
     '[{"b": [' + "1," * 24 + "1]}"],
)  # fmt: skip
def test_broken_lists_of_bands(text: str, tmp_path: Path) -> None:
    file = tmp_path / "train.json"
    file.write_text(text)
    with pytest.raises(DatasetError):
        open_dataset(file)
    with pytest.raises(PictureError):
        decode(file / "@b/0")


WRITERS = {
    "train-images-idx3-ubyte.gz": lambda p: writers.write_idx(p, 6, 6),
    "train-images-idx3-ubyte": lambda p: writers.write_idx(p, 6, 6, packed=False),
    "data_batch_1": lambda p: writers.write_cifar10(p, 3, 1),
    "d.npz": lambda p: writers.write_keras_npz(p / "d.npz", 8, packed=True),
    "d.h5": lambda p: writers.write_hdf5(p / "d.h5", 6, packed=True),
    "d.mat": lambda p: writers.write_sat_mat(p / "d.mat", 4),
    "e.mat": lambda p: writers.write_sat_mat(p / "e.mat", 4, packed=False),
    "train.json": lambda p: writers.write_iceberg(p / "train.json", 4, side=6),
    "train.csv": lambda p: table_writers.write_digits_csv(p, 6),
    "fer2013.csv": lambda p: table_writers.write_fer2013(p / "fer2013.csv", 6),
    "s.mat": lambda p: table_writers.write_emnist_mat(p / "s.mat", 6),
    "t.mat": lambda p: table_writers.write_emnist_mat(p / "t.mat", 6, packed=False),
}


@pytest.mark.parametrize("name", WRITERS)
def test_mutated_files_are_read_or_refused_with_a_sentence(name: str, tmp_path: Path) -> None:
    """Bytes changed and ends cut off at random; 60 cases of each kind."""
    source = np.random.default_rng(len(name))
    WRITERS[name](tmp_path)
    file = tmp_path / name
    original = file.read_bytes()
    for case in range(60):
        content = bytearray(original)
        if case % 3 == 0:
            del content[int(source.integers(0, len(content))) :]
        for place in source.integers(0, max(1, min(len(content), 600)), 3 * (case % 3)):
            if content:
                content[place] = int(source.integers(0, 256))
        close_containers()
        file.write_bytes(content)
        try:
            dataset = open_dataset(file)
            assert len(dataset)
        except StudioError as error:
            assert error.message.endswith((".", "”"))
            continue
        for row in {0, len(dataset) - 1}:
            try:
                assert decode(dataset.absolute(row)).dtype == np.uint8
            except PictureError as error:
                assert error.message
    close_containers()

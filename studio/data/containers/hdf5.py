"""HDF5 files: Keras and Coursera data sets, PatchCamelyon, MATLAB 7.3.

Layout: "HDF5 File Format Specification" (The HDF Group), read by h5py. Only data that lie in the
file itself are read: external links, external storage and virtual data sets name other files and
are refused; soft links are left alone.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from studio.core.errors import PictureError
from studio.core.paths import display_name
from studio.data.containers.base import Container, Stored, Values
from studio.data.containers.spool import IN_MEMORY, MAX_RATIO

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_MATLAB = 512  # where HDF5 begins in MATLAB's files
_MAX_OBJECTS = 10_000
_MAX_DEPTH = 8
_MAX_CHUNK = 1 << 29
_CHUNK_CACHE = 1 << 26
_ALWAYS = 1 << 24  # an array of so many bytes is read even where it is all fill value
_MAX_TEXT = 1 << 26  # characters of all labels together
_PART = 4096
_MATLAB_KINDS = ("single", "double", "logical", "char", "cell", "struct")  # besides integers


class Hdf5(Container):
    """Arrays by their path inside the file, without the leading slash.

    Attributes:
        refused: names that lead out of the file, each with the reason.
        objects: MATLAB variables that are objects.
    """

    kind: ClassVar[str] = "hdf5"
    title: ClassVar[str] = "HDF5 file"

    def __init__(self, file: Path) -> None:
        import h5py  # 0.1 s, for files that few people have

        super().__init__(file)
        self.refused: dict[str, str] = {}
        self.objects: list[str] = []
        self.texts: dict[str, tuple[int, ...]] = {}
        self._h5 = h5py
        self._size = file.stat().st_size
        self._file = h5py.File(file, "r", rdcc_nbytes=_CHUNK_CACHE)
        self.is_matlab = self._file.userblock_size == _MATLAB
        self.by_columns = self.flat_last = self.is_matlab
        self._seen: set[Any] = set()
        self._collect(self._file, "", 0)

    @classmethod
    def fits(cls, file: Path, head: bytes) -> bool:
        return head.startswith(_SIGNATURE) or head[_MATLAB:].startswith(_SIGNATURE)

    def _collect(self, group: Any, above: str, depth: int) -> None:
        for name in group:
            path = f"{above}{name}"
            link = group.get(name, getlink=True)
            if isinstance(link, self._h5.ExternalLink):
                self.refused[path] = "it is a link into another file"
                continue
            if not isinstance(link, self._h5.HardLink) or (self.is_matlab and name[0] == "#"):
                continue
            item = group[name]
            address = self._h5.h5o.get_info(item.id).addr
            if address in self._seen:  # a group may hold itself
                continue
            self._seen.add(address)
            if len(self._seen) > _MAX_OBJECTS:
                raise PictureError(f"“{display_name(self.file.name)}” holds too many arrays.")
            if isinstance(item, self._h5.Group) and depth < _MAX_DEPTH:
                self._matlab_class(item, path)
                self._collect(item, f"{path}/", depth + 1)
            elif isinstance(item, self._h5.Dataset):
                self._add(item, path)

    def _matlab_class(self, item: Any, path: str) -> str:
        if not self.is_matlab:
            return ""
        value = item.attrs.get("MATLAB_class", b"")
        word = value.decode("latin-1") if isinstance(value, bytes) else str(value)
        if "MATLAB_object_decode" in item.attrs or (
            word and word not in _MATLAB_KINDS and not word.startswith(("int", "uint"))
        ):
            self.objects.append(path)
        return word

    def _add(self, item: Any, path: str) -> None:
        word = self._matlab_class(item, path)
        if item.is_virtual or item.external:
            self.refused[path] = "its numbers lie in another file"
            return
        if item.shape is None:
            return
        if item.dtype.kind in "biufS" and word != "char":
            order = ""
            dtype = np.dtype(bool) if word == "logical" else item.dtype
            shape = tuple(item.shape)
            if self.is_matlab:  # MATLAB counts the first axis fastest, HDF5 the last
                order = {3: "nwh", 4: "ncwh"}.get(len(shape), "")
            self.arrays[path] = Stored(path, shape, dtype, order)
        elif word in ("cell", "char") or self._h5.check_string_dtype(item.dtype) is not None:
            self.texts[path] = tuple(item.shape)
            if not word:
                self.arrays[path] = Stored(path, tuple(item.shape), np.dtype(object))

    def _stored(self, name: str) -> Stored:
        if name in self.refused:
            raise PictureError(
                f"“{display_name(name)}” was not read: {self.refused[name]}.",
                "Copy its content into this file.",
            )
        return super()._stored(name)

    def _open(self, stored: Stored) -> Values:
        item = self._file[stored.name]
        dtype = None if stored.dtype == item.dtype else stored.dtype
        offset = item.id.get_offset()
        if offset is not None and item.chunks is None and offset + stored.nbytes <= self._size:
            mapped = np.memmap(self.file, item.dtype, "r", offset, stored.shape)
            return Values(mapped, stored.shape, dtype=dtype)
        chunk = int(np.prod(item.chunks or (1,), dtype=np.int64)) * item.dtype.itemsize
        if chunk > _MAX_CHUNK:
            raise PictureError(f"“{display_name(stored.name)}” is kept in pieces of {chunk:,} B.")
        if stored.nbytes <= min(IN_MEMORY, self._plausible(item)):
            array = item[...]
            return Values(array, stored.shape, array.nbytes, dtype)
        return Values(item, stored.shape, _CHUNK_CACHE, dtype)

    def _is_mapped(self, stored: Stored) -> bool:
        return self._file[stored.name].chunks is None

    @staticmethod
    def _plausible(item: Any) -> int:
        """Bytes that what is stored can unpack to."""
        return max(_ALWAYS, int(item.id.get_storage_size()) * MAX_RATIO)

    def _labels(self, stored: Stored) -> NDArray[Any]:
        item = self._file[stored.name]
        if stored.nbytes > self._plausible(item):
            raise PictureError(f"“{display_name(stored.name)}” says it is larger than the file.")
        if stored.dtype.kind != "O":
            return np.asarray(item[...]).astype(stored.dtype, copy=False)
        return np.array(self._strings(item), dtype=object).reshape(stored.shape)

    def _strings(self, item: Any) -> list[str]:
        if len(item.shape) != 1:
            raise PictureError("A list of texts has more than one dimension.")
        texts: list[str] = []
        length = 0
        reader = item.asstr(errors="replace")
        for start in range(0, item.shape[0], _PART):
            part = [str(text) for text in reader[start : start + _PART]]
            length += sum(map(len, part))
            if length > _MAX_TEXT:
                raise PictureError("The texts in the file are too long to be labels.")
            texts += part
        return texts

    def cells(self) -> list[str]:
        return list(self.texts)

    def cell(self, name: str) -> list[list[str]]:
        """The texts of a MATLAB cell array, row by row; empty where there is none."""
        if name not in self.texts or not self.is_matlab:
            return []
        item = self._file[name]
        if len(item.shape) != 2 or item.shape[0] * item.shape[1] > _PART:
            return []
        cells = np.asarray(item[...]).T  # HDF5 has MATLAB's axes in the other order
        return [[self._text(reference) for reference in row] for row in cells]

    def _text(self, reference: Any) -> str:
        if not isinstance(reference, self._h5.Reference) or not reference:
            return ""
        item = self._file[reference]
        if not isinstance(item, self._h5.Dataset) or item.dtype.kind not in "iu":
            return ""
        if item.size > _PART or item.is_virtual or item.external:
            return ""
        return "".join(chr(code) for code in np.asarray(item[...]).T.ravel("F") if code)

"""Which files are pictures by their names, and which belong to a folder without being one."""

from __future__ import annotations

import os

_ENDINGS = (
    ".jpg .jpeg .jpe .jfif .png .apng .gif .bmp .dib .tif .tiff .webp .avif .avifs .heic .heif "
    ".hif .jp2 .j2k .jpx .jpf .j2c .ppm .pgm .pbm .pnm .tga .icb .vda .vst .ico .cur .icns .psd "
    ".mpo .exr .hdr .dds .pcx .dcx .qoi .sgi .rgb .ras .xbm .xpm .fli .flc .msp"
)
PICTURE_ENDINGS = frozenset(_ENDINGS.split())
"""Endings of pictures, lower case, also of those that can only be listed as unreadable."""

_SIDE_ENDINGS = (
    ".txt", ".csv", ".tsv", ".json", ".jsonl", ".xml", ".yaml", ".yml", ".md", ".rst", ".ini",
    ".toml", ".log", ".db",
)  # fmt: skip
_SIDE_NAMES = (
    "readme", "license", "licence", "copying", "notice", "authors", "changelog", "citation",
)  # fmt: skip
_SYSTEM_FOLDERS = frozenset({"__macosx", "$recycle.bin", "system volume information", "@eadir"})

_SIGNATURES = (
    b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*",
    b"II+\0", b"MM\0+", b"8BPS", b"\0\0\0\x0cjP  ", b"\xff\x4f\xff\x51", b"qoif", b"DDS ",
)  # fmt: skip

_BRANDS = (b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"hevc", b"mif1", b"msf1")


def is_picture_name(name: str) -> bool:
    """Whether the ending is that of a picture."""
    # As os.path.splitext, which takes three times as long, and this is asked of every file.
    stem, dot, ending = name.rpartition(".")
    return bool(stem.strip(".")) and dot + ending.lower() in PICTURE_ENDINGS


_DATA_ENDINGS = (
    ".csv", ".tsv", ".tab", ".txt", ".json", ".jsonl", ".gz", ".npz", ".h5", ".hdf5", ".mat",
    ".zip", ".tar", ".tgz", ".tbz2", ".txz", ".bz2", ".xz", ".bin", ".pkl", ".pickle",
)  # fmt: skip


def is_data_name(name: str) -> bool:
    """Whether a file may be a data set by itself: a table, an archive or a file of arrays.

    CIFAR's batches and MNIST's unpacked files have no ending.
    """
    ending = os.path.splitext(name)[1].lower()
    return ending in _DATA_ENDINGS or not ending or name.endswith("-ubyte")


def is_hidden(name: str) -> bool:
    """Whether a file or folder is one that systems keep for themselves."""
    return name.startswith(".") or name.lower() in _SYSTEM_FOLDERS


def is_side_file(name: str) -> bool:
    """Whether a file belongs beside pictures: a table, a note, a licence."""
    lower = name.lower()
    return os.path.splitext(lower)[1] in _SIDE_ENDINGS or lower.startswith(_SIDE_NAMES)


def begins_like_picture(path: str) -> bool:
    """Whether the first bytes are those of a common picture format. Raises OSError."""
    with open(path, "rb", buffering=0) as file:
        head = file.read(16)
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return True
    if head[4:8] == b"ftyp":
        return head[8:12] in _BRANDS
    return head.startswith(_SIGNATURES)

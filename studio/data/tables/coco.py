"""JSON with images, annotations and categories as a table of rows.

The layout of COCO (Lin et al., 2014) and of iWildCam: ``images[] {id, file_name}``,
``annotations[] {image_id, category_id}``, ``categories[] {id, name}``. Boxes are not used: a
picture has the class of each of its annotations, once. What images say of where and when they were
taken (``location``, ``seq_id``: COCO Camera Traps) are columns of groups.
"""

from __future__ import annotations

import os
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from studio.core.errors import DatasetError
from studio.core.paths import display_name
from studio.data.tables.groups import MOST_OFFERED, is_group_word
from studio.data.tables.sources import load_json
from studio.data.tables.text import Trouble

_PART = 1 << 16
_LOOKED_AT = 1000
_KEYS = re.compile(rb'"(images|annotations|categories)"\s*:\s*\[')


def looks_like_coco(path: Path) -> bool:
    """Whether beginning and end of a file name the lists; the file is not read as a whole."""
    try:
        size = os.path.getsize(path)
        with open(path, "rb") as file:
            head = file.read(_PART)
            file.seek(max(len(head), size - _PART))
            keys = set(_KEYS.findall(head)) | set(_KEYS.findall(file.read(_PART)))
    except OSError:
        return False
    # In a long file the lists of the middle stand in neither part.
    is_long = size > 2 * _PART
    if not head.lstrip(b"\xef\xbb\xbf \r\n\t").startswith(b"{"):
        return False
    if {b"annotations", b"categories"} <= keys or (b"images" in keys and len(keys) > 1):
        return True
    return is_long and (b"images" in keys or (b"annotations" in keys and b'"image_id"' in head))


@dataclass
class CocoSource:
    """A :class:`~studio.data.tables.sources.Source` of file names and category names."""

    path: Path
    columns: list[str] = field(default_factory=lambda: ["file_name", "category"])
    has_header: bool = True
    encoding: str = ""
    separator: str = ""
    trouble: list[Trouble] = field(default_factory=list)

    def __post_init__(self) -> None:
        name = display_name(self.path.name)
        content = load_json(self.path)
        if not isinstance(content, dict) or not isinstance(content.get("images"), list):
            raise DatasetError(
                f"“{name}” has no list of images.",
                "It should have the lists images, annotations and categories, as COCO defines.",
            )
        self._trouble: list[Trouble] = []
        self._shared = _group_keys(content["images"])
        self.columns = [*self.columns, *self._shared]
        self._groups: dict[Any, list[str]] = {}
        self._files = self._read_images(content["images"])
        self._names = _categories(content.get("categories"))
        self._classes = self._read_annotations(content.get("annotations"))

    @property
    def has_labels(self) -> bool:
        """Whether any picture has a class."""
        return any(self._classes.values())

    @property
    def is_multi_label(self) -> bool:
        """Whether a picture has more than one class."""
        return any(len(classes) > 1 for classes in self._classes.values())

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """One row for each class of each picture; the line is the number of the image."""
        self.trouble[:] = self._trouble
        for number, (key, file) in enumerate(self._files.items(), 1):
            for name in self._classes.get(key) or {"": None}:
                yield number, [file, name, *self._groups.get(key, ())]

    def _read_images(self, images: list[Any]) -> dict[Any, str]:
        files: dict[Any, str] = {}
        for number, image in enumerate(images, 1):
            key = _get(image, "id")
            file = _get(image, "file_name") or _get(image, "path")
            if not isinstance(key, (int, str)) or not isinstance(file, str):
                self._list(number, f"Image {number:,} has no id or no file name, and is left out.")
            elif key in files:
                self._list(number, f"Image {number:,} has the id of an earlier one ({key}).")
            else:
                files[key] = file
                if self._shared:
                    self._groups[key] = [_plain(image.get(k)) for k in self._shared]
        return files

    def _read_annotations(self, annotations: Any) -> dict[Any, dict[str, None]]:
        classes: dict[Any, dict[str, None]] = {}
        if not isinstance(annotations, list):
            return classes
        for number, annotation in enumerate(annotations, 1):
            image, category = _get(annotation, "image_id"), _get(annotation, "category_id")
            known = isinstance(category, (int, str)) and self._names.get(category)
            if not isinstance(image, (int, str)) or image not in self._files:
                self._list(number, f"Annotation {number:,} belongs to no image of the list.")
            elif not known:
                self._list(number, f"Annotation {number:,} has no category of the list.")
            else:
                classes.setdefault(image, {})[known] = None
        return classes

    def _list(self, number: int, words: str) -> None:
        self._trouble.append(Trouble(number, words))


def _get(record: Any, key: str) -> Any:
    return record.get(key) if isinstance(record, dict) else None


def _group_keys(images: list[Any]) -> list[str]:
    """Keys of images that name what several of them have in common."""
    some = [image for image in images[:_LOOKED_AT] if isinstance(image, dict)]
    keys = dict.fromkeys(key for image in some for key in image if isinstance(key, str))
    return [key for key in keys if is_group_word(key) and any(_plain(i.get(key)) for i in some)][
        :MOST_OFFERED
    ]


def _plain(value: Any) -> str:
    return str(value) if isinstance(value, (int, str)) and not isinstance(value, bool) else ""


def _categories(value: Any) -> dict[Any, str]:
    """Id → name; where two categories have one name, the id is added."""
    found = {}
    for category in value if isinstance(value, list) else []:
        key, name = _get(category, "id"), _get(category, "name")
        if isinstance(key, (int, str)):
            found[key] = name.strip() if isinstance(name, str) and name.strip() else str(key)
    counts = Counter(found.values())
    return {k: f"{name} ({k})" if counts[name] > 1 else name for k, name in found.items()}

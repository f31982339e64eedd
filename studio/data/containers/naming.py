"""What the names of files and arrays say: pictures or labels, and of which split."""

from __future__ import annotations

import re
from dataclasses import dataclass

from studio.data.dataset import NO_SPLIT, Split

_SPLITS = {
    "train": Split.TRAIN, "training": Split.TRAIN, "tr": Split.TRAIN, "trn": Split.TRAIN,
    "val": Split.VALIDATION, "valid": Split.VALIDATION, "validation": Split.VALIDATION,
    "dev": Split.VALIDATION, "va": Split.VALIDATION,
    "test": Split.TEST, "testing": Split.TEST, "te": Split.TEST, "tst": Split.TEST,
    "t10k": Split.TEST,
}  # fmt: skip
_PICTURES = frozenset(
    ("x", "image", "images", "img", "imgs", "picture", "pictures", "data", "pixels", "features")
)
_LABELS = frozenset(("y", "label", "labels", "target", "targets", "class", "classes", "gt"))
_CLASS_NAMES = frozenset(
    ("classes", "class_names", "classnames", "label_names", "labelnames", "list_classes",
     "target_names", "categories", "annotations", "names")
)  # fmt: skip
_JOINED = re.compile(r"(x|y)(train|test|tr|te|val|valid|dev)|(train|test|val|valid|dev)(x|y)")
_WORD = re.compile(r"[A-Z]?[a-z]+\d*k?|[A-Z]+(?![a-z])|\d+")


@dataclass(frozen=True)
class Meaning:
    """``role`` is ``pictures``, ``labels`` or empty; ``rest`` are the words that say neither."""

    role: str
    split: int
    rest: tuple[str, ...]


def meaning(name: str) -> Meaning:
    """What a name such as ``x_train``, ``test_images`` or ``data/labels_fine`` says."""
    role, split, rest = "", NO_SPLIT, []
    for word in words_of(name):
        if word in _SPLITS and split == NO_SPLIT:
            split = int(_SPLITS[word])
        elif word in _PICTURES and not role:
            role = "pictures"
        elif word in _LABELS and role in ("", "pictures"):
            role = "labels"
        elif word != "set":  # Coursera's train_set_x
            rest.append(word)
    return Meaning(role, split, tuple(rest))


def is_class_names(name: str) -> bool:
    """Whether an array's name says that it lists the names of classes."""
    return name.rpartition("/")[2].lower() in _CLASS_NAMES


def words_of(name: str) -> list[str]:
    """The words of a name in small letters: ``Xtr`` → x, tr; ``trainImages`` → train, images."""
    words: list[str] = []
    for piece in re.split(r"[^A-Za-z0-9]+", name):
        joined = _JOINED.fullmatch(piece.lower())
        if joined is not None:
            words += [part for part in joined.groups() if part]
        else:
            words += [word.lower() for word in _WORD.findall(piece)]
    return words

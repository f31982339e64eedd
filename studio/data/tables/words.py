"""Headings and cells that mean something in published tables."""

from __future__ import annotations

import re

from studio.data.dataset import Split


def _set(text: str) -> frozenset[str]:
    return frozenset(text.split())


FILE_WORDS = _set(
    "image images imageid imageids imageidx img imgs imgid imgname imagename imagepath imgpath "
    "imagefile imagefilename file files filename filenames filepath fname path paths id ids idcode "
    "name picture pictureid photo photoid uuid pathname imagefilepath"
)
LABEL_WORDS = _set(
    "label labels class classes classname classid classlabel target targets category categories "
    "categoryid categoryname tag tags labelname groundtruth gt y output answer predictionstring "
    "annotation annotations"
)
"""Headings that can mean nothing but the class."""

CLASS_LIKE_WORDS = _set(
    "breed species diagnosis dx colour color kind type genre genres genus family variety style "
    "disease diseases level grade score shape material emotion artist subcategory mastercategory "
    "articletype basecolour basecolor season finding findings pattern texture stage quality crop "
    "plant state expression pose brand model defect defects"
)
PLURAL_WORDS = _set(
    "labels classes targets target tags tag categories genres attributes annotations findings "
    "diseases defects keywords objects"
)
"""Headings under which a space stands between labels rather than inside one."""

SPLIT_WORDS = _set(
    "split set subset partition usage phase datasplit dataset fold traintest traintestsplit"
)
TRAIN_FLAGS = _set("istrain istraining istrainingimg istrainingimage")
MEASURE_WORDS = _set(
    "width height size bytes area aspect x y w h xmin xmax ymin ymax left top right bottom bbox "
    "depth channels index number count md5 sha1 sha256 hash url date time datetime timestamp "
    "latitude longitude lat lon age weight author license licence source comment notes description "
    "title caption"
)
"""Headings that say something else of a picture than its class."""

CERTAINTY_WORDS = _set("confidence certainty verified")

SPLITS = {
    "train": Split.TRAIN, "training": Split.TRAIN, "trn": Split.TRAIN, "trainset": Split.TRAIN,
    "val": Split.VALIDATION, "valid": Split.VALIDATION, "validation": Split.VALIDATION,
    "dev": Split.VALIDATION, "eval": Split.VALIDATION, "publictest": Split.VALIDATION,
    "test": Split.TEST, "testing": Split.TEST, "tst": Split.TEST, "privatetest": Split.TEST,
    "testset": Split.TEST,
}  # fmt: skip
_NUMBERED = {"0": Split.TRAIN, "1": Split.VALIDATION, "2": Split.TEST}
_FLAGS = {"1": Split.TRAIN, "true": Split.TRAIN, "0": Split.TEST, "false": Split.TEST}

MISSING_WORDS = frozenset(
    ["", "?", "??", "-", "--", "n/a", "na", "n.a.", "nan", "none", "null", "nil", "unknown",
     "undefined", "missing", "tbd", "todo", "#n/a", "nat"]
)  # fmt: skip
"""Cells that look as if a value was missing, lower case."""

BINARY = {
    "0": 0, "1": 1, "0.0": 0, "1.0": 1, "0.": 0, "1.": 1, "-1": -1, "-1.0": -1, "": -1,
    "false": 0, "true": 1, "False": 0, "True": 1, "FALSE": 0, "TRUE": 1, "no": 0, "yes": 1,
    "No": 0, "Yes": 1,
}  # fmt: skip
"""Cells of one-hot columns: 1 has it, 0 has not, −1 not known."""

_SPLIT_IN_NAME = re.compile(r"(?<![a-z])(train|training|val|valid|validation|dev|test|testing)"
                            r"(?:set)?(?![a-z])")  # fmt: skip
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")


def plain(heading: str) -> str:
    """A heading without signs and case: ``image_id`` and ``Image ID`` are ``imageid``."""
    return re.sub(r"[^a-z0-9]", "", heading.casefold())


def split_of(cell: str) -> Split | None:
    """The split that a cell names."""
    return SPLITS.get(plain(cell))


def split_codes(heading: str, values: frozenset[str]) -> dict[str, Split]:
    """What each value of a column means as a split; empty where it is no column of splits."""
    lower = {v: v.strip().lower() for v in values if v.strip()}
    if not lower:
        return {}
    word = plain(heading)
    if word in TRAIN_FLAGS and set(lower.values()) <= set(_FLAGS):
        return {v: _FLAGS[text] for v, text in lower.items()}
    if word in SPLIT_WORDS - {"fold"} and set(lower.values()) <= set(_NUMBERED):
        return {v: _NUMBERED[text] for v, text in lower.items()}
    found = {v: split for v in lower if (split := split_of(v)) is not None}
    return found if len(found) == len(lower) else {}


def split_in_name(name: str) -> Split | None:
    """The split that a file's or folder's name tells, as ``trainLabels`` or ``val_subset`` do."""
    found = _SPLIT_IN_NAME.findall(_HUMP.sub("_", name).lower())
    return SPLITS[found[0]] if len({SPLITS[f] for f in found}) == 1 else None

"""ImageNet (ILSVRC 2012–2017) as Kaggle publishes it, with readable class names.

``ILSVRC/Data/CLS-LOC/train/<synset>/*.JPEG``, ``val/*.JPEG`` with ``LOC_val_solution.csv``
(``ImageId,PredictionString``: the synset, then a box), ``test/*.JPEG`` without labels, and
``LOC_synset_mapping.txt``. Classes are in the order of their synsets, as Keras's weights have them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from studio.core.control import Control, Progress
from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.data.formats.registry import FORMATS, DatasetFormat
from studio.data.tables.combine import build
from studio.data.tables.match import PictureIndex
from studio.data.tables.names import is_synset
from studio.data.tables.options import TableOptions
from studio.data.tables.plan import Plan, Table
from studio.data.tables.roles import Roles
from studio.data.tables.sources import TextTable
from studio.data.tables.text import Trouble
from studio.data.walk import Pictures, Walker

_DATA = "ILSVRC/Data/CLS-LOC"
_SOLUTION = "LOC_val_solution.csv"


@FORMATS.register("imagenet")
class ImagenetFormat(DatasetFormat):
    """The folder that Kaggle's archive unpacks to."""

    kind = "imagenet"
    title = "ImageNet"
    help = "ImageNet as Kaggle publishes it: ILSVRC/Data/CLS-LOC with synset folders and tables."
    rank = 40

    def recognise(self, path: Path) -> str:
        if not os.path.isdir(path / _DATA / "train"):
            return ""
        tables = [n for n in ("LOC_synset_mapping.txt", _SOLUTION) if os.path.isfile(path / n)]
        beside = f", beside {' and '.join(tables)}" if tables else ""
        return f"{_DATA}/train holds ImageNet's synset folders{beside}."

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        walker, pictures = Walker(path, progress, control), Pictures()
        walker.collect("", pictures)
        walker.follow_links()
        pictures.sort()
        source = ImagenetSource(path, pictures.paths)
        roles = Roles(file=0, labels=(1,), kind="single", list_separators=("",), split=2)
        plan = Plan(path, PictureIndex(pictures.paths), [Table(source, roles)])
        return build(plan, pictures, self.kind, walker.problems, progress, control)


@dataclass
class ImagenetSource:
    """The synset of each picture: from its folder, or from the table of solutions."""

    root: Path
    paths: list[str]
    columns: list[str] = field(default_factory=lambda: ["path", "class", "split"])
    has_header: bool = True
    encoding: str = ""
    separator: str = ""
    trouble: list[Trouble] = field(default_factory=list)
    path: Path = field(init=False)

    def __post_init__(self) -> None:
        self.path = self.root / _SOLUTION

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """See :class:`~studio.data.tables.sources.Source`."""
        self.trouble.clear()
        inside = f"{_DATA}/train/"
        for number, path in enumerate(self.paths, 1):
            if path.startswith(inside):
                synset = path[len(inside) :].partition("/")[0]
                yield number, [path, synset if is_synset(synset) else "", "train"]
        if os.path.isfile(self.path):
            table = TextTable(self.path, TableOptions(header="yes"), lambda cell: False)
            for number, row in table.rows():
                words = row[1].split() if len(row) > 1 else []
                if not words or not is_synset(words[0]):
                    shown = display_name(" ".join(row)[:60])
                    self.trouble.append(
                        Trouble(number, f"Line {number:,} has no synset: “{shown}”.")
                    )
                    continue
                yield number, [f"{_DATA}/val/{row[0].strip()}", words[0], "val"]

"""Annotations in JSON as COCO and iWildCam define them, beside the pictures."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from studio.core.control import Control, Progress
from studio.core.errors import DatasetError, StudioError
from studio.core.paths import display_name
from studio.core.spec import Spec, parameter
from studio.data.dataset import Dataset
from studio.data.formats.registry import FORMATS, DatasetFormat
from studio.data.tables import words
from studio.data.tables.coco import CocoSource, looks_like_coco
from studio.data.tables.combine import build
from studio.data.tables.find import table_files
from studio.data.tables.match import PictureIndex, leads_outside
from studio.data.tables.options import TableOptions
from studio.data.tables.plan import Plan, Table
from studio.data.tables.roles import Roles
from studio.data.walk import Pictures, Walker


class CocoOptions(Spec):
    """How to read annotations in JSON."""

    table: str = parameter(
        "", title="Annotations", help="The JSON file; several are separated by commas."
    )
    label_kind: str = parameter(
        "auto",
        title="Labels are",
        help="Whether several classes of a picture may hold (multi-label).",
        choices={"auto": "Guess it", "single": "One class a picture", "rows": "Several"},
    )
    folder: str = parameter(
        "", title="Folder of pictures", help="The folder inside the data set that names start from."
    )


@FORMATS.register("coco")
class CocoFormat(DatasetFormat):
    """``images``, ``annotations`` and ``categories`` in one JSON file."""

    kind = "coco"
    title = "JSON annotations"
    help = "A JSON file with images, annotations and categories, as COCO and iWildCam have it."
    rank = 30
    options: ClassVar[type[Spec] | None] = CocoOptions

    def recognise(self, path: Path) -> str:
        try:
            files = _files(path, self._options)
        except (StudioError, OSError, ValueError):
            return ""
        if not files:
            return ""
        names = " and ".join(display_name(f.name) for f in files[:3])
        verb = "lists" if len(files) == 1 else "list"
        return f"{names} {verb} images, annotations and categories."

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        options = self._options
        root = path.parent if os.path.isfile(path) else path
        if leads_outside(options.folder):
            raise DatasetError("The folder of pictures must lie inside the data set.")
        walker, pictures = Walker(root, progress, control), Pictures()
        walker.collect("", pictures)
        walker.follow_links()
        pictures.sort()
        tables = _tables(_files(path, options), options)
        if not any(t.roles.works for t in tables):
            raise DatasetError(
                "No JSON file here gives a picture a category.",
                "It needs the lists images, annotations and categories, as COCO defines them.",
            )
        bases = _bases(root, tables)
        plan = Plan(root, PictureIndex(pictures.paths, bases=[options.folder, *bases]), tables)
        return build(plan, pictures, self.kind, walker.problems, progress, control)

    @property
    def _options(self) -> CocoOptions:
        assert isinstance(self.chosen, CocoOptions)
        return self.chosen


def _files(path: Path, options: CocoOptions) -> list[Path]:
    _, files = table_files(path, TableOptions(table=options.table))
    return [f for f in files if f.suffix.lower() == ".json" and looks_like_coco(f)]


def _tables(files: list[Path], options: CocoOptions) -> list[Table]:
    sources = [CocoSource(file) for file in files]
    several = any(s.is_multi_label for s in sources)
    kind = ("rows" if several else "single") if options.label_kind == "auto" else options.label_kind
    tables = [
        Table(s, _roles(s, kind if s.has_labels else ""), words.split_in_name(s.path.stem))
        for s in sources
    ]
    tables.sort(key=lambda t: -1 if t.split is None else int(t.split))
    return tables


def _roles(source: CocoSource, kind: str) -> Roles:
    """File and category, and what else tells pictures that belong together."""
    groups = tuple(range(2, len(source.columns)))
    return Roles(0, (1,), kind, ("",), groups=groups) if kind else Roles(0, groups=groups)


def _bases(root: Path, tables: list[Table]) -> list[str]:
    """Folders beside the JSON, and COCO's: ``instances_train2017.json`` is of ``train2017/``."""
    found = []
    for table in tables:
        beside = os.path.relpath(table.source.path.parent, root).replace(os.sep, "/")
        found += [table.source.path.stem.rpartition("_")[2], "" if beside == "." else beside]
    return found

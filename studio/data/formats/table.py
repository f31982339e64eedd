"""A table beside pictures: CSV, TSV, TXT or JSON with one row for each picture."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from studio.core.control import Control, Progress
from studio.core.errors import StudioError
from studio.core.spec import Spec
from studio.data.dataset import Dataset
from studio.data.formats.registry import FORMATS, DatasetFormat
from studio.data.stacks import with_pages
from studio.data.tables.combine import build
from studio.data.tables.find import glance, table_files
from studio.data.tables.options import TableOptions
from studio.data.tables.plan import make_plan, repeats_folders
from studio.data.walk import Pictures, Walker


@FORMATS.register("table")
class TableFormat(DatasetFormat):
    """A file that names pictures and their classes, in the folder of the pictures or above."""

    kind = "table"
    title = "Table with labels"
    help = "A CSV, TSV, TXT or JSON file beside the pictures names each picture and its classes."
    rank = 25
    options: ClassVar[type[Spec] | None] = TableOptions

    def recognise(self, path: Path) -> str:
        try:
            root, files = table_files(path, self._options)
            if not files:
                return ""
            plan = make_plan(path, glance(root), self._options, strict=False)
            if os.path.isdir(path) and self._options == TableOptions() and repeats_folders(plan):
                return ""  # the folders say it, too; the table itself can be opened for the rest
            return plan.reason
        except (StudioError, OSError, ValueError):
            return ""

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        root = path.parent if os.path.isfile(path) else path
        walker, pictures = Walker(root, progress, control), Pictures()
        walker.collect("", pictures)
        walker.follow_links()
        pictures.sort()
        plan = make_plan(path, pictures, self._options, strict=True)
        used = plan.channels.pictures if plan.channels.names else pictures
        problems = [*walker.problems, *plan.channels.problems]
        dataset = build(plan, used, self.kind, problems, progress, control)
        return with_pages(dataset, self._options)

    @property
    def _options(self) -> TableOptions:
        assert isinstance(self.chosen, TableOptions)
        return self.chosen

"""A data set that the studio made: classes as folders, and pictures that wait for a class."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import numpy as np

from studio.core.control import Control, Progress
from studio.core.spec import Spec
from studio.data.assemble import sorted_naturally, unique_names
from studio.data.balance import class_problems
from studio.data.collection import is_collection
from studio.data.dataset import NO_SPLIT, OUTPUT, Dataset
from studio.data.formats.registry import FORMATS, DatasetFormat
from studio.data.stacks import PageOptions, with_pages
from studio.data.walk import Pictures, Walker


@FORMATS.register("collection")
class CollectionFormat(DatasetFormat):
    """``root/<class>/**/<picture>``, empty classes too; ``root/<picture>`` has no class yet."""

    kind = "collection"
    title = "Made in the studio"
    help = "One sub-folder for each class; pictures beside the folders have no class yet."
    rank = 100
    options: ClassVar[type[Spec] | None] = PageOptions

    def recognise(self, path: Path) -> str:
        return "It was made in the studio." if path.is_dir() and is_collection(path) else ""

    def read(self, path: Path, progress: Progress, control: Control | None) -> Dataset:
        walker = Walker(path, progress, control)
        self.witness = walker.witness
        top = walker.level()
        folders = sorted_naturally(set(top.folders), control)
        links = sorted_naturally(set(top.links), control)
        found = [Pictures() for _ in (*folders, *links)]
        for folder, pictures in zip(folders, found, strict=False):
            walker.collect(folder, pictures)
        for link, pictures in zip(links, found[len(folders) :], strict=True):
            walker.collect_linked(link, pictures)
        walker.follow_links()
        groups = [*found, top.pictures]
        for group in groups:
            group.sort()
        lengths = [len(group.paths) for group in groups]
        codes = np.array([*range(len(found)), -1], np.int32)
        dataset = Dataset(
            root=path,
            format=self.kind,
            paths=[p for group in groups for p in group.paths],
            outputs={OUTPUT: unique_names([*folders, *links])},
            labels={OUTPUT: np.repeat(codes, lengths)},
            found_split=np.full(sum(lengths), NO_SPLIT, np.int8),
            sizes=np.array([s for group in groups for s in group.sizes], np.int64),
            problems=walker.problems,
        )
        dataset.problems.extend(class_problems(dataset))
        return with_pages(dataset, self.chosen)

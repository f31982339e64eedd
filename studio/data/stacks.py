"""What the pages of a TIFF are, where a person says it: the bands of one picture, or only more.

``stack.tif/@pages`` names the picture whose bands are all pages, ``stack.tif/@first`` the first
page alone; a plain name leaves it to :mod:`studio.data.tiff`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from studio.core.input import PAGES, InputSpec, Pages
from studio.core.spec import Spec, parameter
from studio.data.members import STACKS, split_member

if TYPE_CHECKING:
    from studio.data.dataset import Dataset
    from studio.data.decoding import Source

_ENDINGS = (".tif", ".tiff")
_SELECTORS: dict[Pages, str] = {pages: selector for selector, pages in STACKS.items()}


class PageOptions(Spec):
    """What can be said of pictures that are stacks of pages."""

    pages: Pages = parameter(
        "auto",
        title="Pages of a TIFF",
        help="Whether the pages of a stack are the bands of one picture, or only the first is "
        "used.",
        choices=PAGES,
        advanced=True,
    )


def chosen_pages(source: Source, pages: Pages = "auto") -> tuple[Source, Pages]:
    """The file itself and what its pages are; a name that says it comes before ``pages``."""
    if not isinstance(source, bytes) and (member := split_member(source)) is not None:
        file, selector = member
        if selector in STACKS:
            return file, STACKS[selector]
    return source, pages


def with_pages(dataset: Dataset, options: Spec | None) -> Dataset:
    """The same data set whose TIFF pictures are named so that they are read as a person said."""
    said: Pages = options.pages if isinstance(options, PageOptions) else "auto"
    if said == "auto":
        return dataset
    ending = f"/@{_SELECTORS[said]}"
    names = {p: p + ending for p in dataset.paths if _is_stack(p)}
    problems = [
        replace(p, path=names.get(p.path, p.path), other=names.get(p.other, p.other))
        for p in dataset.problems
    ]
    return replace(dataset, paths=[names.get(p, p) for p in dataset.paths], problems=problems)


def input_of(dataset: Dataset, spec: InputSpec) -> InputSpec:
    """A network's input that reads new files as those of a data set were read."""
    said = dataset.options.get("pages")
    return spec.changed(pages=said) if said else spec


def _is_stack(path: str) -> bool:
    """Whether it may be one, by its name; a set of one-channel files is none."""
    is_set = "{" in path.rpartition("/")[2]
    return path.lower().endswith(_ENDINGS) and not is_set and "/@" not in path

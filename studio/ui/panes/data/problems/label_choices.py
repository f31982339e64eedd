"""What can be done about labels: two of them on one picture, or none."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from studio.core.paths import display_name
from studio.data.dataset import Dataset
from studio.ui.panes.data.problems.choices import Case, Choice, exclude
from studio.ui.widgets.numbers import count

if TYPE_CHECKING:
    from studio.data.overlay.actions import Action

_LEFT, _RIGHT = 0, 1


def conflict(case: Case) -> list[Choice]:
    """Two pictures that show the same under different classes; or two rows about one picture."""
    from studio.data.overlay.actions import Exclude

    if not case.pairs:
        return no_label(case)
    paths = case.pictures
    found = [
        Choice(
            "exclude", "Exclude both", "Nothing wrong is learned from either. "
            f"{count(case.left(len(paths)), 'picture stays', 'pictures stay')}.",
            f"Exclude {count(len(paths), 'picture')}", lambda _o: [Exclude(paths=paths)],
            notes=("leaves", "leaves"), leaves=(True, True),
        )
    ]  # fmt: skip
    for key, title, stays in (("left", "the left", _LEFT), ("right", "the right", _RIGHT)):
        changing = len({e.paths[1 - stays] for e in case.pairs})
        other = "right" if stays == _LEFT else "left"
        notes = ("", "gets its class") if stays == _LEFT else ("gets its class", "")
        found.append(
            Choice(
                key, f"Both as {title} one", f"The {other} picture gets the same class.",
                f"Relabel {count(changing, 'picture')}",
                partial(_same_class, case, stays), notes=notes,
            )
        )  # fmt: skip
    return found


def _same_class(case: Case, stays: int, _option: str) -> list[Action]:
    """Give one picture of each pair the classes of the other."""
    from studio.data.overlay.actions import Relabel

    dataset, rows = case.now.dataset, case.now.rows
    groups: dict[tuple[str, tuple[str, ...]], list[str]] = defaultdict(list)
    for entry in case.pairs:
        model, changed = entry.paths[stays], entry.paths[1 - stays]
        for output in dataset.outputs:
            wanted = dataset.classes_of(rows[model], output)
            if wanted != dataset.classes_of(rows[changed], output) and _is_known(
                dataset, rows[model], output
            ):
                groups[output, wanted].append(changed)
    return [
        Relabel(output=output, classes=classes, paths=paths)
        for (output, classes), paths in groups.items()
    ]


def _is_known(dataset: Dataset, row: int, output: str) -> bool:
    return bool((dataset.labels[output][row] >= 0).any())


def no_label(case: Case) -> list[Choice]:
    """Pictures of which nobody says what they show."""
    from studio.data.overlay.actions import Relabel

    paths, dataset = case.pictures, case.now.dataset
    found = exclude(case)
    options = tuple(
        (f"{output}\0{name}", _option(dataset, output, name))
        for output, names in dataset.outputs.items()
        for name in names
    )
    if paths and options:

        def label(option: str) -> list[Action]:
            output, _, name = option.partition("\0")
            return [Relabel(output=output, classes=(name,), paths=paths)]

        them = "it" if len(paths) == 1 else "them"
        found.insert(
            0,
            Choice(
                "label", f"Give {them} a class", "They are learned from then."
                if len(paths) > 1 else "It is learned from then.",
                f"Label {count(len(paths), 'picture')}", label, options,
            ),
        )  # fmt: skip
    return found


def _option(dataset: Dataset, output: str, name: str) -> str:
    shown = display_name(name)
    return shown if len(dataset.outputs) == 1 else f"{display_name(output)}: {shown}"

"""``classifier-studio safety``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from studio.cli.app import AsJson
from studio.cli.output import print_json, print_table
from studio.cli.progress import bar, quiet_libraries
from studio.core.paths import display_name


def safety(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A trained run.")],
    step: Annotated[str, typer.Option("--step", help="An augmenter; see: list augmenters.")],
    parameter: Annotated[
        str, typer.Option("--parameter", help="One of its settings; all, where left out.")
    ] = "",
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="NAME=VALUE", help="Its other settings: edge=constant."),
    ] = None,
    pictures: Annotated[
        int, typer.Option("--pictures", min=1, max=100_000, help="At most so many are asked.")
    ] = 200,
    as_json: AsJson = False,
) -> None:
    """Find how strong a step of augmentation may be before labels stop surviving."""
    from studio.engine import judging

    chosen = judging.step_of(step, settings or ())
    with quiet_libraries(), bar("Measuring") as progress:
        found = judging.safety(run_folder, chosen, parameter or None, pictures, progress)
    if as_json:
        print_json(found)
        return
    for number, each in enumerate(found):
        if number:
            print()
        _print(each)


def _print(found: dict[str, Any]) -> None:
    """One setting: what is safe in words, then the accuracy on both sides of the mark."""
    is_whole = found["parameter"] == "probability"
    print(f"{found['title']}: {_verdict(found, is_whole)}")
    print(f"Accuracy: {_sides(found, is_whole)} ({found['pictures']:,} pictures)")
    for side in ("below", "above"):
        if (one := found[side]) is not None:
            print(_confusion("" if is_whole else f"{side.capitalize()}: ", one))
    low, high = found["safe"]
    columns = (found["values"], found["accuracy"], found["survival"], found["worst"])
    rows = []
    for value, *shares in zip(*columns, strict=True):
        mark = "safe" if low <= value <= high else "labels are lost"
        rows.append([_value(value, found["unit"]), *map(_share, shares), mark])
    head = found["title"].split(" · ")[-1]
    print_table([head, "accuracy", "labels that survive", "worst class", ""], rows)


def _verdict(found: dict[str, Any], is_whole: bool) -> str:
    low, high = found["safe"]
    if is_whole:
        lost = 1 - found["survival"][0]
        return "labels survive" if high else f"{_share(lost)} of the labels do not survive"
    if low == high:
        return "labels survive at no strength; look at the step's other settings"
    return f"safe from {_value(low, found['unit'])} to {_value(high, found['unit'])}"


def _sides(found: dict[str, Any], is_whole: bool) -> str:
    sides = found["sides"]
    if is_whole:
        return f"{_share(found['clean'])} without the step, {_share(found['accuracy'][0])} with it"
    words = [f"{_share(found['clean'])} without the step", f"{_share(sides['inside'])} inside"]
    words += [f"{_share(sides[s])} {s}" for s in ("below", "above") if sides[s] is not None]
    return ", ".join(words)


def _confusion(where: str, one: dict[str, Any]) -> str:
    true, other = display_name(one["true"]), display_name(one["taken_for"])
    verb = f"takes “{true}” for “{other}”" if other else f"does not find “{true}” any more"
    return f"{where}{verb} in {one['count']} of {one['total']}"


def _value(value: float, unit: str) -> str:
    from studio.augment.words import with_unit

    return with_unit(f"{value:g}".replace("-", "−"), unit)


def _share(value: float) -> str:
    return f"{value * 100:.1f} %"

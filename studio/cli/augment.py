"""``classifier-studio augment``: pictures, scripts and the catalogue of augmentation."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from studio.cli.app import AsJson, Columns, Format, Options, how_to_open
from studio.cli.output import print_json, print_table
from studio.cli.progress import bar, quiet_libraries

if TYPE_CHECKING:
    from studio.core.input import InputSpec
    from studio.engine.varying import Varied

augment = typer.Typer(
    help="Augment pictures, write a policy as Python, list what there is.", no_args_is_help=True
)
Chosen = Annotated[
    str,
    typer.Option("--policy", metavar="FILE|PRESET",
                 help="A policy or a pipeline of imgaug (JSON), or a preset; see: augment list."),
]  # fmt: skip


@augment.command("apply")
def apply(
    paths: Annotated[
        list[str], typer.Argument(metavar="DATASET|PICTURES", help="A data set, or pictures.")
    ],
    out: Annotated[Path, typer.Option("--out", help="A new or empty folder.")],
    policy: Chosen,
    count: Annotated[int, typer.Option("--count", help="Variants of each picture.")] = 1,
    seed: Annotated[int, typer.Option("--seed", help="The same seed, the same pixels.")] = 0,
    width: Annotated[
        int | None, typer.Option(help="Of a network's input, px; else pictures keep their size.")
    ] = None,
    height: Annotated[int | None, typer.Option(help="Of a network's input, px.")] = None,
    fit: Annotated[str, typer.Option(help="With a size: crop, letterbox or stretch.")] = "crop",
    format: Format = "",
    columns: Columns = None,
    options: Options = None,
    as_json: AsJson = False,
) -> None:
    """Write augmented pictures to a new folder; those that are read stay as they are.

    With the width, height, fit and seed of a run, they are to the bit the pictures that it trains
    on in its first epochs.
    """
    from studio.augment.named import named_policy
    from studio.data.index import find_pictures, open_dataset
    from studio.data.names import is_picture_name
    from studio.engine.varying import vary_dataset, vary_pictures

    chosen, spec = named_policy(policy), _input(width, height, fit)
    with quiet_libraries(), bar("Reading") as progress:
        if len(paths) == 1 and not is_picture_name(paths[0].replace("\\", "/").split("/")[-1]):
            how = how_to_open(Path(paths[0]), format, columns, options)
            dataset = open_dataset(Path(paths[0]), progress=progress, **how)
            done = vary_dataset(dataset, out, chosen, count, seed, spec, progress)
        else:
            pictures = find_pictures(paths)
            done = vary_pictures(pictures, out, chosen, count, seed, spec, progress)
    _tell(done, out, as_json)


def _input(width: int | None, height: int | None, fit: str) -> InputSpec | None:
    from studio.core.errors import SpecError
    from studio.core.input import InputSpec
    from studio.core.spec import parse_spec

    if width is None and height is None:
        if fit != "crop":
            raise SpecError("--fit needs --width and --height.", "Give all of them, or none.")
        return None
    if width is None or height is None:
        raise SpecError("--width and --height belong together.", "Give both, or none.")
    return parse_spec(InputSpec, {"width": width, "height": height, "fit": fit})


def _tell(done: Varied, out: Path, as_json: bool) -> None:
    from studio.core.paths import clean_text

    left_out = [{"kind": p.kind, "path": clean_text(p.path), "message": p.message}
                for p in done.left_out]  # fmt: skip
    faults = [{"step": f.step, "message": f.message, "times": n} for f, n in done.faults.items()]
    if as_json:
        print_json({
            "path": clean_text(str(out)), "pictures": done.pictures, "written": done.written,
            "not_trained": done.not_trained, "left_out": left_out, "faults": faults,
        })  # fmt: skip
    else:
        print(f"{done.written:,} pictures of {done.pictures:,} in {out}")
    if done.not_trained:
        kept = f"{done.not_trained:,} pictures of validation and test"
        print(f"{kept} were left out: they are never augmented.", file=sys.stderr)
    for problem in left_out:
        print(f"Left out {problem['path']}: {problem['message']}", file=sys.stderr)
    for fault in faults:
        times = "once" if fault["times"] == 1 else f"{fault['times']} times"
        print(f"{fault['step']} was left out {times}: {fault['message']}", file=sys.stderr)


@augment.command("script")
def script(
    policy: Chosen,
    out: Annotated[Path, typer.Option("--out", help="The Python file.")],
) -> None:
    """Write a policy as Python that needs imgaug alone, and gives the same pixels."""
    from studio.augment.named import named_policy
    from studio.augment.policy_files import save_script
    from studio.core.errors import InputError
    from studio.core.paths import display_name

    chosen = named_policy(policy)
    if out.is_dir():
        raise InputError(f"“{display_name(out.name)}” is a folder.", "Name a Python file.")
    save_script(chosen, out)
    print(out)


@augment.command("list")
def list_steps(as_json: AsJson = False) -> None:
    """List presets, augmenters with their settings, and groups of steps."""
    found = _catalogue()
    if as_json:
        print_json(found)
        return
    print_table(["preset", "name", "what it is"],
                [[p["name"], p["title"], p["help"]] for p in found["presets"]])  # fmt: skip
    print()
    print_table(
        ["kind", "group", "name", "channels", "what it does"],
        [[s["kind"], s["group"], s["title"], s["channels"], s["help"]] for s in found["steps"]],
    )


def _catalogue() -> dict[str, list[dict[str, Any]]]:
    from studio.augment.groups import GROUPS
    from studio.augment.presets import HELP, TITLES
    from studio.augment.registry import groups, kind_of
    from studio.augment.step import channels_words
    from studio.core.spec import parameters

    kinds = [*GROUPS.values(), *(step for steps in groups().values() for step in steps)]
    steps = [
        {
            "kind": kind_of(step), "group": step.group, "title": step.title, "help": step.help,
            "channels": channels_words(step),
            "settings": [
                {"name": p.name, "title": p.title, "help": p.help, "unit": p.unit,
                 "default": p.default, "minimum": p.minimum, "maximum": p.maximum,
                 "safe": p.safe, "choices": list(p.choices) if p.choices else None}
                for p in parameters(step)
            ],
        }
        for step in kinds
    ]  # fmt: skip
    presets = [{"name": name, "title": TITLES[name], "help": HELP[name]} for name in TITLES]
    return {"presets": presets, "steps": steps}

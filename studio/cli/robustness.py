"""``classifier-studio robustness``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.cli.app import AsJson
from studio.cli.output import print_json, print_table
from studio.cli.progress import bar, quiet_libraries


def robustness(
    run_folder: Annotated[Path, typer.Argument(metavar="RUN", help="A trained run.")],
    kinds: Annotated[
        list[str] | None,
        typer.Option("--kinds", metavar="KIND", help="A corruption, such as corrupt_fog; repeat "
                     "for more, or separate by commas."),
    ] = None,
    pictures: Annotated[
        int, typer.Option("--pictures", min=1, max=100_000, help="At most so many are asked.")
    ] = 200,
    as_json: AsJson = False,
) -> None:  # fmt: skip
    """Measure a run's accuracy against the strength of corruptions."""
    from studio.engine import judging

    chosen = [kind.strip() for text in kinds or () for kind in text.split(",") if kind.strip()]
    with quiet_libraries(), bar("Measuring") as progress:
        found = judging.robustness(run_folder, chosen, pictures, progress)
    if as_json:
        print_json(found)
        return
    print(f"Accuracy {_share(found['clean'])} without corruption ({found['pictures']:,} pictures)")
    rows = []
    for curve in found["curves"]:
        shares = curve["accuracy"]
        strongest = curve["levels"][-1] if curve["levels"] else ""
        mean = sum(shares) / len(shares)
        rows.append([curve["title"], *map(_share, shares), _share(mean), strongest])
    severities = [f"{s:g}" for s in found["curves"][0]["severities"]] if rows else []
    print_table(["severity", *severities, "mean", "strongest"], rows)
    print(f"Kept in {found['file']}")


def _share(value: float) -> str:
    return f"{value * 100:.1f} %"

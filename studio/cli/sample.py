"""``classifier-studio sample``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from studio.cli.progress import bar


def sample(
    out: Annotated[Path, typer.Argument(help="The folder to write.")],
    count: Annotated[int, typer.Option(min=1, help="Number of pictures.")] = 2400,
    size: Annotated[int, typer.Option(min=8, max=4096, help="Side of a picture, px.")] = 64,
    seed: Annotated[int, typer.Option(min=0, help="Draws other pictures.")] = 1,
) -> None:
    """Write the sample data set."""
    from studio.data.sample import write_sample

    with bar("Drawing") as progress:
        folder = write_sample(out, count=count, size=size, seed=seed, progress=progress)
    print(folder)

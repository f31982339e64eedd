"""What stands behind the ``@`` of a member: names of arrays, their layout and bands, the row."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, unquote

from studio.core.errors import PictureError
from studio.core.paths import display_name

_MAX_ROW = 15  # digits of a row's number


def selector_prefix(names: Sequence[str], axes: str = "", bands: Sequence[int] = ()) -> str:
    """What stands before the row in a selector: ``x_train/``, ``train_x:hwcn.3.2.1/``, or nothing.

    Args:
        bands: those that are used, in their order, counted from 0; all where left out.
    """
    quoted = "+".join("/".join(map(_quoted, name.split("/"))) for name in names)
    axes += "".join(f".{band + 1}" for band in bands)
    suffix = f":{axes}" if axes else ""
    return f"{quoted}{suffix}/" if quoted or suffix else ""


def _quoted(part: str) -> str:
    # A path must not lose a part: “..”, “.” and “” would be swallowed when it is tidied up.
    text = quote(part, safe="")
    return text.replace(".", "%2E") if not text.strip(".") else text


def parse_selector(selector: str) -> tuple[tuple[str, ...], str, int]:
    """Names of arrays, layout and row of ``band_1+band_2/17``. Raises PictureError."""
    head, _, row = selector.rpartition("/")
    if not (row.isascii() and row.isdigit()) or len(row) > _MAX_ROW:
        raise PictureError(
            f"“@{display_name(selector)}” names no picture inside the file.",
            "Open the data set again.", kind="missing-file",
        )  # fmt: skip
    name, _, axes = head.rpartition(":") if ":" in head else (head, "", "")
    return tuple(unquote(part) for part in name.split("+")), axes, int(row)


def split_bands(axes: str) -> tuple[str, tuple[int, ...]]:
    """``hwcn.3.2.1`` as the layout and the bands, counted from 0. Raises PictureError."""
    layout, *bands = axes.split(".")
    if not all(band.isascii() and band.isdigit() and 0 < int(band[:4]) <= 999 for band in bands):
        raise PictureError(f"“{display_name(axes)}” names no bands.", "Open the data set again.")
    return layout, tuple(int(band[:4]) - 1 for band in bands)

"""What stands behind the ``@`` of a member: names of arrays, their layout, the row."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import quote, unquote

from studio.core.errors import PictureError
from studio.core.paths import display_name

_MAX_ROW = 15  # digits of a row's number


def selector_prefix(names: Sequence[str], axes: str = "") -> str:
    """What stands before the row in a selector: ``x_train/``, ``train_x:hwcn/``, or nothing."""
    quoted = "+".join("/".join(map(_quoted, name.split("/"))) for name in names)
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

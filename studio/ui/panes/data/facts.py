"""What the inspector says of a picture: plain functions for the background, without widgets."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QImage

from studio.core.errors import PictureError
from studio.core.input import FITS, InputSpec
from studio.data.bands import FIRST_BANDS, Shown, shown_bands
from studio.ui.widgets.image_view import to_image
from studio.ui.widgets.numbers import percent

if TYPE_CHECKING:
    from studio.data.pixels import PictureInfo


@dataclass(frozen=True)
class PictureFacts:
    """One picture as the inspector shows it; ``error`` says why it cannot be read.

    ``views`` maps each fit to exactly the picture that the network would see; of more than three
    bands to those that are shown. ``bands`` counts those of the file, without alpha.
    """

    path: str
    preview: QImage | None = None
    info: PictureInfo | None = None
    views: dict[str, QImage] = field(default_factory=dict)
    lost: float = 0.0
    bands: int = 3
    error: str = ""


def picture_facts(
    path: str, spec: InputSpec, side: int, shown: Shown = FIRST_BANDS
) -> PictureFacts:
    """Read a picture: a preview of at most ``side`` px, its facts, and what the network sees."""
    # Here and not above: with it come Pillow and OpenCV, which the first paint need not wait for.
    from studio.data import pixels
    from studio.data.shown import band_count

    try:
        read = pixels.decode_bands if spec.takes_bands else pixels.decode
        picture = read(Path(path))
        info = pixels.info(Path(path))
        bands = band_count(Path(path))
        fitted = {fit: pixels.fit(picture, spec.changed(fit=fit)) for fit in FITS}
        if spec.takes_bands and spec.channels > 3:
            fitted = {fit: shown_bands(seen, shown) for fit, seen in fitted.items()}
        views = {fit: to_image(seen, bands=True) for fit, seen in fitted.items()}
        height, width = picture.shape[:2]
        lost = pixels.lost_area(width, height, spec.changed(fit="crop"))
        preview = to_image(pixels.thumbnail(Path(path), side, shown))
        return PictureFacts(path, preview, info, views, lost, bands)
    except PictureError as error:
        return PictureFacts(path, error=f"{error.message} {error.hint}".strip())


def fit_sentence(fit: str, lost: float, width: int, height: int, spec: InputSpec) -> str:
    """What the chosen fit does to a picture of this size, in one sentence."""
    shape, wanted = width / height, spec.width / spec.height
    if abs(shape / wanted - 1) < 0.01:
        return "This picture has the shape of the input: all three show the same."
    if fit == "crop":
        return f"Crop cuts away {percent(lost, 0)} of this picture."
    if fit == "letterbox":
        filled = min(shape, wanted) / max(shape, wanted)
        return f"Letterbox keeps all of it; {percent(1 - filled, 0)} of the input is grey border."
    narrow = "narrower" if shape > wanted else "wider"
    times = max(shape, wanted) / min(shape, wanted)
    return f"Stretch keeps all of it, but things look {times:.2g} times {narrow} than they are."

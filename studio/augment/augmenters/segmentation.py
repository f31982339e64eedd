"""Steps that draw patches in their mean colour."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import fractions, span, whole
from studio.core.spec import Interval, parameter


class Segmentation(Step):
    """A step of this group."""

    group: ClassVar[str] = "Patches"

    share: Interval = parameter(
        (20.0, 60.0), title="Patches replaced", unit="%", minimum=0.0, maximum=100.0, step=1.0,
        safe=(0.0, 100.0), help="Range of the share of patches that show their mean colour.",
    )  # fmt: skip

    def summary(self) -> str:
        return span(self.share, "%")


@augmenter
class Superpixels(Segmentation):
    """Patches along edges."""

    title: ClassVar[str] = "Superpixels"
    help: ClassVar[str] = (
        "Finds patches of like colour and shows their mean (SLIC, imgaug Superpixels)."
    )
    also: ClassVar[str] = "slic segments slow"

    kind: Literal["superpixels"] = "superpixels"
    patches: Interval = parameter(
        (60.0, 140.0), title="Patches", minimum=10.0, maximum=400.0, step=5.0, safe=(50.0, 400.0),
        help="Range of the number of patches.",
    )  # fmt: skip
    shown: ClassVar[dict[str, Any]] = {"patches": (80.0, 80.0)}

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.Superpixels(fractions(self.share), n_segments=whole(self.patches))


@augmenter
class Voronoi(Segmentation):
    """Patches around random points."""

    title: ClassVar[str] = "Mosaic"
    help: ClassVar[str] = (
        "Shows the mean around random points (Voronoi cells, imgaug UniformVoronoi)."
    )
    also: ClassVar[str] = "voronoi cells stained glass"

    kind: Literal["voronoi"] = "voronoi"
    points: Interval = parameter(
        (150.0, 500.0), title="Points", minimum=10.0, maximum=2000.0, step=10.0,
        safe=(100.0, 2000.0), help="Range of the number of points.",
    )  # fmt: skip
    shown: ClassVar[dict[str, Any]] = {"points": (150.0, 150.0)}

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.UniformVoronoi(n_points=whole(self.points), p_replace=fractions(self.share))


@augmenter
class GridVoronoi(Segmentation):
    """Patches around a grid."""

    title: ClassVar[str] = "Grid mosaic"
    help: ClassVar[str] = (
        "Shows the mean around the points of a grid that misses some (imgaug RegularGridVoronoi)."
    )
    also: ClassVar[str] = "voronoi cells tiles"

    kind: Literal["grid_voronoi"] = "grid_voronoi"
    side: Interval = parameter(
        (12.0, 30.0), title="Points a side", minimum=2.0, maximum=60.0, step=1.0,
        safe=(10.0, 60.0), help="Range of the number of points along each side.",
    )  # fmt: skip
    lost: Interval = parameter(
        (0.0, 40.0), title="Points missing", unit="%", minimum=0.0, maximum=90.0, step=1.0,
        safe=(0.0, 70.0), help="Range of the share of points that are left out.",
    )  # fmt: skip
    shown: ClassVar[dict[str, Any]] = {"side": (12.0, 12.0)}

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        side = whole(self.side)
        low, high = fractions(self.lost)
        return iaa.RegularGridVoronoi(
            n_rows=side, n_cols=side, p_drop_points=low if low == high else (low, high),
            p_replace=fractions(self.share),
        )  # fmt: skip

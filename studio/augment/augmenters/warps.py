"""Steps that bend or cut up the picture: neighbours do not stay at the same distance."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

from studio.augment.fields import Edge, edge_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import fractions, number, span
from studio.core.spec import Interval, parameter


class Warps(Step):
    """A step of this group."""

    group: ClassVar[str] = "Warp"
    dtypes: ClassVar[tuple[str, ...]] = ("uint8", "float32")


@augmenter
class Perspective(Warps):
    """Seen from another side."""

    title: ClassVar[str] = "Perspective"
    help: ClassVar[str] = "Pulls the corners inwards (imgaug PerspectiveTransform)."
    also: ClassVar[str] = "homography projective four corners"

    kind: Literal["perspective"] = "perspective"
    strength: Interval = parameter(
        (1.0, 8.0), title="Strength", unit="%", minimum=0.0, maximum=30.0, step=0.5,
        safe=(0.0, 12.0),
        help="Spread of the corners' random moves, as a share of the size (standard deviation).",
    )  # fmt: skip
    border: Literal["replicate", "constant"] = parameter(
        "replicate", title="Fill the edge with",
        choices={"replicate": "Edge pixels", "constant": "Black"},
        help="What appears where the picture no longer reaches (border mode).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.PerspectiveTransform(fractions(self.strength), mode=self.border, keep_size=True)

    def summary(self) -> str:
        return span(self.strength, "%", 1)


@augmenter
class Elastic(Warps):
    """As if printed on rubber."""

    title: ClassVar[str] = "Elastic"
    help: ClassVar[str] = "Bends the picture locally (elastic deformation, Simard et al. 2003)."
    also: ClassVar[str] = "ElasticTransformation rubber deformation distortion"
    shown: ClassVar[dict[str, Any]] = {"strength": (60.0, 60.0)}

    kind: Literal["elastic"] = "elastic"
    strength: Interval = parameter(
        (0.0, 20.0), title="Strength", minimum=0.0, maximum=150.0, step=1.0,
        safe=(0.0, 50.0), help="Range of the strength of the distortion field (alpha).",
    )  # fmt: skip
    smoothness: float = parameter(
        4.0, title="Smoothness", unit="px", minimum=0.5, maximum=20.0, step=0.5,
        safe=(2.0, 20.0), help="Blur of the distortion field (sigma); low values look like water.",
    )  # fmt: skip
    border: Literal["reflect", "nearest", "wrap", "constant"] = parameter(
        "reflect", title="Fill the edge with",
        choices={"reflect": "Mirror image", "nearest": "Edge pixels", "wrap": "Other side",
                 "constant": "Black"},
        help="What appears where the picture no longer reaches (border mode).",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        return iaa.ElasticTransformation(self.strength, sigma=self.smoothness, mode=self.border)

    def summary(self) -> str:
        return f"{span(self.strength)}, {number(self.smoothness, 1)} px"


@augmenter
class PiecewiseAffine(Warps):
    """A sheet pulled at a few points."""

    title: ClassVar[str] = "Bend"
    help: ClassVar[str] = (
        "Moves the points of a coarse grid and pulls the picture along (imgaug PiecewiseAffine)."
    )
    also: ClassVar[str] = "local distortion grid deformation slow"

    kind: Literal["piecewise_affine"] = "piecewise_affine"
    strength: Interval = parameter(
        (1.0, 3.0), title="Strength", unit="%", minimum=0.0, maximum=10.0, step=0.1,
        safe=(0.0, 5.0),
        help="Spread of the points' random moves, as a share of the size (standard deviation).",
    )  # fmt: skip
    points: float = parameter(
        4.0, title="Points a side", minimum=2.0, maximum=8.0, step=1.0,
        help="Points of the grid along each side; many points bend smaller parts.",
    )  # fmt: skip
    edge: Edge = edge_field()

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        count = round(self.points)
        return iaa.PiecewiseAffine(
            fractions(self.strength), nb_rows=count, nb_cols=count, mode=self.edge
        )

    def summary(self) -> str:
        return f"{span(self.strength, '%', 1)}, {number(self.points)} points"


@augmenter
class Jigsaw(Warps):
    """Pieces at wrong places."""

    title: ClassVar[str] = "Jigsaw"
    help: ClassVar[str] = "Cuts the picture into squares and exchanges neighbours (imgaug Jigsaw)."
    also: ClassVar[str] = "puzzle shuffle tiles pieces"

    kind: Literal["jigsaw"] = "jigsaw"
    pieces: float = parameter(
        5.0, title="Pieces a side", minimum=2.0, maximum=12.0, step=1.0, safe=(2.0, 8.0),
        help="Pieces along each side; many small ones leave texture alone.",
    )  # fmt: skip
    moves: Interval = parameter(
        (1.0, 1.0), title="Moves", minimum=0.0, maximum=6.0, step=1.0, safe=(0.0, 2.0),
        help="Range of how many times each piece may change places with a neighbour.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        count = round(self.pieces)
        # Sides that are no multiple are continued by their last pixels, not by black.
        whole = iaa.PadToMultiplesOf(count, count, pad_mode="edge", position="right-bottom")
        low, high = (round(end) for end in self.moves)
        cut = iaa.Jigsaw(nb_rows=count, nb_cols=count, max_steps=(low, high))
        return iaa.KeepSizeByResize([whole, cut], interpolation="linear")

    def summary(self) -> str:
        count = number(self.pieces)
        return f"{count} × {count} pieces"

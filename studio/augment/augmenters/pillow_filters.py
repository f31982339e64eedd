"""The fixed filters of Pillow, each mixed with the picture itself."""

from __future__ import annotations

from typing import ClassVar, Literal

from studio.augment.fields import mix_field
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import fractions, span
from studio.core.spec import Interval


class PillowFilter(Step):
    """A step of this group: one filter of ``PIL.ImageFilter``."""

    group: ClassVar[str] = "Pillow's filters"
    channels: ClassVar[tuple[int, ...]] = (1, 3)
    imgaug_name: ClassVar[str] = ""

    mix: Interval = mix_field(20.0, 80.0, 100.0)

    def build(self) -> ImgaugAugmenter:
        import imgaug.augmenters as iaa

        filter = getattr(iaa.pillike, self.imgaug_name)()
        return iaa.BlendAlpha(fractions(self.mix), foreground=[filter])

    def summary(self) -> str:
        return span(self.mix, "%")


@augmenter
class PillowBlur(PillowFilter):
    """A soft ring."""

    title: ClassVar[str] = "PIL blur"
    help: ClassVar[str] = "Softens the picture (filter BLUR, pillike FilterBlur)."
    also: ClassVar[str] = "pil filter soft"
    imgaug_name: ClassVar[str] = "FilterBlur"

    kind: Literal["pil_blur"] = "pil_blur"


@augmenter
class PillowSmooth(PillowFilter):
    """A little softer."""

    title: ClassVar[str] = "Smooth"
    help: ClassVar[str] = "Evens out small differences (filter SMOOTH, pillike FilterSmooth)."
    also: ClassVar[str] = "pil filter soft denoise"
    imgaug_name: ClassVar[str] = "FilterSmooth"

    kind: Literal["pil_smooth"] = "pil_smooth"


@augmenter
class PillowSmoothMore(PillowFilter):
    """Much softer."""

    title: ClassVar[str] = "Smooth more"
    help: ClassVar[str] = (
        "Evens out larger differences (filter SMOOTH_MORE, pillike FilterSmoothMore)."
    )
    also: ClassVar[str] = "pil filter soft denoise"
    imgaug_name: ClassVar[str] = "FilterSmoothMore"

    kind: Literal["pil_smooth_more"] = "pil_smooth_more"


@augmenter
class PillowEdgeEnhance(PillowFilter):
    """Edges stand out."""

    title: ClassVar[str] = "Firm edges"
    help: ClassVar[str] = "Lifts edges (filter EDGE_ENHANCE, pillike FilterEdgeEnhance)."
    also: ClassVar[str] = "pil filter sharpen"
    imgaug_name: ClassVar[str] = "FilterEdgeEnhance"

    kind: Literal["pil_edge_enhance"] = "pil_edge_enhance"


@augmenter
class PillowEdgeEnhanceMore(PillowFilter):
    """Edges stand out strongly."""

    title: ClassVar[str] = "Firmer edges"
    help: ClassVar[str] = (
        "Lifts edges strongly (filter EDGE_ENHANCE_MORE, pillike FilterEdgeEnhanceMore)."
    )
    also: ClassVar[str] = "pil filter sharpen"
    imgaug_name: ClassVar[str] = "FilterEdgeEnhanceMore"

    kind: Literal["pil_edge_enhance_more"] = "pil_edge_enhance_more"


@augmenter
class PillowFindEdges(PillowFilter):
    """Outlines on black."""

    title: ClassVar[str] = "Find edges"
    help: ClassVar[str] = (
        "Mixes in bright outlines on black (filter FIND_EDGES, pillike FilterFindEdges)."
    )
    also: ClassVar[str] = "pil filter outline contour"
    imgaug_name: ClassVar[str] = "FilterFindEdges"

    kind: Literal["pil_find_edges"] = "pil_find_edges"
    mix: Interval = mix_field(10.0, 50.0, 70.0)


@augmenter
class PillowContour(PillowFilter):
    """Outlines on white."""

    title: ClassVar[str] = "Contour"
    help: ClassVar[str] = "Mixes in dark outlines on white (filter CONTOUR, pillike FilterContour)."
    also: ClassVar[str] = "pil filter outline drawing"
    imgaug_name: ClassVar[str] = "FilterContour"

    kind: Literal["pil_contour"] = "pil_contour"
    mix: Interval = mix_field(10.0, 50.0, 70.0)


@augmenter
class PillowEmboss(PillowFilter):
    """Pressed into grey paper."""

    title: ClassVar[str] = "PIL emboss"
    help: ClassVar[str] = (
        "Light from one corner on grey paper (filter EMBOSS, pillike FilterEmboss)."
    )
    also: ClassVar[str] = "pil filter relief"
    imgaug_name: ClassVar[str] = "FilterEmboss"

    kind: Literal["pil_emboss"] = "pil_emboss"
    mix: Interval = mix_field(10.0, 50.0, 70.0)


@augmenter
class PillowSharpen(PillowFilter):
    """Harder edges."""

    title: ClassVar[str] = "PIL sharpen"
    help: ClassVar[str] = "Makes edges harder (filter SHARPEN, pillike FilterSharpen)."
    also: ClassVar[str] = "pil filter crisp"
    imgaug_name: ClassVar[str] = "FilterSharpen"

    kind: Literal["pil_sharpen"] = "pil_sharpen"


@augmenter
class PillowDetail(PillowFilter):
    """Finer detail."""

    title: ClassVar[str] = "Detail"
    help: ClassVar[str] = "Lifts fine detail (filter DETAIL, pillike FilterDetail)."
    also: ClassVar[str] = "pil filter sharpen texture"
    imgaug_name: ClassVar[str] = "FilterDetail"

    kind: Literal["pil_detail"] = "pil_detail"

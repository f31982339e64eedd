"""The corruptions of a known robustness test, to train for it or to see what they do.

Hendrycks and Dietterich, "Benchmarking Neural Network Robustness to Common Corruptions and
Perturbations" (2019), in five severities. Their glass blur is left out: its first picture takes
seven seconds in every process, since it is compiled there.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from studio.augment.fields import chance_field
from studio.augment.guard import guarded
from studio.augment.registry import augmenter
from studio.augment.step import ImgaugAugmenter, Step
from studio.augment.words import chance_words, span, whole
from studio.core.spec import Interval, parameter

_SMALLEST = 32
"""Side in pixels below which the corruptions refuse a picture."""


class Corruption(Step):
    """A step of this group."""

    group: ClassVar[str] = "Corruptions"
    channels: ClassVar[tuple[int, ...]] = (1, 3)
    imgaug_name: ClassVar[str] = ""

    probability: float = chance_field(
        30.0, "Share of the pictures that are corrupted (probability)."
    )
    severity: Interval = parameter(
        (1.0, 2.0), title="Severity", minimum=1.0, maximum=5.0, step=1.0, safe=(1.0, 3.0),
        help="Range of the severity of the published test, from 1 to 5.",
    )  # fmt: skip

    def build(self) -> ImgaugAugmenter:
        from imgaug.augmenters import imgcorruptlike

        corruption = getattr(imgcorruptlike, self.imgaug_name)(severity=whole(self.severity))
        return guarded(corruption, smallest=_SMALLEST, alone=True)

    def summary(self) -> str:
        return f"severity {span(self.severity)}, {chance_words(self.probability)}"


@augmenter
class CorruptGaussianNoise(Corruption):
    """Grain."""

    title: ClassVar[str] = "Sensor noise"
    help: ClassVar[str] = "As if by grain of a sensor (imgcorruptlike GaussianNoise)."
    also: ClassVar[str] = "gaussian corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "GaussianNoise"

    kind: Literal["corrupt_gaussian_noise"] = "corrupt_gaussian_noise"


@augmenter
class CorruptShotNoise(Corruption):
    """Too little light."""

    title: ClassVar[str] = "Shot noise"
    help: ClassVar[str] = "As if by grain of too little light (imgcorruptlike ShotNoise)."
    also: ClassVar[str] = "poisson photon corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "ShotNoise"

    kind: Literal["corrupt_shot_noise"] = "corrupt_shot_noise"


@augmenter
class CorruptImpulseNoise(Corruption):
    """Wrong pixels."""

    title: ClassVar[str] = "Impulses"
    help: ClassVar[str] = "As if by pixels of wrong colour (imgcorruptlike ImpulseNoise)."
    also: ClassVar[str] = "salt pepper corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "ImpulseNoise"

    kind: Literal["corrupt_impulse_noise"] = "corrupt_impulse_noise"


@augmenter
class CorruptSpeckleNoise(Corruption):
    """Grain in the light."""

    title: ClassVar[str] = "Speckles"
    help: ClassVar[str] = "As if by grain that grows with the light (imgcorruptlike SpeckleNoise)."
    also: ClassVar[str] = "multiplicative corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "SpeckleNoise"

    kind: Literal["corrupt_speckle_noise"] = "corrupt_speckle_noise"


@augmenter
class CorruptGaussianBlur(Corruption):
    """An even blur."""

    title: ClassVar[str] = "Soft focus"
    help: ClassVar[str] = "As if by an even blur (imgcorruptlike GaussianBlur)."
    also: ClassVar[str] = "gaussian corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "GaussianBlur"

    kind: Literal["corrupt_gaussian_blur"] = "corrupt_gaussian_blur"


@augmenter
class CorruptDefocusBlur(Corruption):
    """Out of focus."""

    title: ClassVar[str] = "Defocus"
    help: ClassVar[str] = "As if by a lens out of focus (imgcorruptlike DefocusBlur)."
    also: ClassVar[str] = "lens bokeh disc corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "DefocusBlur"

    kind: Literal["corrupt_defocus_blur"] = "corrupt_defocus_blur"


@augmenter
class CorruptMotionBlur(Corruption):
    """A shaken camera."""

    title: ClassVar[str] = "Shake"
    help: ClassVar[str] = "As if by a shaken camera (imgcorruptlike MotionBlur)."
    also: ClassVar[str] = "motion corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "MotionBlur"

    kind: Literal["corrupt_motion_blur"] = "corrupt_motion_blur"


@augmenter
class CorruptZoomBlur(Corruption):
    """Moving forwards."""

    title: ClassVar[str] = "Zoom blur"
    help: ClassVar[str] = "As if by a camera moving forwards (imgcorruptlike ZoomBlur)."
    also: ClassVar[str] = "radial corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "ZoomBlur"

    kind: Literal["corrupt_zoom_blur"] = "corrupt_zoom_blur"


@augmenter
class CorruptFog(Corruption):
    """Fog."""

    title: ClassVar[str] = "Thick fog"
    help: ClassVar[str] = "As if by fog in clouds (imgcorruptlike Fog)."
    also: ClassVar[str] = "haze mist corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "Fog"

    kind: Literal["corrupt_fog"] = "corrupt_fog"


@augmenter
class CorruptFrost(Corruption):
    """Ice on the lens."""

    title: ClassVar[str] = "Frost"
    help: ClassVar[str] = "As if by ice flowers on the lens (imgcorruptlike Frost)."
    also: ClassVar[str] = "ice window corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "Frost"

    kind: Literal["corrupt_frost"] = "corrupt_frost"


@augmenter
class CorruptSnow(Corruption):
    """Falling snow."""

    title: ClassVar[str] = "Snowfall"
    help: ClassVar[str] = "As if by falling snow and its light (imgcorruptlike Snow)."
    also: ClassVar[str] = "flakes winter corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "Snow"

    kind: Literal["corrupt_snow"] = "corrupt_snow"


@augmenter
class CorruptSpatter(Corruption):
    """Drops on the lens."""

    title: ClassVar[str] = "Spatter"
    help: ClassVar[str] = "As if by drops of water or mud on the lens (imgcorruptlike Spatter)."
    also: ClassVar[str] = "rain mud drops corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "Spatter"

    kind: Literal["corrupt_spatter"] = "corrupt_spatter"


@augmenter
class CorruptContrast(Corruption):
    """Flat light."""

    title: ClassVar[str] = "Low contrast"
    help: ClassVar[str] = "As if by flat light (imgcorruptlike Contrast)."
    also: ClassVar[str] = "flat grey corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "Contrast"

    kind: Literal["corrupt_contrast"] = "corrupt_contrast"


@augmenter
class CorruptBrightness(Corruption):
    """Too much light."""

    title: ClassVar[str] = "Overexposed"
    help: ClassVar[str] = "As if by too much light (imgcorruptlike Brightness)."
    also: ClassVar[str] = "bright corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "Brightness"

    kind: Literal["corrupt_brightness"] = "corrupt_brightness"


@augmenter
class CorruptSaturate(Corruption):
    """Odd colours."""

    title: ClassVar[str] = "Odd colours"
    help: ClassVar[str] = "As if by colours too pale or too strong (imgcorruptlike Saturate)."
    also: ClassVar[str] = "colour corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "Saturate"

    kind: Literal["corrupt_saturate"] = "corrupt_saturate"


@augmenter
class CorruptJpegCompression(Corruption):
    """Strong compression."""

    title: ClassVar[str] = "Strong JPEG"
    help: ClassVar[str] = "As if by strong compression (imgcorruptlike JpegCompression)."
    also: ClassVar[str] = "jpg artefacts corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "JpegCompression"

    kind: Literal["corrupt_jpeg"] = "corrupt_jpeg"


@augmenter
class CorruptPixelate(Corruption):
    """Large pixels."""

    title: ClassVar[str] = "Pixelate"
    help: ClassVar[str] = "As if by few large pixels (imgcorruptlike Pixelate)."
    also: ClassVar[str] = "mosaic resolution corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "Pixelate"

    kind: Literal["corrupt_pixelate"] = "corrupt_pixelate"


@augmenter
class CorruptElasticTransform(Corruption):
    """Local bending."""

    title: ClassVar[str] = "Wobble"
    help: ClassVar[str] = "As if by local bending (imgcorruptlike ElasticTransform)."
    also: ClassVar[str] = "elastic deformation corruption robustness imagenet-c"
    imgaug_name: ClassVar[str] = "ElasticTransform"

    kind: Literal["corrupt_elastic"] = "corrupt_elastic"

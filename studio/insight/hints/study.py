"""All that the pictures say, before anything was trained."""

from __future__ import annotations

from collections.abc import Sequence

from studio.core.control import Control, Progress, no_progress
from studio.core.input import InputSpec
from studio.core.strengths import Hint
from studio.insight.hints.cues import cue_hints
from studio.insight.hints.features import features
from studio.insight.hints.frame import frame_hints
from studio.insight.hints.pictures import Sample, read
from studio.insight.hints.symmetry import Symmetry, symmetry_hints

_LEAST = 20
_ORDER = {"warning": 0, "good": 1, "info": 2}


def study(
    paths: Sequence[str],
    labels: Sequence[int],
    classes: Sequence[str],
    input_spec: InputSpec,
    control: Control | None = None,
    progress: Progress = no_progress,
) -> tuple[Hint, ...]:
    """Find out what training pictures say about augmentation.

    Args:
        paths: of pictures; a few hundred of them are read.
        labels: the class of each, counted in ``classes``; −1 for none.
        input_spec: what the network gets.

    Returns:
        Warnings first; nothing where the pictures say nothing clearly.

    Raises:
        Cancelled: a stop was asked for.
    """
    control = control if control is not None else Control()
    return study_sample(read(paths, labels, classes, input_spec, control, progress), control)


def study_sample(sample: Sample, control: Control | None = None) -> tuple[Hint, ...]:
    """The same of pictures that were read. Raises Cancelled."""
    control = control if control is not None else Control()
    if len(sample) < _LEAST:
        return ()
    hints = list(frame_hints(sample, control))
    if len(sample.classes) > 1:
        parts = features(sample.pixels)
        symmetry = Symmetry(sample, parts, control)
        hints += symmetry_hints(symmetry)
        hints += cue_hints(sample, parts, symmetry.folds, control)
    return tuple(sorted(hints, key=lambda hint: _ORDER[hint.kind]))

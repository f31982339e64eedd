"""What the training pictures say about augmentation. Never loads Keras."""

from __future__ import annotations

from studio.core.input import InputSpec
from studio.core.spec import parse_spec
from studio.core.strengths import Hint
from studio.engine.handlers.context import Context, handles
from studio.engine.handlers.giving_way import giving_way
from studio.engine.protocol.augment_messages import StudyPictures


@handles(StudyPictures)
def study_pictures(request: StudyPictures, context: Context) -> tuple[Hint, ...]:
    """Look at a balanced few hundred of the pictures, in small pieces between previews."""
    from studio.insight.hints.study import study

    return study(
        request.paths, request.labels, request.classes, parse_spec(InputSpec, request.input),
        giving_way(context).control, context.progress,
    )  # fmt: skip

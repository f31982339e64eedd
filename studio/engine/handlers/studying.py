"""What the training pictures say about augmentation. Never loads Keras."""

from __future__ import annotations

from collections.abc import Callable

from studio.core.control import Control
from studio.core.input import InputSpec
from studio.core.spec import parse_spec
from studio.core.strengths import Hint
from studio.engine.handlers.context import Context, handles
from studio.engine.protocol.augment_messages import StudyPictures


class _GivingWay(Control):
    """The control of a job that at each checkpoint lets others go first."""

    def __init__(self, inner: Control, let_others: Callable[[], None]) -> None:
        super().__init__()
        self._inner, self._let_others = inner, let_others

    def checkpoint(self) -> None:
        self._let_others()
        self._inner.checkpoint()


@handles(StudyPictures)
def study_pictures(request: StudyPictures, context: Context) -> tuple[Hint, ...]:
    """Look at a balanced few hundred of the pictures, in small pieces between previews."""
    from studio.insight.hints.study import study

    control = _GivingWay(context.control, context.let_others)
    return study(
        request.paths, request.labels, request.classes, parse_spec(InputSpec, request.input),
        control, context.progress,
    )  # fmt: skip

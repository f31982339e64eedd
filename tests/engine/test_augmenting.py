"""What the previews say of a policy's pace."""

from __future__ import annotations

import pytest

from studio.engine.handlers.augmenting import usual_times


@pytest.mark.parametrize(
    ("seconds", "kept"),
    [
        ([], 0),
        ([2.5, 0.001, 0.001, 0.002], 3),  # the first picture brought imgaug with it
        ([2.5], 1),  # nothing to compare it with
        ([0.4, 0.5, 0.6], 3),  # slow, all of them
        ([0.2, 0.001, 0.001, 0.001], 4),  # a slow step that is drawn now and then
    ],
)
def test_a_picture_that_brought_a_library_does_not_count(seconds: list[float], kept: int) -> None:
    assert len(usual_times(seconds)) == kept

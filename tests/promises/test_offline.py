"""Promise 6: nothing leaves the machine."""

from __future__ import annotations

from tests.promises.conftest import OddRun


def test_training_opens_no_connection(odd_run: OddRun) -> None:
    """Every process of the main job is watched, by Python's audit events and by the system."""
    assert odd_run.ended.code == 0, odd_run.ended.err
    begun = [line for line in odd_run.network if line.startswith("begins ")]
    assert len(set(begun)) >= 2, "the command and its worker are both watched"
    assert [line for line in odd_run.network if line not in begun] == []
    assert odd_run.sockets == set()

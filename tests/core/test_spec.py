"""Specs: bounds, choices, text settings, hostile JSON."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from studio.core.errors import SpecError
from studio.core.input import InputSpec
from studio.core.spec import Interval, Spec, apply_setting, parameter, parameters, parse_spec


class Turn(Spec):
    angle: Interval = parameter(
        (-10.0, 10.0), title="Angle", unit="°", minimum=-180, maximum=180, safe=(-30, 30)
    )
    chance: float = parameter(0.5, title="Chance", minimum=0, maximum=1)
    mirror: bool = parameter(False, title="Mirror")
    fill: str = parameter("grey", title="Fill", choices={"grey": "Grey", "edge": "Edge"})


class Outer(Spec):
    turn: Turn = Turn()
    input: InputSpec = InputSpec()
    name: str = "7"


def test_parameters_are_described_once() -> None:
    found = {p.name: p for p in parameters(Turn)}
    assert [p.kind for p in found.values()] == ["interval", "float", "bool", "choice"]
    assert found["angle"].unit == "°" and found["angle"].safe == (-30, 30)
    assert found["fill"].choices == {"grey": "Grey", "edge": "Edge"}


@pytest.mark.parametrize(
    ("value", "word"),
    [
        ({"angle": [-200, 0]}, "From -180 to 180 °"),
        ({"angle": [5, -5]}, "low end"),
        ({"chance": 1.5}, "From 0 to 1"),
        ({"chance": float("nan")}, "chance"),
        ({"fill": "pink"}, "not one of"),
        ({"colour": 1}, "no setting"),
        ({"angle": "x"}, "angle"),
        (["angle"], "cannot be"),
        (None, "cannot be"),
    ],
)
def test_bad_values_are_named(value: object, word: str) -> None:
    with pytest.raises(SpecError) as caught:
        parse_spec(Turn, value)
    assert word in str(caught.value)


def test_settings_from_text_reach_nested_fields() -> None:
    spec = apply_setting(Outer(), "turn.angle", "[-5, 5]")
    spec = apply_setting(spec, "input.width", "96")
    spec = apply_setting(spec, "name", "12")
    assert spec.turn.angle == (-5, 5) and spec.input.width == 96 and spec.name == "12"
    with pytest.raises(SpecError, match="no setting"):
        apply_setting(spec, "turn.speed", "1")
    with pytest.raises(SpecError, match="From 8"):
        apply_setting(spec, "input.width", "2")
    with pytest.raises(SpecError, match="no settings of its own"):
        apply_setting(spec, "name.x", "1")
    assert apply_setting(spec, "name", '"a,b"').name == '"a,b"'


def test_json_round_trip() -> None:
    spec = Outer(turn=Turn(angle=(-3, 4), mirror=True))
    assert parse_spec(Outer, spec.model_dump(mode="json")) == spec


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["angle", "chance", "fill", "x"]), inner, max_size=4)
        ),
        max_leaves=8,
    )
)
def test_any_json_gives_a_spec_or_a_spec_error(value: object) -> None:
    try:
        spec = parse_spec(Turn, value)
    except SpecError:
        return
    assert -180 <= spec.angle[0] <= spec.angle[1] <= 180 and 0 <= spec.chance <= 1

"""The recipe: bounds, words and the learning rate schedule."""

from __future__ import annotations

import sys
from subprocess import run

import numpy as np
import pytest

from studio.core.errors import SpecError
from studio.core.spec import apply_setting, parameters, parse_spec
from studio.training.recipe import Recipe, rate_at


def test_every_field_is_a_parameter_with_title_and_help() -> None:
    named = {p.name for p in parameters(Recipe)}
    assert named == set(Recipe.model_fields)
    assert all(p.title and p.help for p in parameters(Recipe))


def test_json_round_trip() -> None:
    recipe = Recipe(epochs=3, optimiser="sgd", schedule="cosine", warmup_epochs=1)
    assert parse_spec(Recipe, recipe.model_dump(mode="json")) == recipe


@pytest.mark.parametrize(
    ("name", "text"),
    [("epochs", "0"), ("batch_size", "-1"), ("learning_rate", "100"), ("optimiser", "magic")],
)
def test_what_is_out_of_range_is_refused(name: str, text: str) -> None:
    with pytest.raises(SpecError):
        apply_setting(Recipe(), name, text)


def test_importing_the_recipe_does_not_import_keras() -> None:
    code = "import sys, studio.training.recipe; sys.exit('keras' in sys.modules)"
    assert run([sys.executable, "-c", code], check=False).returncode == 0


def test_warm_up_rises_and_cosine_falls_to_almost_nothing() -> None:
    recipe = Recipe(epochs=4, schedule="cosine", warmup_epochs=1, learning_rate=0.1)
    rates = [rate_at(recipe, step, 10) for step in range(40)]
    assert rates[0] == pytest.approx(0.01)
    assert max(rates) == pytest.approx(0.1)
    assert np.all(np.diff(rates[:10]) > 0)
    assert np.all(np.diff(rates[10:]) <= 0)
    assert 0 < rates[-1] < 0.001


@pytest.mark.parametrize("schedule", ["constant", "cosine"])
@pytest.mark.parametrize("warmup", [0.0, 0.5])
def test_the_compiled_schedule_is_the_told_one(schedule: str, warmup: float) -> None:
    from studio.training.steps import make_optimizer

    recipe = Recipe(epochs=3, schedule=schedule, warmup_epochs=warmup, learning_rate=0.02)
    optimizer = make_optimizer(recipe, 7)
    for step in (0, 1, 3, 6, 7, 12, 20):
        optimizer.iterations.assign(step)
        told = rate_at(recipe, step, 7)
        assert float(optimizer.learning_rate) == pytest.approx(told, rel=1e-5, abs=1e-9)

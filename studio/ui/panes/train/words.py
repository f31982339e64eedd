"""Specs of a run or of the next one as words, and what differs between runs. No Qt here."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from studio.augment.policy import Policy, parse_policy
from studio.augment.presets import TITLES, preset_of
from studio.core.errors import StudioError
from studio.core.input import CHANNELS, FITS, InputSpec
from studio.core.runs import RunRecord
from studio.core.spec import Parameter, Spec, parameters, parse_spec
from studio.models.registry import ARCHITECTURES, ArchitectureSpec
from studio.training.recipe import Recipe
from studio.ui.widgets.numbers import count, number, percent, significant

SHOWN = ("epochs", "batch_size", "optimiser", "learning_rate", "schedule", "warmup_epochs")
"""The knobs of the recipe that are in sight."""
FOLDS: dict[str, tuple[str, ...]] = {
    "Best epoch and seed": ("keep_best_by", "seed"),
    "Optimiser in detail": ("weight_decay", "momentum", "clip_norm"),
}


def fold_names() -> dict[str, tuple[str, ...]]:
    """The folds of the recipe; settings that nobody placed stand in one of their own."""
    known = {*SHOWN, *(name for names in FOLDS.values() for name in names)}
    rest = tuple(p.name for p in parameters(Recipe) if p.name not in known)
    return {**FOLDS, "More": rest} if rest else FOLDS


def value_text(p: Parameter, value: Any) -> str:
    """A setting as words: ``32 pictures``, ``AdamW``, ``0.001``."""
    if p.choices is not None:
        return str(p.choices.get(value, value))
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, int):
        words = number(value)
    elif isinstance(value, float):
        words = significant(value)
    else:
        return str(value)
    return f"{words} {p.unit}".strip()


def recipe_facts(recipe: Recipe) -> list[tuple[str, str]]:
    """The knobs in sight, as name and value."""
    known = {p.name: p for p in parameters(Recipe)}
    facts = [(known[n].title, value_text(known[n], getattr(recipe, n))) for n in SHOWN]
    best = known["keep_best_by"]
    return [*facts, (best.title, value_text(best, recipe.keep_best_by))]


def fold_summary(recipe: Recipe, names: Sequence[str]) -> str:
    """What a closed fold holds, in two words: ``seed 1, decay 0.004``."""
    short = {
        "keep_best_by": lambda v: str(v).removeprefix("validation "),
        "seed": lambda v: f"seed {v}",
        "weight_decay": lambda v: f"decay {significant(v)}",
        "momentum": lambda v: "",
        "clip_norm": lambda v: f"clip {significant(v)}" if v else "",
    }
    known = {p.name: p for p in parameters(Recipe)}
    words = []
    for name in names:
        value = getattr(recipe, name)
        make = short.get(name, lambda v, n=name: value_text(known[n], v))
        words.append(make(value))
    return ", ".join(w for w in words if w)


def model_words(model: ArchitectureSpec) -> str:
    """The network's name."""
    return type(model).title


def trains_words(model: ArchitectureSpec) -> str:
    """Which part of the network trains."""
    chosen = {p.name: p for p in parameters(type(model))}.get("transfer")
    if chosen is None:
        return "Whole network"
    return value_text(chosen, getattr(model, "transfer", ""))


def policy_words(policy: Policy) -> str:
    """An augmentation in a word: ``Medium``, ``5 steps``, ``None``."""
    name = preset_of(policy)
    if name:
        return TITLES[name]
    return count(len(policy.active), "step") if policy.active else "None"


def input_words(spec: InputSpec) -> str:
    """``64 × 64 px, crop``."""
    grey = "" if spec.channels == 3 else f", {CHANNELS[spec.channels].lower()}"
    return f"{spec.width} × {spec.height} px, {FITS[spec.fit].lower()}{grey}"


def model_of(record: RunRecord) -> ArchitectureSpec | None:
    """A run's network, None where this version does not know it."""
    try:
        return parse_spec(ARCHITECTURES.get(str(record.model.get("kind"))), record.model)
    except StudioError:
        return None


def recipe_of(record: RunRecord) -> Recipe:
    """A run's recipe; the default where this version cannot read it."""
    try:
        return parse_spec(Recipe, record.recipe)
    except StudioError:
        return Recipe()


def policy_of(record: RunRecord) -> str:
    """A run's augmentation in a word."""
    try:
        return policy_words(parse_policy(record.policy))
    except StudioError:
        return "unknown"


def run_subtitle(record: RunRecord) -> str:
    """``ResNet-20 from scratch``, ``MobileNetV2, last blocks``."""
    model = model_of(record)
    if model is None:
        return str(record.model.get("kind", "unknown network"))
    if type(model).family == "scratch":
        return f"{model_words(model)} from scratch"
    return f"{model_words(model)}, {trains_words(model).lower()}"


def best_accuracy(record: RunRecord) -> float | None:
    """What the list of runs shows: validation accuracy of the best epoch."""
    found = record.metrics.get("validation_accuracy", record.metrics.get("training_accuracy"))
    return float(found) if found is not None else None


def differences(records: Sequence[RunRecord]) -> list[tuple[str, tuple[str, ...]]]:
    """Rows of a name and a value for each run, only where the values differ."""
    columns = [_described(r) for r in records]
    names = list(dict.fromkeys(name for column in columns for name in column))
    rows = [(name, tuple(column.get(name, "–") for column in columns)) for name in names]
    return [(name, values) for name, values in rows if len(set(values)) > 1]


def _described(record: RunRecord) -> dict[str, str]:
    model = model_of(record)
    found = {"Network": model_words(model) if model else str(record.model.get("kind"))}
    if model is not None:
        found |= _settings(model)
    found["Input"] = input_words(record.input)
    found["Augmentation"] = policy_of(record)
    found |= _settings(recipe_of(record))
    found["Pictures from"] = record.dataset_name
    if record.parameters:
        found["Parameters"] = millions(record.parameters)
    if record.best_epoch:
        found["Best epoch"] = number(record.best_epoch)
    accuracy = best_accuracy(record)
    if accuracy is not None:
        found["Accuracy"] = percent(accuracy)
    return found


def _settings(spec: Spec) -> dict[str, str]:
    return {p.title: value_text(p, getattr(spec, p.name)) for p in parameters(type(spec))
            if p.kind != "other"}  # fmt: skip


def millions(parameters_: int) -> str:
    """A count of weights: ``3.7 M``, ``61 k``."""
    if parameters_ >= 1_000_000:
        return f"{parameters_ / 1e6:.1f} M"
    return f"{parameters_ / 1e3:.0f} k" if parameters_ >= 1000 else number(parameters_)

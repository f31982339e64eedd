"""The recipe: how a network is trained. Light: draws forms without Keras."""

from __future__ import annotations

import math
from typing import Literal

from studio.core.spec import Spec, parameter

Optimiser = Literal["adamw", "adam", "sgd", "rmsprop"]
KeepBestBy = Literal["validation loss", "validation accuracy"]

OPTIMISERS: dict[str, str] = {
    "adamw": "AdamW",
    "adam": "Adam",
    "sgd": "SGD with momentum",
    "rmsprop": "RMSprop",
}


class Recipe(Spec):
    """How to train: how long, how fast, with which optimiser, and which epoch to keep."""

    epochs: int = parameter(
        10, title="Epochs", unit="epochs", minimum=1, maximum=10_000, step=1, safe=(3, 200),
        help="How often the network sees every training picture.",
    )  # fmt: skip
    batch_size: int = parameter(
        32, title="Batch size", unit="pictures", minimum=1, maximum=4096, step=1, safe=(8, 256),
        help="Pictures for each step of the optimiser; larger needs more memory.",
    )  # fmt: skip
    learning_rate: float = parameter(
        2e-3, title="Learning rate", minimum=1e-7, maximum=10.0, log=True, safe=(1e-5, 1e-1),
        help="Size of a step: too high and the loss jumps, too low and it hardly moves.",
    )  # fmt: skip
    optimiser: Optimiser = parameter(
        "adamw", title="Optimiser", choices=OPTIMISERS,
        help="The rule that turns gradients into new weights.",
    )  # fmt: skip
    schedule: Literal["constant", "cosine"] = parameter(
        "cosine", title="Schedule",
        choices={"constant": "Constant", "cosine": "Cosine"},
        help="How the learning rate changes: not at all, or down to zero along a cosine.",
    )  # fmt: skip
    keep_best_by: KeepBestBy = parameter(
        "validation loss", title="Keep the best by",
        choices={
            "validation loss": "Loss",
            "validation accuracy": "Accuracy",
        },
        help="Which of the validation's values decides whose epoch's weights are kept; without "
        "validation pictures, the training's own.",
    )  # fmt: skip
    seed: int = parameter(
        1, title="Seed", minimum=0, maximum=2_147_483_647, step=1,
        help="Fixes the first weights, the order of the pictures and the augmentation.",
    )  # fmt: skip
    warmup_epochs: float = parameter(
        0.0, title="Warm-up", unit="epochs", minimum=0, maximum=1000, step=0.5, safe=(0, 10),
        help="The learning rate rises linearly from almost zero for so long.", advanced=True,
    )  # fmt: skip
    weight_decay: float = parameter(
        0.004, title="Weight decay", minimum=0, maximum=1, log=True, safe=(0, 0.1),
        help="AdamW shrinks weights by this share of the learning rate at each step "
        "(biases and normalisation excepted).", advanced=True,
    )  # fmt: skip
    momentum: float = parameter(
        0.9, title="Momentum", minimum=0, maximum=0.999, step=0.01, safe=(0, 0.99),
        help="How much of its last step SGD keeps (Nesterov); other optimisers have their own.",
        advanced=True,
    )  # fmt: skip
    clip_norm: float = parameter(
        0.0, title="Clip gradients", minimum=0, maximum=1000, safe=(0, 10),
        help="Largest global norm of the gradients; 0 does not clip.", advanced=True,
    )  # fmt: skip


def rate_at(recipe: Recipe, step: int, batches_per_epoch: int) -> float:
    """The learning rate of one step.

    Args:
        step: counted from 0 over the whole run.
        batches_per_epoch: steps in one epoch.
    """
    total, warmup = schedule_steps(recipe, batches_per_epoch)
    if step < warmup:
        return recipe.learning_rate * (step + 1) / warmup
    if recipe.schedule == "constant":
        return recipe.learning_rate
    share = min(1.0, (step - warmup) / max(1, total - warmup))
    return recipe.learning_rate * 0.5 * (1 + math.cos(math.pi * share))


def schedule_steps(recipe: Recipe, batches_per_epoch: int) -> tuple[int, int]:
    """All steps of the run, and those of the warm-up among them."""
    total = recipe.epochs * batches_per_epoch
    return total, min(total, round(recipe.warmup_epochs * batches_per_epoch))

"""Who is asked in the Augment pane: a trained run, or a quick network for the time before it.

Plain functions; no Qt here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from studio.core.runs import RunFolder
from studio.core.strengths import QuickJudge
from studio.data.dataset import Dataset
from studio.ui.panes.augment.belief_words import question_for
from studio.ui.widgets.numbers import count, percent, shorten

_LONGEST = 24


@dataclass(frozen=True)
class Judge:
    """A network that can be asked.

    Attributes:
        key: tells judges apart; answers are kept under it.
        epoch: tells weights of the same run apart.
        title: what a person calls it.
        name: how it is called within a sentence.
        is_quick: whether it is no trained run.
        run: how the engine knows it; empty while it has not learned the classes.
        outputs: output → the classes that it knows.
    """

    key: str
    epoch: int
    title: str
    name: str
    is_quick: bool = False
    run: str = field(default="", compare=False)
    outputs: Mapping[str, tuple[str, ...]] = field(default_factory=dict, compare=False, hash=False)


def judge_of_run(run: RunFolder) -> Judge:
    """A trained run as a judge."""
    path, record = str(run.path), run.record
    name = shorten(run.title, _LONGEST)
    return Judge(path, record.best_epoch, run.title, name, False, path, record.outputs)


def quick_judge(
    key: str, title: str, found: QuickJudge | None, outputs: Mapping[str, tuple[str, ...]]
) -> Judge:
    """A quick network as a judge; ``found`` is None as long as it has not learned the classes."""
    run = found.run if found is not None else ""
    name = f"the quick {shorten(title, _LONGEST)}"
    return Judge(key, 0, f"a quick {title}", name, True, run, outputs)


def knows(run: RunFolder, dataset: Dataset) -> bool:
    """Whether a run was taught most of the classes of these pictures."""
    output = question_for(run.record.outputs, dataset)
    if output not in dataset.outputs:
        return not dataset.outputs
    mine, theirs = set(run.record.outputs[output]), dataset.outputs[output]
    return 2 * sum(name in mine for name in theirs) > len(theirs) or not theirs


def run_sentence(title: str, can: bool) -> str:
    """What the box does for a run in view."""
    if not can:
        return f"{title} has no finished epoch yet, so it believes nothing."
    return (
        "Shows under every preview which class this run takes it for, and how sure it is "
        "(probability). Its own size of input is used."
    )


def quick_sentence(title: str, found: QuickJudge | None, held_out: bool) -> str:
    """What the box does before the first training; in figures once the classes are learned."""
    start = "Shows under every preview which class a network takes it for, before any training: "
    end = " As soon as there is a trained run, that one is asked."
    if found is None:
        return (
            f"{start}the frozen ImageNet features of {title}, with a head that is learned on some "
            f"of the training pictures when you tick this. It takes some seconds.{end}"
        )
    asked = count(found.pictures, "held-out picture" if held_out else "training picture")
    return (
        f"{start}the frozen ImageNet features of {title}, with a head learned on "
        f"{count(found.learned_from, 'training picture')}. It is right for "
        f"{percent(found.accuracy, 0)} of {asked}.{end}"
    )

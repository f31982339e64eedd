"""Networks to be asked with their sampled pictures, kept between requests."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Any

from studio.core.errors import DatasetError, RunError
from studio.core.input import InputSpec
from studio.core.runs import RunFolder, RunRecord, SampleList
from studio.core.spec import parse_spec
from studio.core.strengths import QuickJudge
from studio.engine.handlers.context import Context, handles
from studio.engine.handlers.giving_way import giving_way
from studio.engine.handlers.runs import PREDICTORS
from studio.engine.protocol.augment_messages import LearnQuickly

QUICK = "quick:"
"""What the name of a network that was learned quickly begins with; no run's folder is called so."""


class Judges:
    """The networks learned quickly, and the samples asked last: reading those takes seconds."""

    MOST = 2

    def __init__(self) -> None:
        self._judges: OrderedDict[tuple[str, int], tuple[Any, Any]] = OrderedDict()
        self._quick: OrderedDict[str, tuple[Any, SampleList, Any]] = OrderedDict()
        self._number = 0

    def network(self, run: str, context: Context) -> Any:
        """The network of a run's folder, or of a quick judge's name. Raises RunError."""
        if not run.startswith(QUICK):
            return PREDICTORS.get(run, context)
        if run not in self._quick:
            raise RunError(
                "The pretrained network is no longer at hand.",
                "Have it learn the classes again, or train a network.",
            )
        self._quick.move_to_end(run)
        return self._quick[run][0]

    def get(self, run: str, most: int, context: Context) -> Any:
        """The judge with at most ``most`` pictures; anew where the network is another."""
        network = self.network(run, context)
        key = run, most
        if key not in self._judges or self._judges[key][0] is not network:
            self._judges[key] = network, self._judge(network, run, most, context)
            while len(self._judges) > self.MOST:
                self._judges.popitem(last=False)
        self._judges.move_to_end(key)
        return self._judges[key][1]

    def _judge(self, network: Any, run: str, most: int, context: Context) -> Any:
        from studio.insight.judge import judge_of
        from studio.insight.quick_network import quick_judge

        if run in self._quick:
            _, samples, columns = self._quick[run]
            return quick_judge(network, samples, columns, most, context.progress, context.control)
        folder = RunFolder.open(Path(run))
        return judge_of(network, folder, most, context.progress, context.control)

    def add(self, network: Any, samples: SampleList, columns: Any) -> str:
        """Keep a network that was learned quickly, in place of older ones. Returns its name."""
        self._number += 1
        name = f"{QUICK}{self._number}"
        self._quick[name] = network, samples, columns
        while len(self._quick) > self.MOST:
            old, _ = self._quick.popitem(last=False)
            for key in [key for key in self._judges if key[0] == old]:
                del self._judges[key]
        return name


JUDGES = Judges()


@handles(LearnQuickly)
def learn(request: LearnQuickly, context: Context) -> QuickJudge:
    """Make a network that can be asked before the first training."""
    from studio.insight.quick_network import learn_quickly
    from studio.insight.survival import accuracy_of
    from studio.training.feed import label_columns

    context = giving_way(context)
    input_spec = parse_spec(InputSpec, request.input)
    record = RunRecord(id="quick", outputs=request.outputs, multi_label=request.multi_label,
                       input=input_spec, model={})  # fmt: skip
    samples = SampleList(Path(), list(request.paths), request.labels, list(request.split))
    columns = label_columns(record, samples)
    if columns is None:
        raise DatasetError("The labels do not fit the classes.", "Open the data set again.")
    network = learn_quickly(samples, columns, request.outputs, request.multi_label, input_spec,
                            context.progress, context.control)  # fmt: skip
    name = JUDGES.add(network, samples, columns)
    judge = JUDGES.get(name, 200, context)
    sample = judge.sample
    accuracy = accuracy_of(sample.truth, judge.clean(context.control), sample.several)
    return QuickJudge(name, network.title, accuracy, len(sample), network.learned_from)

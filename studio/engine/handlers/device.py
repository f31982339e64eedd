"""What computes here."""

from __future__ import annotations

from dataclasses import replace

from studio.engine.handlers.context import Context, handles
from studio.engine.protocol.messages import (
    DescribeDevice,
    DeviceReport,
    SelfTested,
    SelfTestStep,
)


@handles(DescribeDevice)
def describe_device(request: DescribeDevice, context: Context) -> DeviceReport:
    """What computes here and why; with the self-test where it is asked for."""
    from studio.engine.device import describe, run_self_test

    report = describe()
    if not request.self_test:
        return report
    steps: list[SelfTestStep] = []
    for step in run_self_test(context.control):
        steps.append(step)
        context.send(SelfTested(context.job, step))
    return replace(report, tests=tuple(steps))

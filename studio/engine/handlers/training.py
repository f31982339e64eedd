"""Training a run."""

from __future__ import annotations

from pathlib import Path

from studio.core.runs import RunFolder
from studio.engine.handlers.context import Context, handles
from studio.engine.protocol.messages import Train


@handles(Train)
def train_run(request: Train, context: Context) -> str:
    """Train, or go on with, a run. Result: its final state."""
    from studio.engine.device import used_device
    from studio.training.trainer import train

    run = RunFolder.open(Path(request.run))
    record = train(run, context.emit, context.control, resume=request.resume, device=used_device())
    return record.state

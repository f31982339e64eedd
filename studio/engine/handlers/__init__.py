"""What a worker does for each kind of request. Heavy libraries are imported inside."""

from studio.engine.handlers import augmenting, device, judging, runs, studying, training
from studio.engine.handlers.context import HANDLERS, Context, Handler

__all__ = [
    "HANDLERS",
    "Context",
    "Handler",
    "augmenting",
    "device",
    "judging",
    "runs",
    "studying",
    "training",
]

"""The same jobs without a window. Results go to stdout; progress and errors to stderr."""

from studio.cli.app import command_names
from studio.cli.main import run
from studio.cli.window import display_problem

__all__ = ["command_names", "display_problem", "run"]

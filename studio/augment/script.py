"""A policy as a Python script that needs imgaug, NumPy and OpenCV alone."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module

from studio.augment.groups import Group, with_chance
from studio.augment.policy import Policy
from studio.augment.recorded import lines_of, list_of, recorder, text_of
from studio.augment.step import Step
from studio.core.errors import SpecError

_PARTS = ("draws", "geometry", "tables", "texture", "corruption", "kinds", "run")


def to_python(policy: Policy) -> str:
    """A script with the policy in imgaug's words, and with exactly our pixels.

    Its ``pipeline()`` is a plain ``imgaug.augmenters.Sequential`` that draws as imgaug draws; its
    ``augment(picture, seed)`` gives the pixels that preview and training give for this seed. The
    second needs the source of :mod:`studio.augment.fast`, which is written into it.

    Raises:
        SpecError: a step cannot be written as Python, or the source is not installed.
    """
    with recorder():
        pipeline = [text_of(with_chance(step)) for step in policy.steps if step.enabled]
        steps = [_step(step) for step in policy.steps]
    runtime = "\n\n\n".join(_source_of(f"studio.augment.fast.{part}") for part in _PARTS)
    # The modules become one, so that names of one are no longer looked up in another.
    runtime = re.sub(r"\b(?:geometry|tables|texture|corruption)\.(?=[a-z])", "", runtime)
    if "guarded(" in "".join(steps):
        runtime = f"{_source_of('studio.augment.guard')}\n\n\n{runtime}"
    return _SCRIPT.format(
        pipeline=lines_of(pipeline, 12), runtime=runtime, steps=lines_of(steps, 4), tail=_TAIL
    )


def _step(step: Step) -> str:
    """A step as call of the script's ``Step``, with its augmenter as ``build``."""
    settings = {name: getattr(step, name) for name in type(step).model_fields if name != "steps"}
    given = [f"{name}={text_of(value)}" for name, value in settings.items()]
    first, last = step.channels[0], step.channels[-1]
    if step.channels == tuple(range(first, last + 1)):
        given.append(f"channels=range({first}, {last + 1})")
    else:
        given.append(f"channels={step.channels!r}")
    if isinstance(step, Group):
        given.append(f"steps={list_of([_step(member) for member in step.steps])}")
    else:
        given.append(f"build=lambda: {text_of(step.build())}")
    return f"Step({', '.join(given)})"


def _source_of(name: str) -> str:
    """A module's source without its docstring and without imports of ours."""
    try:
        source = inspect.getsource(import_module(name))
    except OSError as error:
        raise SpecError(
            "This installation does not contain the source that an exported script needs.",
            "Save the policy as JSON instead, or install with pip.",
            details=repr(error),
        ) from error
    lines = source.splitlines()
    tree = ast.parse(source)
    for node in tree.body:
        ours = isinstance(node, ast.ImportFrom) and str(node.module).split(".")[0] in (
            "studio", "__future__",
        )  # fmt: skip
        if ours or node is tree.body[0]:
            assert node.end_lineno is not None
            lines[node.lineno - 1 : node.end_lineno] = [""] * (node.end_lineno - node.lineno + 1)
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines)).strip()


_SCRIPT = '''"""An augmentation policy, exported from Classifier Studio.

pipeline() is the policy in imgaug's own words; it draws as imgaug draws.
augment(picture, seed) gives exactly the pixels that Classifier Studio gives for this seed:
seed_for(seed of the run, epoch, position of the picture) is what a training uses.

    pip install imaug opencv-python-headless numpy
    python this_file.py picture.png varied.png 1
"""

from __future__ import annotations

import sys

import cv2
import imgaug as ia
import imgaug.augmenters as iaa
import imgaug.parameters as iap
import numpy as np


def pipeline():
    return iaa.Sequential(
        [
{pipeline}        ]
    )


{runtime}


class Step:
    """The settings of a step; build() gives its augmenter."""

    def __init__(self, **settings):
        self.__dict__.update(settings)


STEPS = [
{steps}]
{tail}'''

_TAIL = '''
_NODES = tree(STEPS)
_BUILT = {}


def augment(picture, seed):
    """(height, width, channels) uint8 in, the same shape out; RGB."""

    def imgaug_of(node):
        if node.stream not in _BUILT:
            _BUILT[node.stream] = node.step.build()
        return _BUILT[node.stream]

    def failed(node, error):
        print(f"{node.step.kind} was left out: {error}", file=sys.stderr)

    return run(_NODES, np.ascontiguousarray(picture), seed, imgaug_of, failed)


if __name__ == "__main__":
    if len(sys.argv) < 3:
        sys.exit(f"python {sys.argv[0]} picture.png varied.png [seed]")
    source = cv2.imread(sys.argv[1], cv2.IMREAD_COLOR)
    if source is None:
        sys.exit(f"{sys.argv[1]} cannot be read.")
    varied = augment(source[..., ::-1], int(sys.argv[3]) if len(sys.argv) > 3 else 1)
    cv2.imwrite(sys.argv[2], varied[..., ::-1])
'''

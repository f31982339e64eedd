"""What a policy does to one picture: choose its steps, draw their values, apply them together.

Steps are objects with their settings as attributes, and ``steps`` where they hold others. Each
has a stream of random numbers of its own, so that nothing done to another step draws it anew.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np

from studio.augment.fast.draws import Draws, hash_of, unit
from studio.augment.fast.geometry import Warp, fits, warp
from studio.augment.fast.kinds import Fast, fast_of
from studio.augment.fast.tables import look_up


class Node(NamedTuple):
    """A step with the name of its stream, its own implementation, and the steps it holds.

    ``members`` is None where it is no group.
    """

    stream: str
    step: Any
    fast: Fast | None
    members: tuple[Node, ...] | None


def tree(steps: Iterable[Any], seen: dict[str, int] | None = None) -> tuple[Node, ...]:
    """Name the streams: ``rotate#0``, ``rotate#1`` …, counted from the first to the last step."""
    seen = {} if seen is None else seen
    nodes = []
    for step in steps:
        nth = seen[step.kind] = seen.get(step.kind, -1) + 1
        members = tree(step.steps, seen) if hasattr(step, "steps") else None
        nodes.append(Node(f"{step.kind}#{nth}", step, fast_of(step), members))
    return tuple(nodes)


def choose(nodes: Iterable[Node], seed: int) -> list[Node]:
    """The single steps that a picture with this seed gets, in order."""
    chosen: list[Node] = []
    for node in nodes:
        step = node.step
        if not step.enabled or unit(b"chance", seed, node.stream) * 100.0 >= step.probability:
            continue
        if node.members is None:
            chosen.append(node)
        else:
            chosen += choose(_drawn(node, node.members, seed), seed)
    return chosen


def _drawn(node: Node, held: Iterable[Node], seed: int) -> list[Node]:
    """The chosen members of a group: each has a lot of its own, and the lowest win."""
    members = [member for member in held if member.step.enabled]
    lots = {member.stream: unit(b"lot", seed, member.stream) for member in members}
    drawn = sorted(members, key=lambda member: lots[member.stream])
    kind = node.step.kind
    if kind == "one_of":
        return drawn[:1]
    if kind == "some_of":
        drawn = drawn[: Draws(seed, node.stream).whole(node.step.count)]
        if not node.step.shuffled:
            drawn = [member for member in members if member in drawn]
        return drawn
    return drawn if kind == "random_order" else members


class Work(NamedTuple):
    """A step ready to be applied to one picture.

    ``part`` is its :class:`Warp`, its table, or a function from pixels to pixels.
    """

    node: Node
    values: dict[str, Any]
    part: Any


ImgaugOf = Callable[[Node], Any]
Failed = Callable[[Node, Exception], None]


def prepare(node: Node, shape: tuple[int, ...], seed: int, imgaug_of: ImgaugOf) -> Work:
    """Draw what a step does to this picture."""
    if node.fast is None:
        return Work(node, {}, lambda picture: _by_imgaug(imgaug_of(node), node, picture, seed))
    fast, step, draws = node.fast, node.step, Draws(seed, node.stream)
    values = fast.values(step, draws, shape)
    if fast.does == "warp":
        return Work(node, values, fast.apply(step, values, shape))
    if fast.does == "table":
        return Work(node, values, fast.apply(step, values))
    return Work(node, values, lambda picture: fast.apply(step, values, picture, draws))


def _by_imgaug(augmenter: Any, node: Node, picture: np.ndarray, seed: int) -> np.ndarray:
    augmenter.seed_(hash_of(b"values", seed, node.stream) & 0x7FFFFFFF)
    result: np.ndarray = augmenter.augment_image(picture.copy())
    if result.shape != picture.shape or result.dtype != np.uint8:
        raise ValueError(f"gave {result.shape} {result.dtype} for {picture.shape} uint8")
    return np.ascontiguousarray(result)


def together(works: Iterable[Work]) -> list[list[Work]]:
    """Neighbours that become one warp or one look-up, in one list each."""
    groups: list[list[Work]] = []
    edge = ""
    for work in works:
        last = groups[-1][-1].part if groups else None
        part = work.part
        joins = isinstance(part, np.ndarray) and isinstance(last, np.ndarray)
        if isinstance(part, Warp):
            joins = isinstance(last, Warp) and fits(edge, part.edge)
            edge = (edge if joins else "") or part.edge
        if joins:
            groups[-1].append(work)
        else:
            groups.append([work])
    return groups


def apply_group(works: list[Work], picture: np.ndarray) -> np.ndarray:
    """Apply steps that :func:`together` put into one list."""
    part = works[0].part
    if isinstance(part, Warp):
        return warp(picture, [work.part for work in works])
    if isinstance(part, np.ndarray):
        return look_up(picture, [work.part for work in works])
    result: np.ndarray = part(picture)
    return result


def run(
    nodes: Iterable[Node],
    picture: np.ndarray,
    seed: int,
    imgaug_of: ImgaugOf,
    failed: Failed,
    ran: Callable[[Work], None] | None = None,
) -> np.ndarray:
    """Apply a policy.

    Args:
        nodes: of :func:`tree`.
        picture: ``(height, width, channels) uint8``; not changed.
        seed: of this picture.
        imgaug_of: gives the imgaug augmenter of a step without an own implementation.
        failed: is told of each step that had to be left out.
        ran: is told of each step that was applied.

    Returns:
        A new array of the same shape, ``uint8``.
    """
    works = []
    for node in choose(nodes, seed):
        if picture.shape[2] in node.step.channels:
            try:
                works.append(prepare(node, picture.shape, seed, imgaug_of))
            except Exception as error:
                failed(node, error)
    current = picture
    waiting = together(works)
    while waiting:
        group = waiting.pop(0)
        try:
            current = apply_group(group, current)
        except Exception as error:
            if len(group) > 1:  # find out which one it is
                waiting[:0] = [[work] for work in group]
            else:
                failed(group[0].node, error)
            continue
        if ran is not None:
            for work in group:
                ran(work)
    return current.copy() if current is picture else current

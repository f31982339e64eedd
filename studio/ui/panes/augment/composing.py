"""Turns what a person does to the cards into other policies, each one step of undo."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication

from studio.augment import presets
from studio.augment.groups import GROUPS, Group
from studio.augment.policy import Policy
from studio.augment.registry import AUGMENTERS, kind_of
from studio.augment.step import Step
from studio.core.errors import StudioError
from studio.ui.panes.augment import edits
from studio.ui.panes.augment.edits import Place
from studio.ui.panes.augment.policy_panel import PolicyPanel
from studio.ui.session import Session


class Composing(QObject):
    """Changes the session's policy as the panel asks; what is refused is told."""

    def __init__(self, session: Session, panel: PolicyPanel, parent: QObject) -> None:
        super().__init__(parent)
        self._session, self._panel, self._steps = session, panel, panel.steps
        steps = panel.steps
        self._dragged: Place | None = None
        steps.step_changed.connect(self.change)
        steps.released.connect(self.let_go)
        steps.copy_requested.connect(self.duplicate)
        steps.delete_requested.connect(self.delete)
        steps.moved.connect(self.move)
        steps.group_requested.connect(self.group)
        steps.ungroup_requested.connect(self.ungroup)
        steps.step_dropped.connect(self.drop_kind)
        panel.preset_chosen.connect(self.take_preset)
        panel.rand_changed.connect(self.set_rand)
        panel.clear_requested.connect(lambda: self.take(Policy(), "Remove all steps"))
        session.policy_changed.connect(self.show)
        self.show()

    @property
    def _policy(self) -> Policy:
        return self._session.policy

    def show(self) -> None:
        """Show the session's policy."""
        self._panel.set_policy(self._policy)

    def take(self, policy: Policy, words: str) -> None:
        """Another policy altogether."""
        self._steps.set_open(None)
        self._session.set_policy(policy, words)

    def add(self, kind: type[Step]) -> None:
        """Put a step behind the open one, into the open group, or at the end; and open it."""
        opened = self._steps.open_place
        place: Place = (len(self._policy.steps),)
        if opened is not None:
            step = edits.step_at(self._policy, opened)
            place = (*opened[:-1], opened[-1] + 1)
            if isinstance(step, Group):
                place = (*opened, len(step.steps))
        self._insert(place, kind)

    def drop_kind(self, name: str, gap: Place) -> None:
        """Put a step of the catalogue at a place."""
        kind = GROUPS.get(name) or (AUGMENTERS.get(name) if name in AUGMENTERS else None)
        if kind is not None:
            self._insert(gap, kind)

    def _insert(self, place: Place, kind: type[Step]) -> None:
        def make() -> Policy:
            return edits.inserted(self._policy, place, kind(kind=kind_of(kind)))

        if self._try(make, f"Add {kind.title}"):
            self._steps.set_open(place)

    def change(self, place: Place, step: Step) -> None:
        """Other settings of a step; a drag of its slider is one step of undo."""
        is_held = self._dragged == place
        is_down = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        self._dragged = place if is_down else None
        policy = edits.replaced(self._policy, place, step)
        self._session.set_policy(policy, f"Change {step.title}", place, is_held)

    def let_go(self) -> None:
        """The slider was released: what follows is another step of undo."""
        self._dragged = None

    def duplicate(self, place: Place) -> None:
        """A copy of a step behind it."""
        step = edits.step_at(self._policy, place)
        behind = (*place[:-1], place[-1] + 1)
        if self._try(lambda: edits.inserted(self._policy, behind, step), f"Duplicate {step.title}"):
            self._steps.set_open(behind, focus=True)

    def delete(self, place: Place) -> None:
        """Take a step out."""
        step = edits.step_at(self._policy, place)
        opened = self._steps.open_place
        # Where the open one goes, its group stays open.
        is_gone = opened is not None and edits.is_inside(opened, place)
        self._steps.set_open((place[:-1] or None) if is_gone else self._steps.closed_by(place))
        self._session.set_policy(edits.removed(self._policy, place), f"Delete {step.title}")

    def move(self, source: Place, target: Place) -> None:
        """Put a step elsewhere; the target is counted after it was taken out."""
        step = edits.step_at(self._policy, source)
        self._try(lambda: edits.moved(self._policy, source, target), f"Move {step.title}")

    def group(self, places: Sequence[Place], kind: type[Group]) -> None:
        """Put steps into a new group."""
        found: list[Place] = []

        def make() -> Policy:
            policy, place = edits.grouped(self._policy, places, kind)
            found.append(place)
            return policy

        if self._try(make, f"Group as “{kind.title}”"):
            self._steps.set_open(found[0], focus=True)

    def ungroup(self, place: Place) -> None:
        """Put the members of a group where it is."""
        title = edits.step_at(self._policy, place).title
        self._steps.set_open(None)
        self._session.set_policy(edits.ungrouped(self._policy, place), f"Ungroup “{title}”")

    def take_preset(self, name: str) -> None:
        """A preset in place of everything."""
        self.take(presets.preset(name), f"Choose “{presets.TITLES[name]}”")
        self.show()

    def set_rand(self, operations: int, magnitude: int) -> None:
        """RandAugment with other settings."""
        policy = presets.rand_preset(operations, magnitude)
        self._session.set_policy(policy, "Change RandAugment")

    def _try(self, make: Callable[[], Policy], words: str) -> bool:
        try:
            policy = make()
        except StudioError as error:
            self._session.failed.emit(error)
            return False
        self._session.set_policy(policy, words)
        return True

"""What is asked about previews, as a message for the inspector."""

from __future__ import annotations

from dataclasses import dataclass

from studio.engine.protocol.augment_messages import Believe
from studio.engine.protocol.messages import Request
from studio.ui.panes.augment.belief_judge import Judge
from studio.ui.panes.augment.previewer import Wish


@dataclass(frozen=True)
class Question:
    """Whom to ask about what."""

    judge: Judge
    wish: Wish

    def request(self, job: int) -> Request:
        """The message for the inspector."""
        wish = self.wish
        policy = wish.policy.model_dump(mode="json")
        return Believe(job, self.judge.run, wish.paths(), policy, wish.seeds())

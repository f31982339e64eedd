"""What is asked about previews, as a message for the inspector."""

from __future__ import annotations

from dataclasses import dataclass

from studio.augment.policy import seed_for
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
        wish, epochs = self.wish, range(1, self.wish.epochs + 1)
        return Believe(
            job,
            self.judge.run,
            tuple(str(p.path) for p in wish.pictures),
            wish.policy.model_dump(mode="json"),
            tuple(tuple(seed_for(wish.seed, e, p.index) for e in epochs) for p in wish.pictures),
        )

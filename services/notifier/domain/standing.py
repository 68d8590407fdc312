"""How a question stands, as far as it decides what must be sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Turn:
    """One partner's assignment and how to reach it."""

    id: UUID
    partner: str
    way: str
    address: str
    attempt: int


@dataclass(frozen=True, slots=True)
class Standing:
    """`over`: withdrawn, closed or erased, so that nothing but word of the end is sent."""

    question: UUID
    asker: Mapping[str, Any]
    over: bool
    turns: tuple[Turn, ...] = ()
    overdue: frozenset[UUID] = frozenset()
    follow_ups: frozenset[UUID] = frozenset()
    answered_by: str | None = None

    def with_turn(self, turn: Turn) -> Standing:
        others = tuple(known for known in self.turns if known.id != turn.id)
        return replace(self, turns=(*others, turn))

    def with_overdue(self, assignment: UUID) -> Standing:
        return replace(self, overdue=self.overdue | {assignment})

    def with_follow_up(self, follow_up: UUID) -> Standing:
        return replace(self, follow_ups=self.follow_ups | {follow_up})

    def with_answer(self, partner: str) -> Standing:
        return replace(self, answered_by=self.answered_by or partner)

    def ended_now(self) -> Standing:
        return replace(self, over=True)

    def turn(self, assignment: UUID | None) -> Turn | None:
        return next((turn for turn in self.turns if turn.id == assignment), None)

    def ended_turns(self) -> tuple[Turn, ...]:
        """The turns whose partner must be told that the question is no longer theirs. Only ever grows as
        facts come in, so that the order of their coming can't matter."""
        return tuple(turn for turn in self.turns if self._has_ended(turn))

    def _has_ended(self, turn: Turn) -> bool:
        passed_on = any(other.attempt > turn.attempt for other in self.turns)
        return self.over or turn.id in self.overdue or passed_on or self._answered_for(turn)

    def _answered_for(self, turn: Turn) -> bool:
        """A person who answered by mail needs no mail about it; a partner's system counts on the event."""
        if self.answered_by is None:
            return False
        return turn.way != "mail" or turn.partner != self.answered_by

"""What a sender needs to know about one delivery: the question, and what it is about."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notifier.domain.delivery import Similar


@dataclass(frozen=True, slots=True)
class QuestionToTell:
    """The question. `asker` holds the keys of the contract's Asker; it is empty once erased."""

    id: UUID
    text: str
    private_note: str | None
    facets: Mapping[str, Any]
    place: Mapping[str, Any] | None
    attachments: tuple[Mapping[str, Any], ...]
    asker: Mapping[str, Any]
    promise_at: datetime | None = None
    ended: str | None = None


@dataclass(frozen=True, slots=True)
class Assigned:
    """One partner's turn."""

    id: UUID
    partner: str
    partner_name: str
    attempt: int
    due_at: datetime
    promise_at: datetime
    reasons: tuple[Mapping[str, Any], ...]
    overdue: bool
    passed_on: bool
    """Another partner was asked after this one."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The accepted answer."""

    id: UUID
    partner: str
    partner_name: str
    text: str
    sources: tuple[str, ...]
    attachments: tuple[Mapping[str, Any], ...]
    answered_at: datetime
    promise_at: datetime
    facets: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class DeliveryAttempt:
    """One attempt at one delivery. `destination` is a mail address, a partner's id, or a URL, by `way`."""

    id: UUID
    kind: str
    way: str
    destination: str
    attempts: int
    decided_at: datetime
    traceparent: str | None
    details: Mapping[str, Any]
    question: QuestionToTell
    assignment: Assigned | None = None
    answer: Answered | None = None
    follow_up: str | None = None
    similar: tuple[Similar, ...] = ()
    silenced: bool = False
    """The address bounced for good before."""

    @property
    def moot(self) -> bool:
        """A follow-up or a reminder concerns who has the question now; the others heard the end. An
        erased asker has no address left."""
        if self.way == "mail" and not self.destination:
            return True
        turn = self.assignment
        if turn is None or self.kind not in {"follow_up", "reminder"}:
            return False
        return turn.passed_on or turn.overdue or (self.kind == "reminder" and self.answer is not None)


ENGLISH = "en"
HOME = "FR"


def written_in(asked: str | None, country: str | None, spoken: Container[str], usual: str) -> str:
    """The language we write in to an asker: theirs where we speak it. Who wrote in another reads English;
    of whom we know no language, the network's own at home and English elsewhere."""
    if asked in spoken:
        return str(asked)
    at_home = asked is None and country in (None, HOME)
    return usual if at_home else ENGLISH

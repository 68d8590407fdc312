"""What a sender needs to know about one delivery: the question, and what it is about."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.notifier.domain.delivery import Similar
from services.notifier.domain.kinds import DeliveryKind, Traits


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
    reference: str | None = None
    """The asking library's own number."""
    reopened_text: str | None = None
    """Why the asker had it asked again, in their words."""


@dataclass(frozen=True, slots=True)
class Assigned:
    """One partner's assignment."""

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
    outcome: str | None = None
    """How it ended, where the router said so."""
    about: UUID | None = None
    """What the asker wrote after the answer and the partner is to see to."""
    earlier: tuple[Mapping[str, Any], ...] = ()
    """Answers that were given before it, and did not do."""
    began_with: UUID | None = None
    """The delivery that told this partner of the question first: all others of it are in its thread."""
    time_zone: str | None = None
    """The partner's own, by its IANA name; None: the network's."""


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
    waited_seconds: float = 0
    waited_working_seconds: float | None = None
    """How much of it was working time; None: the router did not say."""
    marked: str | None = None
    """The text in CommonMark, where it was written with marks; `text` is what there is to be read of it."""


@dataclass(frozen=True, slots=True)
class Message:
    """What a library writes to the asker beside its answer. `kind`: clarification, addition or correction."""

    id: UUID
    kind: str
    partner: str
    partner_name: str
    text: str
    sources: tuple[str, ...]
    attachments: tuple[Mapping[str, Any], ...]
    written_at: datetime
    ends_at: datetime | None = None
    marked: str | None = None
    """As of an answer."""


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """What the asker wrote since they asked."""

    id: UUID
    text: str
    at: datetime


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
    follow_up: FollowedUp | None = None
    message: Message | None = None
    similar: tuple[Similar, ...] = ()
    silenced: bool = False
    """The address bounced for good before."""

    @property
    def traits(self) -> Traits:
        """Raises ValueError for a kind that only a later version knows: a copy of that one sends it."""
        return DeliveryKind(self.kind).traits

    @property
    def said(self) -> Answered | Message | None:
        """What a library says to the asker with it."""
        return self.answer if self.kind == DeliveryKind.ANSWER else self.message

    @property
    def is_obsolete(self) -> bool:
        """A follow-up or a reminder concerns who has the question now; the others heard the end. What was
        asked back is answered by the answer. An erased asker has no address left. That their time is over
        people read in a mail of its own, which asks for what is nearly done."""
        if self.way == "mail" and not self.destination:
            return True
        if self.kind in {DeliveryKind.CLARIFICATION, DeliveryKind.CLARIFICATION_REMINDER}:
            return self.message is None or self._answered_since(self.message.written_at)
        assignment = self.assignment
        if self.kind == DeliveryKind.ENDED:
            return self.way == "mail" and self.why_ended == "overdue"
        if assignment is None or self.kind not in {DeliveryKind.FOLLOW_UP, DeliveryKind.REMINDER}:
            return False
        if assignment.passed_on or assignment.overdue or assignment.outcome is not None:
            return True
        if self.kind == DeliveryKind.REMINDER:
            return self.answer is not None
        return assignment.about is None and self.follow_up is not None and self._is_seen_to(self.follow_up.at)

    @property
    def why_ended(self) -> str:
        """A code of the contract (EndCode): as the router said; else, and where only time had run out, the
        strongest reason there is by now, whichever came first."""
        assignment = self.assignment
        if assignment is None:
            return "closed"
        if assignment.outcome is not None and assignment.outcome != "overdue":
            return assignment.outcome
        if self.question.ended is not None:
            return "withdrawn" if self.question.ended == "withdrawn" else "closed"
        if self.answer is not None and assignment.about is None:
            return "answered" if self.answer.partner == assignment.partner else "answered_by_another"
        return "overdue" if assignment.overdue or assignment.outcome == "overdue" else "reassigned"

    def _answered_since(self, moment: datetime) -> bool:
        return self.answer is not None and self.answer.answered_at >= moment

    def _is_seen_to(self, moment: datetime) -> bool:
        """Written after the answer: whoever is to see to that is told of it on its own."""
        return self.answer is not None and self.answer.answered_at < moment


ENGLISH = "en"
HOME = "FR"


def written_in(asked: str | None, country: str | None, languages: Container[str], usual: str) -> str:
    """The language we write in to an asker: theirs where we speak it. Who wrote in another reads English;
    of whom we know no language, the network's own at home and English elsewhere."""
    if asked in languages:
        return str(asked)
    at_home = asked is None and country in (None, HOME)
    return usual if at_home else ENGLISH

"""Every kind of thing that is sent, and all that sets it apart. A new one is a row here and a template."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Addressee(StrEnum):
    ASKER = "asker"
    LIBRARY = "library"
    COORDINATOR = "coordinator"
    PERSON = "person"
    """Of the network, in their own language."""


class DeliveryKind(StrEnum):
    ACKNOWLEDGEMENT = "acknowledgement"
    ADDITION = "addition"
    ANSWER = "answer"
    APPLIED = "applied"
    ASKED_AGAIN = "asked_again"
    ASSIGNED = "assigned"
    CALLED = "called"
    CLARIFICATION = "clarification"
    CLARIFICATION_REMINDER = "clarification_reminder"
    CLOSED = "closed"
    CORRECTION = "correction"
    DAILY = "daily"
    DIGEST = "digest"
    ENDED = "ended"
    FAILURE = "failure"
    FOLLOW_UP = "follow_up"
    GATHERED = "gathered"
    HELD = "held"
    INVITATION = "invitation"
    JOINING = "joining"
    LATE = "late"
    NOT_JOINED = "not_joined"
    NOT_PASSED_ON = "not_passed_on"
    OVERDUE = "overdue"
    PROMISE = "promise"
    RATED = "rated"
    RATING = "rating"
    READDRESSED = "readdressed"
    REFUSED = "refused"
    REMINDER = "reminder"
    SIGN_IN = "sign_in"
    TURNED_AWAY = "turned_away"
    UNHANDLED = "unhandled"
    UNROUTABLE = "unroutable"

    @property
    def traits(self) -> Traits:
        return TRAITS[self]


@dataclass(frozen=True, slots=True)
class Traits:
    """`automatic`: its Auto-Submitted value (RFC 3834, 5); None where it carries a person's words, or has
    none. `unasked`: a machine's word to whoever was named as an asker or an applicant, of
    which one mailbox gets few. `without_their_words`: goes
    out before a librarian has written anything, so whoever typed in somebody else's address would have us
    carry their words, and their links, to that person. `told_after_end`: still sent about a question that is
    over. `of_words`: made of what stands in its details, of which an erasure leaves nothing. `note`: what the
    coordinator hears of single questions: gathered, however many there are. `is_round`: about no single
    question. `most_a_day`: to one mailbox, of what is unasked, where fewer than usual."""

    addressee: Addressee
    automatic: str | None = "auto-generated"
    unasked: bool = False
    without_their_words: bool = False
    told_after_end: bool = False
    of_words: bool = False
    note: bool = False
    is_round: bool = False
    most_a_day: int | None = None


_TO_ASKER, _TO_LIBRARY = Addressee.ASKER, Addressee.LIBRARY
_TO_COORDINATOR, _TO_PERSON = Addressee.COORDINATOR, Addressee.PERSON

TRAITS: Mapping[DeliveryKind, Traits] = {
    DeliveryKind.ACKNOWLEDGEMENT: Traits(
        _TO_ASKER, automatic="auto-replied", unasked=True, without_their_words=True
    ),
    DeliveryKind.ADDITION: Traits(_TO_ASKER, automatic=None),
    DeliveryKind.ANSWER: Traits(_TO_ASKER, automatic=None),
    DeliveryKind.APPLIED: Traits(_TO_PERSON),
    DeliveryKind.ASKED_AGAIN: Traits(
        _TO_ASKER, automatic="auto-replied", unasked=True, without_their_words=True
    ),
    DeliveryKind.ASSIGNED: Traits(_TO_LIBRARY),
    DeliveryKind.CALLED: Traits(_TO_PERSON),
    DeliveryKind.CLARIFICATION: Traits(_TO_ASKER, automatic=None),
    DeliveryKind.CLARIFICATION_REMINDER: Traits(_TO_ASKER),
    DeliveryKind.CLOSED: Traits(_TO_ASKER, without_their_words=True, told_after_end=True),
    DeliveryKind.CORRECTION: Traits(_TO_ASKER, automatic=None),
    DeliveryKind.DAILY: Traits(_TO_COORDINATOR, is_round=True),
    DeliveryKind.DIGEST: Traits(_TO_LIBRARY, is_round=True),
    DeliveryKind.ENDED: Traits(_TO_LIBRARY, told_after_end=True),
    DeliveryKind.FAILURE: Traits(_TO_COORDINATOR, note=True),
    DeliveryKind.FOLLOW_UP: Traits(_TO_LIBRARY),
    DeliveryKind.GATHERED: Traits(_TO_COORDINATOR, is_round=True),
    DeliveryKind.HELD: Traits(_TO_LIBRARY),
    DeliveryKind.INVITATION: Traits(_TO_PERSON),
    DeliveryKind.JOINING: Traits(_TO_PERSON, unasked=True),
    DeliveryKind.LATE: Traits(_TO_ASKER, unasked=True, without_their_words=True),
    DeliveryKind.NOT_JOINED: Traits(_TO_PERSON),
    DeliveryKind.NOT_PASSED_ON: Traits(_TO_ASKER, unasked=True, without_their_words=True),
    DeliveryKind.OVERDUE: Traits(_TO_LIBRARY),
    DeliveryKind.PROMISE: Traits(_TO_COORDINATOR, note=True),
    DeliveryKind.RATED: Traits(_TO_LIBRARY, automatic=None),
    DeliveryKind.RATING: Traits(_TO_ASKER, unasked=True),
    DeliveryKind.READDRESSED: Traits(_TO_PERSON),
    DeliveryKind.REFUSED: Traits(_TO_LIBRARY, told_after_end=True, of_words=True),
    DeliveryKind.REMINDER: Traits(_TO_LIBRARY),
    DeliveryKind.SIGN_IN: Traits(_TO_PERSON),
    DeliveryKind.TURNED_AWAY: Traits(_TO_PERSON, automatic="auto-replied", unasked=True, most_a_day=1),
    DeliveryKind.UNHANDLED: Traits(_TO_COORDINATOR, note=True),
    DeliveryKind.UNROUTABLE: Traits(_TO_COORDINATOR, note=True),
}


def kinds_that(has: Callable[[Traits], bool]) -> frozenset[str]:
    """As they stand in the database."""
    return frozenset(kind.value for kind, traits in TRAITS.items() if has(traits))

"""One row per counted fact: what the log keeps, and all that a counter may know."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple
from uuid import UUID


class Counted(NamedTuple):
    """A fact as it is counted. No text, no person, no question: nothing here can be led back to an asker.

    Words that were not said are empty strings, so that every row has the same columns to group by.
    """

    kind: str
    """What happened, in one word: `received`, `routed`, `answered`. See `KINDS`."""
    at: datetime
    """The moment it is counted at, with its zone: when it happened, not when it was heard of."""
    event: UUID
    channel: str = ""
    partner: str = ""
    """The partner who did it, or to whom it happened."""
    origin: str = ""
    """The partner on whose page or desk the question was asked."""
    subject: str = ""
    language: str = ""
    purpose: str = ""
    department: str = ""
    country: str = ""
    detail: str = ""
    """One more word where the kind has one: the reason of a refusal, the way of a publication."""
    number: int | None = None
    """READ effort of an answer, stars of a rating, attempt of a routing, how often an answer was viewed."""
    received_at: datetime | None = None
    promise_at: datetime | None = None
    partner_name: str = ""
    """How the partner is called now: kept beside the counters, not in the log."""


KINDS = (
    "received",
    "routed",
    "declined",
    "taken",
    "reminded",
    "overdue",
    "promise_passed",
    "unroutable",
    "submitted",
    "answered",
    "refused",
    "published",
    "archived",
    "viewed",
    "closed",
    "reopened",
    "handled",
    "intake",
    "similar_found",
    "posted",
    "withdrawn",
    "followed_up",
    "rated",
    "erased",
    "bounced",
    "delivery_failed",
)
"""Every kind a row may have. `routed` is every partner asked; `rerouted` and `kept` are drawn from rows."""

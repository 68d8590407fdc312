"""One thing to send: its identity, and what becomes of it after each attempt."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid5

ADDRESS = re.compile(r"[^\s<>\"(),:;]{1,64}@[^\s<>\"(),:;]{1,255}")
"""Rather a word too many than the half of an address: what it hides is only an error's."""

FIRST_WAIT = timedelta(seconds=2)
GROWTH = 3
LONGEST_WAIT = timedelta(hours=6)
PATIENCE = timedelta(days=3)
"""How long a delivery is tried before it is given up, counted from when it was decided."""


def delivery_id(question: UUID, kind: str, about: object = "") -> UUID:
    """The same thing to send has the same id, whoever computes it and however often: receivers can tell a
    second copy, and the database takes a delivery once."""
    return uuid5(question, f"{kind}:{about}")


@dataclass(frozen=True, slots=True)
class Similar:
    """An answer of the archive that may help a respondent."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Said:
    """A mail as it is known again in the reply to it: whose reply that is, and its fingerprint."""

    role: Literal["partner", "asker"]
    digest: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Sent:
    """The receiver took it. `url` is where it can be read, when it has an address; `similar` what was offered
    with it; `said` a mail that may be answered."""

    url: str | None = None
    similar: tuple[Similar, ...] = ()
    said: Said | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The receiver did not take it. `final`: it never will. `retry_after`: it said when to come back."""

    error: str
    final: bool = False
    retry_after: timedelta | None = None
    unwell: bool = False
    """The receiver itself is in trouble, whatever it was sent."""
    unreached: bool = False
    """Nobody was there to take it: how long the receiver rests says when to come back, not how often this
    one was tried. Else what was tried most in an outage would wait for hours after its end."""


@dataclass(frozen=True, slots=True)
class Postponed:
    """Not tried at all: the receiver is busy or resting."""

    wait: timedelta


def next_attempt(
    attempts: int, decided_at: datetime, now: datetime, failure: Failed, roll: float
) -> datetime | None:
    """When to try again after `attempts` tries, or None to give up. `roll` in [0, 1) spreads the waits, so
    that what failed together does not come back together."""
    if failure.final or now - decided_at >= PATIENCE:
        return None
    wait = growing_wait(1 if failure.unreached else attempts) * (0.5 + roll)
    if failure.retry_after is not None:
        wait = max(wait, min(failure.retry_after, LONGEST_WAIT))
    return now + wait


def growing_wait(attempts: int) -> timedelta:
    """2 s, 6 s, 18 s … up to six hours, before any spreading."""
    # Beyond twelve tries the power would only be cut off again, and one day overflow.
    factor: int = GROWTH ** min(attempts - 1, 12)
    return min(FIRST_WAIT * factor, LONGEST_WAIT)


def without_addresses(text: str) -> str:
    """An error as it may be logged and announced: servers like to repeat the address they refuse."""
    return ADDRESS.sub("<address>", " ".join(text.split()))[:400]

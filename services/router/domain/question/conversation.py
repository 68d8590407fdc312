"""What the asker and a partner write to each other around a question, and the time that it takes.

While a partner waits for the asker the clocks stand still: the partner's own and the promise's. Both are
always reckoned from the whole history, so that it does not matter in which order its events came.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from services.chassis.working_time import NOTHING, Span, WorkingClock
from services.router.domain.deadlines import Deadline, Terms, deadline


@dataclass(frozen=True, slots=True)
class Clarification:
    """A partner asked the asker back. It waits for the asker until it has `ended_at`; without a reply the
    question ends at `ends_at`. `outcome`: replied, no_reply or cancelled."""

    id: UUID
    assignment: UUID
    partner: str
    asked_at: datetime
    remind_at: datetime
    ends_at: datetime
    reminded_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: str | None = None

    @property
    def look_at(self) -> datetime:
        """When something of it is to be seen to next."""
        return self.ends_at if self.reminded_at else min(self.remind_at, self.ends_at)


@dataclass(frozen=True, slots=True)
class AskerWord:
    """The asker wrote something, by the door's clock."""

    id: UUID
    at: datetime


@dataclass(frozen=True, slots=True)
class SentText:
    """What a partner wrote and the asker was sent: a digest of its words, sources and files. `at`: by the
    door's clock."""

    partner: str
    digest: str
    at: datetime


_SINGLE, _DOUBLE = "\u2018\u2019\u201a\u201b\u2032", "\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb"
_QUOTES = str.maketrans({**dict.fromkeys(_SINGLE, "'"), **dict.fromkeys(_DOUBLE, '"')})
_ROUND_QUOTES = re.compile(r"(?:(?<!\s)\s++)?\"\s*+")


def text_digest(text: str, sources: Iterable[str] = (), files: Iterable[str] = ()) -> str:
    """Alike for texts that differ in white space, in how quotes are set or letters composed (NFC). `files`:
    their digests."""
    said = _ROUND_QUOTES.sub('"', unicodedata.normalize("NFC", text).translate(_QUOTES))
    parts = (" ".join(said.split()), *sorted(set(sources)), *sorted(files))
    return sha256("\0".join(parts).encode()).hexdigest()


def is_sent(
    known: Sequence[SentText], words: Sequence[AskerWord], new: SentText, *, corrects: bool = False
) -> bool:
    """Whether the asker has it already, as when a mail program sends a mail twice. The same words may reply
    to what the asker wrote in between, and a correction may go back to what stood before another one."""
    theirs = sorted((one for one in known if one.partner == new.partner), key=lambda one: one.at)
    same = [one for one in (theirs[-1:] if corrects else theirs) if one.digest == new.digest]
    if not same:
        return False
    first, last = sorted((same[-1].at, new.at))
    return not any(first < word.at <= last for word in words)


def asked_back(
    id_: UUID, assignment: UUID, partner: str, asked_at: datetime, term: timedelta
) -> Clarification:
    """The asker is reminded after half of the term."""
    return Clarification(id_, assignment, partner, asked_at, asked_at + term / 2, asked_at + term)


def replied(clarification: Clarification, words: Iterable[AskerWord]) -> Clarification:
    """Whatever the asker writes after they were asked is a reply."""
    if clarification.outcome == "no_reply":
        return clarification
    since = min((word.at for word in words if word.at >= clarification.asked_at), default=None)
    if since is None or (clarification.ended_at is not None and since >= clarification.ended_at):
        return clarification
    return replace(clarification, ended_at=since, outcome="replied")


def ended(clarification: Clarification, outcome: str, now: datetime) -> Clarification:
    if clarification.ended_at is not None:
        return clarification
    return replace(clarification, ended_at=max(now, clarification.asked_at), outcome=outcome)


def waits(clarifications: Iterable[Clarification]) -> list[Span]:
    """The stretches in which the network waited for the asker, in order, without overlap."""
    found: list[Span] = []
    for one in sorted(clarifications, key=lambda each: each.asked_at):
        if one.ended_at is None:
            continue
        if found and one.asked_at <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], one.ended_at))
        else:
            found.append((one.asked_at, one.ended_at))
    return found


def waited(spans: Iterable[Span], start: datetime, end: datetime) -> timedelta:
    """How long, by the clock on the wall, the network waited for the asker between the two moments."""
    inside = ((max(since, start), min(until, end)) for since, until in spans)
    return sum((until - since for since, until in inside if since < until), NOTHING)


def waited_working(spans: Iterable[Span], start: datetime, end: datetime, clock: WorkingClock) -> timedelta:
    """How much of what is `waited` between the two moments the clock ran."""
    return sum((clock.between(max(since, start), min(until, end)) for since, until in spans), NOTHING)


def without(spans: Iterable[Span], waits: Iterable[Span]) -> list[Span]:
    """The stretches in which a clock ran, but for those in which the network waited for the asker."""
    left = list(spans)
    for began, ended in waits:
        left = [
            part
            for since, until in left
            for part in ((since, min(until, began)), (max(since, ended), until))
            if part[0] < part[1]
        ]
    return left


def promise_after(
    promised_at: datetime, made_at: datetime, spans: Sequence[Span], clock: WorkingClock
) -> datetime:
    """The promise made at `made_at` for `promised_at`, put off by as much as the clock ran while the network
    waited. A wait that began after the promise had passed mends nothing."""
    promise_at = promised_at
    for since, until in spans:
        since = max(since, made_at)
        if since < until and since < promise_at:
            promise_at = clock.after(until, clock.between(since, promise_at))
    return promise_at


def deadline_after(
    start: datetime,
    allowed: timedelta,
    until: datetime,
    spans: Sequence[Span],
    clock: WorkingClock,
    terms: Terms,
) -> Deadline:
    """So much of the partner's open time from `start`, not counting the waits, and never beyond `until`."""
    since, spent = start, NOTHING
    for wait_began, wait_ended in spans:
        if wait_ended <= since:
            continue
        spent += clock.between(since, max(wait_began, since))
        since = wait_ended
    return deadline(since, max(allowed - spent, NOTHING), until, clock, terms)

"""One asker at their wish: what ingest has of them, and all of it forgotten."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from services.chassis.messaging.transaction import Begin, Unit
from services.ingest.domain.mail import read_heading
from services.ingest.handlers import askers
from services.ingest.handlers.submissions import sender_hash
from services.ingest.store import person, questions
from services.ingest.store.person import Mentioned


@dataclass(frozen=True, slots=True)
class Forgotten:
    """`events`: ids of the facts that tell the other services. `look_at`: held things of others that name
    the asker; a person must decide."""

    events: tuple[str, ...] = ()
    held: int = 0
    raw_mails: int = 0
    look_at: tuple[int, ...] = ()


async def questions_of(unit: Unit, who: str) -> list[UUID]:
    """The questions this mail address or account asked, the oldest first."""
    return await person.questions_of(unit.db, sender_hash(who) or b"")


async def forget(begin: Begin, who: str | None, asked: Sequence[UUID], *, off_the_archive: bool) -> Forgotten:
    """Each question by itself: broken off, it can be begun again. With `off_the_archive` what everybody may
    read goes too."""
    events = [await _forget_one(begin, question, off_the_archive) for question in asked]
    async with begin() as unit:
        found = await _forget_loose(unit, who) if who else Forgotten()
    return Forgotten(tuple(event for event in events if event), found.held, found.raw_mails, found.look_at)


async def _forget_one(begin: Begin, question: UUID, off_the_archive: bool) -> str | None:
    async with begin(question) as unit:
        if off_the_archive and await questions.facets(unit.db, question):
            await askers.withdraw(unit, question)
        event = await askers.erase(unit, question, "wish")
    return event.id if event else None


async def _forget_loose(unit: Unit, who: str) -> Forgotten:
    mentioned = await person.mentioned(unit.db, pattern_of(who))
    own = [one.id for one in mentioned if is_from(one, who)]
    await person.drop_held(unit.db, own)
    raw_mails = await person.drop_loose(unit.db, pattern_of(who))
    others = tuple(one.id for one in mentioned if one.id not in own)
    return Forgotten(held=len(own), raw_mails=raw_mails, look_at=others)


def pattern_of(who: str) -> str:
    """A regular expression (PostgreSQL's) for the address itself, not for one that merely contains it."""
    return rf"(?<![[:alnum:]._%+-]){re.escape(who)}(?![[:alnum:]-]|\.[[:alnum:]])"


def is_from(held: Mentioned, who: str) -> bool:
    """Whether they sent it themselves: another's mail may only speak of them."""
    return who.lower() in {sender.lower() for sender in _senders(held) if sender}


def _senders(held: Mentioned) -> tuple[str | None, ...]:
    if held.door == "mail":
        return held.envelope_from, read_heading(held.raw).sender
    if held.door == "form":
        return (json.loads(held.raw).get("mail"),)
    return tuple(re.findall(r"private mention by (\S+):", held.reason))

"""One asker at their wish: what ingest has of them, and all of it forgotten."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from services.chassis.messaging.transaction import Begin, Unit
from services.contracts.addresses import address_digests, pattern_of
from services.ingest.domain.mail.parsed_mail import read_heading
from services.ingest.domain.mail.unwrapping import words_in
from services.ingest.handlers import askers
from services.ingest.store import person
from services.ingest.store.conversations import questions
from services.ingest.store.person import HeldThing, Loose


@dataclass(frozen=True, slots=True)
class Forgotten:
    """`events`: ids of the facts that tell the other services. `look_at`: held things of others that name
    the asker; a person must decide."""

    events: tuple[str, ...] = ()
    held: int = 0
    raw_mails: int = 0
    look_at: tuple[int, ...] = ()


async def questions_of(unit: Unit, keys: Sequence[bytes], who: str) -> list[UUID]:
    """The questions this mail address or account asked, the oldest first."""
    return await person.questions_of(unit.db, address_digests(keys, who))


async def told(unit: Unit, who: str) -> dict[str, list[dict[str, Any]]]:
    """What is kept of theirs that became no question: what is held, and what else speaks of them. A held
    thing of another who names them is that one's; its number alone is told."""
    mentioned = await _mentioned(unit, who)
    own = [
        {"door": one.door, "at": one.received_at.isoformat(), "held": one.reason, "base64": _base64(one.raw)}
        for one in mentioned
        if is_from(one, who)
    ]
    others = [{"number": one.id} for one in mentioned if not is_from(one, who)]
    loose = [
        {"door": one.door, "at": one.received_at.isoformat(), "was": one.outcome, "base64": _base64(one.raw)}
        for one in await _loose(unit, who)
    ]
    return {"held": own, "held_of_others_naming_them": others, "came_and_became_no_question": loose}


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
    mentioned = await _mentioned(unit, who)
    own = [one.id for one in mentioned if is_from(one, who)]
    await person.drop_held(unit.db, own)
    loose = await _loose(unit, who)
    await person.drop_loose(unit.db, [(one.door, one.key) for one in loose])
    others = tuple(one.id for one in mentioned if one.id not in own)
    return Forgotten(held=len(own), raw_mails=len(loose), look_at=others)


async def _mentioned(unit: Unit, who: str) -> list[HeldThing]:
    named = pattern_of(who)
    return [
        one
        async for one in person.held(unit.db)
        if named.search(f"{one.envelope_from} {one.reason} {words_in(one.raw)}")
    ]


async def _loose(unit: Unit, who: str) -> list[Loose]:
    named = pattern_of(who)
    return [one async for one in person.loose(unit.db) if named.search(words_in(one.raw))]


def _base64(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


def is_from(held: HeldThing, who: str) -> bool:
    """Whether they sent it themselves: another's mail may only speak of them."""
    return who.lower() in {sender.lower() for sender in _senders(held) if sender}


def _senders(held: HeldThing) -> tuple[str | None, ...]:
    if held.door == "mail":
        return held.envelope_from, read_heading(held.raw).sender
    if held.door == "form":
        return (json.loads(held.raw).get("mail"),)
    return tuple(re.findall(r"private mention by (\S+):", held.reason))

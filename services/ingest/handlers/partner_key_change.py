"""Keys of libraries' programs at the workspace: told as they come and go, made and ended as is asked.
The key itself never comes by here."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Any
from uuid import UUID

from asyncpg import Record

from services.chassis.messaging.transaction import Begin, Unit
from services.contracts.coordinator import RequestDone, RequestRefused
from services.contracts.envelope import Event
from services.contracts.ingest import KeyNoted
from services.contracts.vocabulary import Fact
from services.contracts.workspace import KeyChangeRequested, KeyEndRequested, KeyListRequested
from services.ingest.store.access import partner_access, partner_keys

LABEL = "workspace"
NOBODY = UUID(int=0)
PAGE = 100
LONGEST_LINE = 500


async def change_key(unit: Unit, event: Event[KeyChangeRequested]) -> None:
    """Done at once; refused for a library that is shut out, and for a key that opens nothing any more."""
    asked = event.data
    if (await partner_access.get(unit.db, asked.partner)).shut:
        _refuse(unit, event, "impossible", f"partner {asked.partner} is suspended or removed")
        return
    label: str | None = LABEL
    if asked.number is None:
        await partner_keys.end_all(unit.db, asked.partner, unit.now)
    else:
        label = await partner_keys.end(unit.db, asked.partner, asked.number, unit.now)
    if label is None:
        _refuse(unit, event, "not_so_any_more", f"partner {asked.partner} has no key {asked.number}")
        return
    digest = bytes.fromhex(asked.digest)
    await partner_keys.add_digest(unit.db, digest, asked.partner, label, unit.now, asked.by)
    _done(unit, event)


async def end_key(unit: Unit, event: Event[KeyEndRequested]) -> None:
    """Whoever made it, and for a library that is shut out, too."""
    asked = event.data
    if await partner_keys.end(unit.db, asked.partner, asked.number, unit.now) is None:
        _refuse(unit, event, "not_so_any_more", f"partner {asked.partner} has no key {asked.number}")
        return
    _done(unit, event)


async def tell_keys_anew(unit: Unit, event: Event[KeyListRequested]) -> None:
    """All there ever were, for a reader that begins from nothing."""
    await partner_keys.tell_anew(unit.db)
    _done(unit, event)


KeyHandler = Callable[[Unit, Any], Coroutine[Any, Any, None]]

KEY_REQUESTS: dict[type[Fact], KeyHandler] = {
    KeyChangeRequested: change_key,
    KeyEndRequested: end_key,
    KeyListRequested: tell_keys_anew,
}


async def tell_keys(begin: Begin) -> None:
    """What the workspace was not told of yet. May run in several copies."""
    while await _tell_page(begin):
        continue


async def _tell_page(begin: Begin) -> bool:
    async with begin() as unit:
        news, keys = await partner_keys.news(unit.db, PAGE)
        if not news:
            return False
        for key in keys:
            unit.announce(_as_fact(key), question=NOBODY)
        await partner_keys.told(unit.db, news)
    return True


def _as_fact(key: Record) -> KeyNoted:
    return KeyNoted(
        number=key["number"],
        partner=key["partner"],
        name=_line(key["label"]) or None,
        made_by=_line(key["made_by"]) or "operator",
        made_at=key["created_at"],
        used_at=key["used_at"],
        ended_at=key["revoked_at"],
    )


def _line(text: str) -> str:
    return " ".join(text.replace("\0", "").split())[:LONGEST_LINE]


def _done(unit: Unit, event: Event[Any]) -> None:
    unit.tell_coordinator(RequestDone(request_id=event.id, request_type=event.type), question=NOBODY)


def _refuse(unit: Unit, event: Event[Any], code: str, reason: str) -> None:
    refused = RequestRefused(request_id=event.id, request_type=event.type, code=code, reason=reason)
    unit.tell_coordinator(refused, question=NOBODY)

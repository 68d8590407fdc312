"""The directory of libraries: heard from the router, and changed by asking it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.coordinator import DirectoryRequested, PartnerChangeRequested
from services.contracts.envelope import Event
from services.contracts.ingest import KeyNoted
from services.contracts.router import PartnerChanged
from services.contracts.workspace import (
    KeyChangeRequested,
    KeyEndRequested,
    KeyListRequested,
    LibraryReaddressed,
)
from services.workspace.domain import profile
from services.workspace.domain.joining import is_mail
from services.workspace.handlers.steering import LONGEST_LINE, NETWORK, Coordinator, ask, ask_unnamed
from services.workspace.store import libraries
from services.workspace.store.coordinator import weights
from services.workspace.store.library import program_keys

STILL_NEWS = timedelta(days=3)
"""A workspace that begins from nothing is told of changes that are long over."""


async def heard(unit: Unit, event: Event[PartnerChanged]) -> None:
    """In any order, however often."""
    fact = event.data
    new = await libraries.keep(
        unit.db, fact.partner, fact.version, fact.changed_at, fact.actor, fact.before, fact.after
    )
    if new and unit.now - fact.changed_at < STILL_NEWS:
        _warn_addresses(unit, fact)


def _warn_addresses(unit: Unit, fact: PartnerChanged) -> None:
    """Whoever changed it: nobody takes a library's questions or mail in silence."""
    before = fact.before or {}
    for address in filter(is_mail, profile.addresses_to_warn(fact.before, fact.after)):
        word = LibraryReaddressed(
            mail=address,
            partner=fact.partner,
            library=before.get("name", fact.partner),
            version=fact.version,
            language=next(iter(before.get("languages", ())), "fr"),
            actor=fact.actor,
            changed_at=fact.changed_at,
        )
        unit.announce(word, question=NETWORK)


async def change(
    unit: Unit, who: Coordinator, form: str, partner: str, fields: Mapping[str, Any], version: int | None
) -> UUID | None:
    """None where this form asked before."""
    fact = PartnerChangeRequested(
        by=who.name[:LONGEST_LINE], partner=partner, fields=dict(fields), version=version
    )
    about = f"{partner} {' '.join(sorted(fields))}"
    return await ask(unit, who, form, fact, None, about)


async def key_noted(unit: Unit, event: Event[KeyNoted]) -> None:
    fact = event.data
    await program_keys.note(
        unit.db,
        fact.number,
        fact.partner,
        fact.made_by,
        fact.made_at,
        name=fact.name,
        used_at=fact.used_at,
        ended_at=fact.ended_at,
    )


async def change_key(
    unit: Unit, who: Coordinator, form: str, partner: str, key: str, number: int | None
) -> bool:
    """Programs of this library come in by this key instead of that one, or of all, from then on; only its
    digest leaves here. False where this form asked before: its key was shown then."""
    digest = hashlib.sha256(key.encode()).hexdigest()
    by = who.name[:LONGEST_LINE]
    fact = KeyChangeRequested(by=by, partner=partner, digest=digest, number=number)
    return await ask(unit, who, form, fact, None, _about_key(partner, number)) is not None


async def end_key(unit: Unit, who: Coordinator, form: str, partner: str, number: int) -> None:
    fact = KeyEndRequested(by=who.name[:LONGEST_LINE], partner=partner, number=number)
    await ask(unit, who, form, fact, None, _about_key(partner, number))


def _about_key(partner: str, number: int | None) -> str:
    return f"{partner} key" if number is None else f"{partner} key {number}"


async def ask_for_all(unit: Unit) -> None:
    """Where nothing of it was ever told here: a workspace that begins beside a network that stands."""
    if not (await libraries.is_known(unit.db) and await weights.is_known(unit.db)):
        ask_unnamed(unit, DirectoryRequested(by="workspace"))
    if not await program_keys.is_known(unit.db):
        ask_unnamed(unit, KeyListRequested(by="workspace"))

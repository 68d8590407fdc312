"""The directory of libraries: changed by a coordinator, and told to the workspace, whoever changed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import orjson

from services.chassis.messaging.requests import RefusedRequest
from services.chassis.messaging.transaction import Unit
from services.contracts.router import PartnerChanged
from services.router.domain.partner_record import FaultyPartner, faults_in, read_partner
from services.router.store import partner_directory, partners

NETWORK = UUID(int=0)
"""The subject of what is said of the whole network."""

PAGE = 100


async def change(
    unit: Unit, partner: str, fields: Mapping[str, Any], version: int | None, actor: str
) -> None:
    """These fields of the record become what is said; an empty one is as by default again. Effective at the
    next decision. Raises RefusedRequest; `version` is that of the record that was looked at."""
    known = await partners.one(unit.db, partner)
    if known is None:
        raise RefusedRequest(f'there is no partner "{partner}"', "unknown_partner", value=partner)
    if version is not None and known["version"] != version:
        raise RefusedRequest(
            f"{partner} is at version {known['version']}, changed since {version} was looked at",
            "changed_meanwhile",
        )
    for field, reason in faults_in(fields):
        raise RefusedRequest(reason, "faulty_field", field=field, value=fields[field])
    if fields.get("id", partner) != partner:
        raise RefusedRequest("a partner's id never changes", "faulty_field", field="id", value=fields["id"])
    wanted = read_partner({**orjson.loads(known["record"]), **fields})
    changes = await partner_directory.compare(unit.db, [wanted], whole=False)
    await partner_directory.apply(unit.db, changes, actor=actor, now=unit.now)
    await tell(unit)


async def admit(unit: Unit, partner: str, fields: Mapping[str, Any], actor: str) -> None:
    """A library comes in, as its record says. Raises RefusedRequest."""
    if await partners.one(unit.db, partner) is not None:
        raise RefusedRequest(f"{partner} is in the network already", "known_partner", value=partner)
    for field, reason in faults_in({"id": partner, **fields}):
        raise RefusedRequest(reason, "faulty_field", field=field, value=fields.get(field, partner))
    try:
        wanted = read_partner({**fields, "id": partner})
    except FaultyPartner as fault:
        raise RefusedRequest(str(fault), "faulty_field", field="reach") from fault
    changes = await partner_directory.compare(unit.db, [wanted], whole=False)
    await partner_directory.apply(unit.db, changes, actor=actor, now=unit.now)
    await tell(unit)


async def tell(unit: Unit) -> int:
    """Announce what changed and was not announced yet, a page of it; how much that was."""
    rows = await partners.untold(unit.db, PAGE)
    for row in rows:
        before, after = (orjson.loads(row[name]) if row[name] else None for name in ("before", "after"))
        fact = PartnerChanged(
            partner=row["partner"],
            version=row["version"],
            changed_at=row["changed_at"],
            actor=row["actor"][:500],
            before=before,
            after=after,
        )
        unit.announce(fact, question=NETWORK)
    await partners.told(unit.db, [row["id"] for row in rows], unit.now)
    return len(rows)


async def tell_anew(unit: Unit) -> None:
    """All of it, for a reader that begins from nothing."""
    await partners.forget_told(unit.db)

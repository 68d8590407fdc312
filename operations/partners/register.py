"""A partner's record in the router: what it is good at, when it is open, how it is reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from operations.errors import OperationError
from services.chassis.postgres.database import Db
from services.router.domain.partner import Partner
from services.router.domain.partner_record import FaultyPartner, read_partner
from services.router.store import partner_directory
from services.router.store.partner_directory import Change

SUSPENDED = "suspended"
FOR_EVER = "9999-12-31"

Record = dict[str, Any]


async def records(db: Db) -> dict[str, Record]:
    return await partner_directory.records(db)


async def enter(db: Db, partner: str, wanted: Mapping[str, Any]) -> list[str]:
    """Make or change the record: fields not in `wanted` stay. Gives the fields that changed."""
    async with db.transaction():
        held = (await records(db)).get(partner, {"id": partner})
        return await _save(db, [_checked({**held, **wanted})])


async def known(db: Db, partner: str) -> Record:
    """Raises OperationError for one that nobody has entered."""
    held = (await records(db)).get(partner)
    if held is None:
        raise OperationError(
            f'partner "{partner}": the router has no record of it; ./sesame partners list shows all'
        )
    return held


async def suspend(db: Db, partner: str, today: str) -> None:
    """As a closure without end: what it has passes on at once, but for what is late already."""
    await _close(db, partner, [{"first": today, "last": FOR_EVER, "reason": SUSPENDED}])


async def resume(db: Db, partner: str) -> None:
    await _close(db, partner, [])


async def strike_out(db: Db, partner: str) -> bool:
    """Whether there was a record."""
    async with db.transaction():
        held = (await records(db)).get(partner)
        changes = [Change(partner, held, None)] if held else []
        return bool(await partner_directory.apply(db, changes, actor="operator", now=datetime.now(UTC)))


def is_suspended(record: Mapping[str, Any]) -> bool:
    return any(closure.get("reason") == SUSPENDED for closure in record.get("closures", ()))


async def _close(db: Db, partner: str, suspension: Sequence[Mapping[str, str]]) -> None:
    async with db.transaction():
        held = await known(db, partner)
        others = [c for c in held.get("closures", ()) if c.get("reason") != SUSPENDED]
        await _save(db, [_checked({**held, "closures": [*others, *suspension]})])


async def _save(db: Db, wanted: Sequence[Partner]) -> list[str]:
    changes = await partner_directory.compare(db, wanted, whole=False)
    await partner_directory.apply(db, changes, actor="operator", now=datetime.now(UTC))
    return [field for change in changes for field in change.fields]


def _checked(record: Mapping[str, Any]) -> Partner:
    try:
        return read_partner(record)
    except FaultyPartner as fault:
        raise OperationError(str(fault)) from fault

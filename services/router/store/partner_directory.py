"""The partners in the database: read when they changed, and changed with time and actor."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from services.chassis.postgres.database import Db
from services.router.domain.partner import Partner
from services.router.domain.partner_record import read_partner, write_partner
from services.router.domain.routing.directory import Directory, HolidaysOf
from services.router.store import partners as store


class Partners:
    """One copy's directory, renewed from the rows that changed. Ask with the version that was just read."""

    def __init__(self, holidays_of: HolidaysOf) -> None:
        self._holidays_of = holidays_of
        self._version = -1
        self._records: dict[str, Partner] = {}
        self._directory = Directory((), holidays_of)

    async def at(self, db: Db, version: int) -> Directory:
        """Nothing is remembered that another transaction might yet take back: rows are read as committed."""
        if version != self._version:
            changed = await store.partners_since(db, self._version)
            for row in changed:
                if row["record"] is None:
                    self._records.pop(row["id"], None)
                else:
                    self._records[row["id"]] = read_partner(orjson.loads(row["record"]))
            self._directory = Directory(self._records.values(), self._holidays_of)
            self._version = version
        return self._directory


@dataclass(frozen=True, slots=True)
class Change:
    """What an import would do to one partner; `before` or `after` is None where it comes or goes."""

    partner: str
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None

    @property
    def fields(self) -> list[str]:
        before, after = self.before or {}, self.after or {}
        return [name for name in {**before, **after} if before.get(name) != after.get(name)]


async def records(db: Db) -> dict[str, dict[str, Any]]:
    """Every partner's record by id."""
    return {row["id"]: orjson.loads(row["record"]) for row in await store.partners(db)}


async def compare(db: Db, wanted: Sequence[Partner], *, whole: bool) -> list[Change]:
    """What differs from the database. `whole`: partners that are not wanted would go."""
    held = await records(db)
    new = {partner.id: write_partner(partner) for partner in wanted}
    going = [Change(name, held[name], None) for name in sorted(held.keys() - new.keys())] if whole else []
    coming = [
        Change(name, held.get(name), record) for name, record in new.items() if held.get(name) != record
    ]
    return [*coming, *going]


async def apply(db: Db, changes: Sequence[Change], *, actor: str, now: datetime) -> int:
    """Write the changes and their history under one new version; every copy sees it at its next decision."""
    if not changes:
        return 0
    version = await store.next_version(db)
    await store.save_partners(db, version, [(c.partner, _json(c.after)) for c in changes])
    entries = [(c.partner, _json(c.before), _json(c.after)) for c in changes]
    await store.save_partner_history(db, version, now, actor, entries)
    await store.look_at_assignments(db, [change.partner for change in changes])
    return len(changes)


def _json(record: Mapping[str, Any] | None) -> str | None:
    return None if record is None else orjson.dumps(record).decode()

"""Whether everything has come to rest: only then may time move on.

It has when no outbox holds anything, nothing is due, no delivery is in hand, and every fact stands in the
inbox of whoever hears it. Who handles a fact commits its inbox row together with what follows, so one look at
the tables tells; nothing is written.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import asyncpg
from asyncpg import Record

from services.contracts import topology
from services.notifier.domain.plan import NOTES
from services.notifier.sending.coordinator import QUARTER

LEASE = timedelta(minutes=1)
"""No claim of a delivery is longer."""

PROMPT = ("ingest", "router", "notifier")
"""Who is waited for at every step; metrics counts in batches, and is waited for at the end."""

_MOVING = """
SELECT
    (SELECT count(*) FROM ingest.outbox) + (SELECT count(*) FROM router.outbox)
        + (SELECT count(*) FROM notifier.outbox) AS "facts not yet published",
    (SELECT count(*) FROM router.assignment WHERE ended_at IS NULL AND look_at <= $1) + (
        SELECT count(*) FROM router.question WHERE NOT breached AND promise_at <= $1
            AND state IN ('received', 'assigned', 'taken', 'reopened', 'unroutable')
    ) + (SELECT count(*) FROM router.question WHERE asker_look_at <= $1) AS "questions with something due",
    (
        SELECT count(*) FROM notifier.delivery WHERE state = 'waiting' AND (
            next_at <= $1 AND NOT (kind = ANY ($2::text[]) AND EXISTS (
                SELECT FROM notifier.delivery AS told
                WHERE told.kind = ANY ($2::text[]) AND told.state = 'sent'
                    AND told.done_at > $1 - $3::interval
            ))
            OR attempts > 0 AND last_error IS NULL AND next_at <= $1 + $4::interval)
    ) AS "deliveries in hand"
"""
# The coordinator's next mail waits for its quarter of an hour, which passes on this clock alone; so does what
# was handed back untried. Only what was claimed has its lease before it and one attempt more.

_HANDLED = """
SELECT 'ingest' AS service, id FROM ingest.inbox WHERE id = ANY($1)
UNION ALL SELECT 'ingest', split_part(id, '#', 1) FROM ingest.inbox
    WHERE source LIKE 'partner/%' AND split_part(id, '#', 1) = ANY($1)
UNION ALL SELECT 'router', id FROM router.inbox WHERE id = ANY($2)
UNION ALL SELECT 'notifier', id FROM notifier.inbox WHERE id = ANY($3)
"""

_COUNTED = "SELECT count(*) FROM metrics.inbox"

_RAISED = (
    "SELECT coalesce(sum(n), 0) FROM metrics.ever WHERE partner = '' AND measure = $1 AND facet = 'channel'"
)

_PENDING = "SELECT count(*) FROM metrics.pending"

_OVERTAKEN = "SELECT count(*) FROM notifier.delivery WHERE kind = $1 AND state = 'cancelled'"

_STATES = "SELECT state, count(*) AS number FROM router.question GROUP BY state ORDER BY number DESC"


@dataclass
class IdleCheck:
    """`db` may read all services' tables."""

    db: asyncpg.Connection[Record]
    _expected: defaultdict[str, set[str]] = field(default_factory=lambda: defaultdict(set))

    def expect(self, service: str, event: str) -> None:
        """The service is to handle the event of this id."""
        self._expected[service].add(event)

    def published(self, wire: str, event: str) -> None:
        """A fact is out: all who hear it are to handle it."""
        for service in PROMPT:
            if any(fact.wire == wire for fact in topology.HEARS[service]):
                self.expect(service, event)

    async def moving(self, now: datetime) -> dict[str, int]:
        """What is still on its way, and how much of it; empty at rest."""
        await self._strike_handled()
        row = await self.db.fetchrow(_MOVING, now, sorted(NOTES), QUARTER, LEASE)
        waited_for = {f"events that {name} has not handled": len(ids) for name, ids in self._expected.items()}
        return {what: count for what, count in (*(row or {}).items(), *waited_for.items()) if count}

    async def _strike_handled(self) -> None:
        if any(self._expected.values()):
            for row in await self.db.fetch(_HANDLED, *(list(self._expected[name]) for name in PROMPT)):
                self._expected[row["service"]].discard(row["id"])

    async def counted(self) -> int:
        """Facts that metrics has handled."""
        count: int = await self.db.fetchval(_COUNTED)
        return count

    async def pending(self) -> int:
        """Facts that no counter was raised by yet."""
        count: int = await self.db.fetchval(_PENDING)
        return count

    async def raised(self, measure: str) -> int:
        """The network's counter of this measure, of all years."""
        return int(await self.db.fetchval(_RAISED, measure))

    async def overtaken(self, kind: str) -> int:
        """Mails of this kind that were not worth sending any more: the answer came at the same moment."""
        return int(await self.db.fetchval(_OVERTAKEN, kind))

    async def states(self) -> dict[str, int]:
        return {row["state"]: row["number"] for row in await self.db.fetch(_STATES)}


def told(moving: Iterable[tuple[str, int]]) -> Iterator[str]:
    return (f"{count} {what}" for what, count in moving)

"""The outbox: what a committed transaction wants published, and the relay that does it.

A row leaves only after the broker confirmed it and somebody's queue took it. A crash between the confirm and
the delete publishes it again under the same event id, which every reader's inbox recognises.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from asyncpg import Pool, Record

from services.chassis.broker import Publisher
from services.chassis.database import Db
from services.chassis.instruments import Instruments
from services.chassis.patience import waits
from services.contracts.envelope import CONTENT_TYPE

log = logging.getLogger(__name__)

PAGE = 500
"""Rows published in one round, all in flight at once."""

SWEEP_SECONDS = 1.0
"""How often to look for rows that nobody woke us for: another copy's crash, or a put-off row now due."""

_SAVE = """
INSERT INTO outbox (exchange, routing_key, content_type, message_id, headers, body)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])
"""

_TAKE = """
SELECT id, exchange, routing_key, content_type, message_id, headers, body FROM outbox
WHERE not_before <= now() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
"""

_DROP = "DELETE FROM outbox WHERE id = ANY($1::bigint[])"

_PUT_OFF = """
UPDATE outbox SET attempts = attempts + 1, not_before = now() + make_interval(secs => least(2 ^ attempts, 60))
WHERE id = ANY($1::bigint[])
"""

_BACKLOG = (
    "SELECT count(*) AS rows, coalesce(extract(epoch FROM now() - min(created_at)), 0) AS age FROM outbox"
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    exchange: str
    routing_key: str
    content_type: str
    message_id: str
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)

    @staticmethod
    def event(exchange: str, routing_key: str, event_id: str, body: bytes) -> Outgoing:
        return Outgoing(exchange, routing_key, CONTENT_TYPE, event_id, body)


async def save(db: Db, outgoing: Sequence[Outgoing]) -> None:
    if not outgoing:
        return
    await db.execute(
        _SAVE,
        [out.exchange for out in outgoing],
        [out.routing_key for out in outgoing],
        [out.content_type for out in outgoing],
        [out.message_id for out in outgoing],
        [json.dumps(out.headers) for out in outgoing],
        [out.body for out in outgoing],
    )


async def backlog(pool: Pool[Record]) -> tuple[int, float]:
    """Rows not yet published, and the age of the oldest in seconds."""
    row = await pool.fetchrow(_BACKLOG)
    return (row["rows"], float(row["age"])) if row else (0, 0.0)


class Relay:
    """Publishes the outbox. Any number of copies may run."""

    def __init__(self, pool: Pool[Record], publisher: Publisher, instruments: Instruments) -> None:
        self._pool = pool
        self._publisher = publisher
        self._instruments = instruments
        self._woken = asyncio.Event()

    def wake(self) -> None:
        self._woken.set()

    async def run(self) -> None:
        """Until cancelled; cancelling in the middle of a round leaves its rows for the next start."""
        patience = waits(most=5.0)
        while True:
            self._woken.clear()
            try:
                while await self.publish_page() == PAGE:
                    pass
            except Exception as error:
                log.warning("outbox held: %s: %s", type(error).__name__, error)
                await asyncio.sleep(next(patience))
                continue
            patience = waits(most=5.0)
            await self._rest()

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(SWEEP_SECONDS):
                await self._woken.wait()
        except TimeoutError:
            return

    async def publish_page(self) -> int:
        """Publish what is due, up to PAGE rows; says how many there were. What the broker returned because
        nobody is bound, or refused, is put off and tried again."""
        async with self._pool.acquire() as db, db.transaction():
            rows = await db.fetch(_TAKE, PAGE)
            if not rows:
                return 0
            outcomes = await asyncio.gather(*map(self._publish, rows), return_exceptions=True)
            failed = [row["id"] for row, outcome in zip(rows, outcomes, strict=True) if outcome is not None]
            await self._settle(db, [row["id"] for row in rows], failed)
        self._report(outcomes)
        return len(rows)

    async def _publish(self, row: Record) -> None:
        await self._publisher.publish(
            row["body"],
            exchange=row["exchange"],
            routing_key=row["routing_key"],
            content_type=row["content_type"],
            message_id=row["message_id"],
            headers=json.loads(row["headers"]),
        )

    async def _settle(self, db: Db, taken: list[int], failed: list[int]) -> None:
        if failed:
            await db.execute(_PUT_OFF, failed)
        await db.execute(_DROP, [id_ for id_ in taken if id_ not in set(failed)] if failed else taken)

    def _report(self, outcomes: Sequence[BaseException | None]) -> None:
        errors = [outcome for outcome in outcomes if outcome is not None]
        self._instruments.published.inc(len(outcomes) - len(errors))
        self._instruments.publish_failed.inc(len(errors))
        if errors:
            log.warning("%d of %d not published, will try again: %r", len(errors), len(outcomes), errors[0])

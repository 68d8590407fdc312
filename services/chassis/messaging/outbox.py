"""The outbox: what a committed transaction wants published, and the relay that does it.

Whoever commits a row hands it to the relay of its own process and has a head start; after that any copy's
sweep may take it, for its owner may be dead. A row leaves only after the broker confirmed it and somebody's
queue took it. A crash between the confirm and the delete publishes it again under the same event id, which
every reader's inbox recognises.
"""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from aio_pika.exceptions import DeliveryError, PublishError
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity, ChannelPreconditionFailed
from asyncpg import Pool, Record

from services.chassis.backoff import backoff_seconds
from services.chassis.messaging import announced
from services.chassis.messaging.announced import Announced
from services.chassis.messaging.broker import Publisher
from services.chassis.messaging.outgoing import OutgoingMessage
from services.chassis.postgres.database import Db
from services.chassis.telemetry.instruments import MessagingMetrics
from services.contracts import topology

log = logging.getLogger(__name__)

PAGE = 500
"""Rows published in one round, all in flight at once."""

HEAD_START_SECONDS = 5
"""For the process that committed a row, before others take it for left behind."""

MOST_IN_HAND = 20_000
"""Rows kept in memory; further ones are left to the sweep, which reads them when their turn comes."""

PARTNER_DAYS = 7
"""How long word to a partner system waits for a queue that is not there: it may have been removed."""

SWEEP_SECONDS = 1.0
"""How often to look for rows that nobody handed us: another copy's crash, or a put-off row now due."""

UNWANTED = (ChannelAccessRefused, ChannelNotFoundEntity)
"""The broker's word on a routing key that this user may not write and on an exchange that is not there."""

REFUSED = (*UNWANTED, ChannelPreconditionFailed)
"""And on a message that is too large. It closes the channel over one of them, and what is on its way there
fails with it."""

_SAVE = """
INSERT INTO outbox (exchange, routing_key, content_type, message_id, headers, body, not_before)
SELECT *, now() + make_interval(secs => $7)
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])
RETURNING id
"""

_SAVE_AND_KEEP = f"WITH kept AS ({announced.KEEP}) {_SAVE}"

_IS_DUE = "SELECT EXISTS (SELECT FROM outbox WHERE not_before <= now())"

_TAKE = """
SELECT id, exchange, routing_key, content_type, message_id, headers, body FROM outbox
WHERE not_before <= now() ORDER BY id LIMIT $1 FOR UPDATE SKIP LOCKED
"""

# Its commit does not wait for the disk: a deletion that a crash of the server takes back is published again
# under the same id, as after a crash before it (decision 0120).
_DROP = """
WITH lazily AS (SELECT set_config('synchronous_commit', 'off', true))
DELETE FROM outbox USING lazily WHERE id = ANY($1::bigint[])
"""

_PUT_OFF = """
UPDATE outbox SET attempts = attempts + 1,
    not_before = now() + make_interval(secs => least(2 ^ least(attempts, 6), 60))
WHERE id = ANY($1::bigint[])
"""

_GIVE_UP = """
DELETE FROM outbox
WHERE id = ANY($1::bigint[]) AND exchange = $2 AND created_at < now() - make_interval(days => $3)
RETURNING routing_key
"""

_BACKLOG = (
    "SELECT count(*) AS rows, coalesce(extract(epoch FROM now() - min(created_at)), 0) AS age FROM outbox"
)


@dataclass(frozen=True, slots=True)
class Saved:
    id: int
    outgoing: OutgoingMessage


async def save(
    db: Db, outgoing: Sequence[OutgoingMessage], *, handed: bool, kept: Sequence[Announced] = ()
) -> Sequence[Saved]:
    """`handed`: the caller gives them to a relay after commit; else any relay may take them at once. `kept`:
    those of them that will be told again."""
    if not outgoing:
        return ()
    rows = await db.fetch(
        _SAVE_AND_KEEP if kept else _SAVE,
        [out.exchange for out in outgoing],
        [out.routing_key for out in outgoing],
        [out.content_type for out in outgoing],
        [out.message_id for out in outgoing],
        [json.dumps(out.headers) for out in outgoing],
        [out.body for out in outgoing],
        HEAD_START_SECONDS if handed else 0,
        *(announced.parameters(kept) if kept else ()),
    )
    return [Saved(row["id"], out) for row, out in zip(rows, outgoing, strict=True)]


async def drop(db: Db | Pool[Record], ids: Sequence[int]) -> None:
    """Of what the broker confirmed."""
    await db.execute(_DROP, ids)


async def backlog(db: Db | Pool[Record]) -> tuple[int, float]:
    """Rows not yet published, and the age of the oldest in seconds."""
    row = await db.fetchrow(_BACKLOG)
    return (row["rows"], float(row["age"])) if row else (0, 0.0)


class Relay:
    """Publishes the outbox. Any number of copies may run."""

    def __init__(self, pool: Pool[Record], publisher: Publisher, instruments: MessagingMetrics) -> None:
        self._pool = pool
        self._publisher = publisher
        self._instruments = instruments
        self._in_hand: deque[Saved] = deque()
        self._one_by_one = False
        self._woken = asyncio.Event()
        self._idle = asyncio.Event()
        self._idle.set()

    def enqueue(self, committed: Sequence[Saved]) -> None:
        """Take what this process has just committed."""
        if committed and len(self._in_hand) < MOST_IN_HAND:
            self._in_hand.extend(committed)
            self._idle.clear()
            self._woken.set()

    async def run(self) -> None:
        """Until cancelled; what is not published then stays for the next start, or for another copy."""
        delays = backoff_seconds(most=5.0)
        while True:
            self._woken.clear()
            try:
                await self._publish_in_hand()
                await self.sweep()
                await self._rest()
            except Exception as error:
                log.warning("outbox held: %s: %s", type(error).__name__, error)
                await asyncio.sleep(next(delays))
                continue
            delays = backoff_seconds(most=5.0)

    async def finish(self, seconds: float) -> None:
        """Wait, so long at most, until what is in hand is published: call it before cancelling `run`."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), seconds)

    async def sweep(self) -> int:
        """Publish what was left behind or put off and is due; says how much."""
        swept = 0
        while found := await self._sweep_page():
            swept += found
            await self._publish_in_hand()
        return swept

    async def _rest(self) -> None:
        """Publish whatever is handed to us, until it is time to sweep again."""
        clock = asyncio.get_running_loop()
        due = clock.time() + SWEEP_SECONDS
        while (left := due - clock.time()) > 0:
            self._idle.set()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), left)
                self._woken.clear()
            await self._publish_in_hand()

    async def _publish_in_hand(self) -> None:
        while self._in_hand:
            page = [self._in_hand.popleft() for _ in range(min(PAGE, len(self._in_hand)))]
            if (trouble := await self._publish_all(page, self._pool)) is not None:
                raise trouble

    async def _sweep_page(self) -> int:
        """Rows stay locked while they are published, so that no two copies publish the same. Mostly there is
        nothing, which is asked without a transaction."""
        if not await self._pool.fetchval(_IS_DUE):
            return 0
        async with self._pool.acquire() as db, db.transaction():
            rows = [_saved(row) for row in await db.fetch(_TAKE, PAGE)]
            trouble = await self._publish_all(rows, db)
        if trouble is not None:
            raise trouble
        return len(rows)

    async def _publish_all(self, page: Sequence[Saved], db: Db | Pool[Record]) -> Exception | None:
        """What is confirmed leaves the table; what came back because nobody is bound, or was refused by
        itself, is put off. Where the broker is in trouble the row stays; the trouble is given back."""
        outcomes = list(zip(page, await self._outcomes(page), strict=False))
        returned = [saved.id for saved, error in outcomes if isinstance(error, PublishError)]
        confirmed = [saved.id for saved, error in outcomes if error is None]
        self._instruments.published.inc(len(confirmed))
        self._instruments.publish_failed.inc(len(outcomes) - len(confirmed))
        if confirmed:
            await drop(db, confirmed)
        if returned:
            log.warning("%d of %d events came back: nobody is bound", len(returned), len(page))
            await db.execute(_PUT_OFF, returned)
            for row in await db.fetch(_GIVE_UP, returned, topology.PARTNERS, PARTNER_DAYS):
                log.error("given up after %d days: %s has no queue", PARTNER_DAYS, row["routing_key"])
        if self._one_by_one or len(page) == 1:
            await self._put_off_refused(page, outcomes, db)
        troubles = [error for _, error in outcomes if error and not isinstance(error, PublishError)]
        if any(isinstance(trouble, DeliveryError) for trouble in troubles):
            self._publisher.start_over()
        lost = [trouble for trouble in troubles if not isinstance(trouble, DeliveryError)]
        self._one_by_one = any(isinstance(trouble, REFUSED) for trouble in lost) or (
            self._one_by_one and bool(lost)
        )
        return ConnectionError(f"{len(troubles)} not confirmed: {troubles[0]!r}") if troubles else None

    async def _outcomes(self, page: Sequence[Saved]) -> Sequence[Exception | None]:
        """All at once. After a refusal, which no row of a page can be told to be the cause of, one after the
        other until a whole page has left so: up to the first with which the channel closed."""
        if not self._one_by_one:
            return await self._publisher.publish_all([saved.outgoing for saved in page])
        outcomes: list[Exception | None] = []
        for saved in page:
            outcomes += await self._publisher.publish_all([saved.outgoing])
            if outcomes[-1] is not None and not isinstance(outcomes[-1], DeliveryError):
                break
        return outcomes

    async def _put_off_refused(
        self,
        page: Sequence[Saved],
        outcomes: Sequence[tuple[Saved, Exception | None]],
        db: Db | Pool[Record],
    ) -> None:
        """The row that was refused when it alone was on its way; and, where its routing key was, the page's
        others with it, which would be refused one by one. They are never given up: rights may be given."""
        for refused, error in outcomes:
            if not isinstance(error, REFUSED):
                continue
            key = (refused.outgoing.exchange, refused.outgoing.routing_key)
            alike = [
                saved.id
                for saved in page
                if (saved.outgoing.exchange, saved.outgoing.routing_key) == key
                and (saved is refused or isinstance(error, UNWANTED))
            ]
            log.error("put off, as the broker refuses %s on %s (%d rows): %r", *key[::-1], len(alike), error)
            await db.execute(_PUT_OFF, alike)


def _saved(row: Record) -> Saved:
    return Saved(
        row["id"],
        OutgoingMessage(
            row["exchange"],
            row["routing_key"],
            row["content_type"],
            row["message_id"],
            row["body"],
            json.loads(row["headers"]),
        ),
    )

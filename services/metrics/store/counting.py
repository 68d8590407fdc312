"""Facts into the log and the counters."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from operator import itemgetter

from asyncpg import Record

from services.chassis.postgres.database import Db
from services.metrics.domain.facts import Counted
from services.metrics.domain.increments import Tally

_HOLD_THE_FOLD = "SELECT pg_try_advisory_xact_lock(hashtext('sesame metrics fold'))"

_TAKE = """
DELETE FROM pending WHERE ctid = ANY (ARRAY(SELECT ctid FROM pending LIMIT $1)) RETURNING *
"""

_ENSURE_MONTHS = "SELECT ensure_log_month(month) FROM unnest($1::date[]) AS month"

_NUMBER_NEW = """
INSERT INTO cut (partner, measure, facet, value)
SELECT DISTINCT partner, measure, facet, value
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS raised (partner, measure, facet, value)
WHERE NOT EXISTS (
    SELECT FROM cut
    WHERE cut.partner = raised.partner AND cut.measure = raised.measure
        AND cut.facet = raised.facet AND cut.value = raised.value
)
"""

_RAISE = """
INSERT INTO monthly AS known (cut, month, n)
SELECT cut.id, raised.month, raised.n
FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::bigint[])
    AS raised (partner, measure, facet, month, value, n)
    JOIN cut USING (partner, measure, facet, value)
ON CONFLICT (cut, month) DO UPDATE SET n = known.n + excluded.n
"""

_NOTE_LATE = """
INSERT INTO late AS known (cut, month, counted_in, n)
SELECT cut.id, raised.month, $7, raised.n
FROM unnest($1::text[], $2::text[], $3::text[], $4::date[], $5::text[], $6::bigint[])
    AS raised (partner, measure, facet, month, value, n)
    JOIN cut USING (partner, measure, facet, value)
ON CONFLICT (cut, month, counted_in) DO UPDATE SET n = known.n + excluded.n
"""

_RAISE_EVER = """
INSERT INTO ever AS known (partner, measure, facet, value, n)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bigint[])
ON CONFLICT (partner, measure, facet, value) DO UPDATE SET n = known.n + excluded.n
"""

_NAME = """
INSERT INTO partner_name AS known (id, name, heard_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::timestamptz[])
ON CONFLICT (id) DO UPDATE SET name = excluded.name, heard_at = excluded.heard_at
WHERE (excluded.heard_at, excluded.name) > (known.heard_at, known.name)
"""

_BY_NAME = itemgetter(*Counted._fields)

_COLUMNS_OF_PENDING = """
SELECT attname FROM pg_attribute WHERE attrelid = 'pending'::regclass AND attnum > 0 AND NOT attisdropped
"""

LOG_COLUMNS = tuple(column for column in Counted._fields if column != "partner_name")


async def append(db: Db, facts: Sequence[Counted]) -> None:
    await db.copy_records_to_table("pending", records=facts, columns=Counted._fields)


async def columns_of_pending(db: Db) -> list[str]:
    return [row["attname"] for row in await db.fetch(_COLUMNS_OF_PENDING)]


async def hold_the_fold(db: Db) -> bool:
    """Until the transaction ends, nobody else may move facts into counters. False: somebody is at it."""
    held: bool = await db.fetchval(_HOLD_THE_FOLD)
    return held


async def take(db: Db, most: int) -> list[Counted]:
    """By name: a later version may have added columns."""
    return [Counted(*_BY_NAME(row)) for row in await db.fetch(_TAKE, most)]


async def log(db: Db, facts: Sequence[Counted]) -> None:
    await db.execute(_ENSURE_MONTHS, _utc_months(facts))
    await db.copy_records_to_table("log", records=[fact[:-1] for fact in facts], columns=LOG_COLUMNS)


def _utc_months(facts: Iterable[Counted]) -> list[date]:
    """asyncpg gives every moment in UTC."""
    return sorted({date(fact.at.year, fact.at.month, 1) for fact in facts})


async def raise_counters(db: Db, counters: Tally) -> None:
    """Only while the fold is held: two at once would number the same new cuts."""
    partners, measures, facets, months, values, amounts = _columns(
        [(*key, n) for key, n in counters.items()], 6
    )
    await db.execute(_NUMBER_NEW, partners, measures, facets, values)
    await db.execute(_RAISE, partners, measures, facets, months, values, amounts)


async def note_late(db: Db, counters: Tally, counted_in: date) -> None:
    """Of counters raised in this transaction: `counted_in` is a month later than theirs."""
    await db.execute(_NOTE_LATE, *_columns([(*key, n) for key, n in counters.items()], 6), counted_in)


async def raise_ever(db: Db, counters: Iterable[tuple[str, str, str, str, int]]) -> None:
    await db.execute(_RAISE_EVER, *_columns(list(counters), 5))


async def name_partners(db: Db, names: Iterable[tuple[str, str, object]]) -> None:
    """Rows of (id, name, heard at): the name heard last wins, whatever the order."""
    await db.execute(_NAME, *_columns(list(names), 3))


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[tuple[object, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


_BACKLOG = """
SELECT count(*), coalesce(extract(epoch FROM now() - min(heard_at)), 0)::float8 AS oldest_seconds FROM pending
"""


async def backlog(db: Db) -> tuple[int, float]:
    """Facts heard and not yet in any counter, and for how many seconds the oldest of them."""
    row = await db.fetchrow(_BACKLOG)
    return (row["count"], row["oldest_seconds"]) if row else (0, 0.0)


_EVER = "SELECT partner, measure, facet, value, n FROM ever"


async def ever(db: Db) -> list[Record]:
    return await db.fetch(_EVER)

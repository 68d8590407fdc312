"""SQL of the metrics schema: constant text, one function per query."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from asyncpg import Record
from asyncpg.cursor import Cursor

from services.chassis.database import Db
from services.metrics.domain.facts import Counted
from services.metrics.domain.increments import Tally
from services.metrics.domain.tallies import Line
from services.metrics.importing import Imported

MINUTES = 600.0
"""Seconds for what goes over everything."""

_APPEND = """
INSERT INTO pending
SELECT * FROM unnest(
    $1::text[], $2::timestamptz[], $3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
    $9::text[], $10::text[], $11::text[], $12::text[], $13::smallint[], $14::timestamptz[],
    $15::timestamptz[], $16::text[]
)
"""

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

LOG_COLUMNS = tuple(column for column in Counted._fields if column != "partner_name")


async def append(db: Db, facts: Sequence[Counted]) -> None:
    await db.execute(_APPEND, *zip(*facts, strict=True))


async def hold_the_fold(db: Db) -> bool:
    """Until the transaction ends, nobody else may move facts into counters. False: somebody is at it."""
    held: bool = await db.fetchval(_HOLD_THE_FOLD)
    return held


async def take(db: Db, most: int) -> list[Counted]:
    return [Counted(*row) for row in await db.fetch(_TAKE, most)]


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


async def raise_ever(db: Db, counters: Iterable[tuple[str, str, str, str, int]]) -> None:
    await db.execute(_RAISE_EVER, *_columns(list(counters), 5))


async def name_partners(db: Db, names: Iterable[tuple[str, str, object]]) -> None:
    """Rows of (id, name, heard at): the name heard last wins, whatever the order."""
    await db.execute(_NAME, *_columns(list(names), 3))


def _columns(rows: Sequence[tuple[object, ...]], width: int) -> list[tuple[object, ...]]:
    return list(zip(*rows, strict=True)) if rows else [()] * width


_BACKLOG = "SELECT count(*) FROM pending"


async def backlog(db: Db) -> int:
    """Facts heard and not yet in any counter."""
    rows: int = await db.fetchval(_BACKLOG)
    return rows


_EVER = "SELECT partner, measure, facet, value, n FROM ever"


async def ever(db: Db) -> list[Record]:
    return await db.fetch(_EVER)


_YEAR = """
SELECT
    extract(year FROM month)::int,
    CASE WHEN facet IN ('channel', 'day') THEN extract(month FROM month)::int ELSE 0 END AS month_of_year,
    measure, facet, value, sum(n)::bigint
FROM tally
WHERE partner = $1 AND measure = ANY ($2::text[]) AND facet = ANY ($3::text[])
    AND month >= make_date($4, 1, 1) AND month < make_date($4 + 1, 1, 1)
GROUP BY 1, 2, 3, 4, 5
"""

_HISTORY = """
SELECT extract(year FROM month)::int, 0, measure, facet, value, sum(n)::bigint
FROM tally
WHERE partner = $1 AND measure = 'received' AND facet = 'channel' AND month < make_date($2, 1, 1)
GROUP BY 1, 3, 4, 5
"""

_IMPORTED = """
SELECT year, 0, measure, facet, value, n FROM imported WHERE partner = $1 AND year <= $2
"""

_SOURCES = "SELECT DISTINCT source FROM imported WHERE partner = $1 AND year <= $2 ORDER BY source"

_NAMES = "SELECT id, name FROM partner_name"

_YEARS = """
SELECT DISTINCT extract(year FROM month)::int AS year FROM tally
WHERE partner = $1 AND measure = 'received' AND facet = 'channel'
UNION
SELECT year FROM imported WHERE partner = $1
ORDER BY year
"""


async def year_lines(
    db: Db, partner: str, year: int, measures: Sequence[str], facets: Sequence[str]
) -> list[Line]:
    """Sums of one year; by month for the facets `channel` and `day`, undated for the others."""
    return [Line(*row) for row in await db.fetch(_YEAR, partner, measures, facets, year)]


async def history(db: Db, partner: str, before: int) -> list[Line]:
    """Questions received by channel in each year before this one."""
    return [Line(*row) for row in await db.fetch(_HISTORY, partner, before)]


async def imported(db: Db, partner: str, until: int) -> list[Line]:
    return [Line(*row) for row in await db.fetch(_IMPORTED, partner, until)]


async def sources(db: Db, partner: str, until: int) -> list[str]:
    return [row["source"] for row in await db.fetch(_SOURCES, partner, until)]


async def partner_names(db: Db) -> Mapping[str, str]:
    return {row["id"]: row["name"] for row in await db.fetch(_NAMES)}


async def years(db: Db, partner: str) -> list[int]:
    """The years of which anything is known, in order."""
    return [row["year"] for row in await db.fetch(_YEARS, partner)]


_FROZEN = "SELECT figures::text FROM frozen WHERE year = $1 AND partner = $2"

_FREEZE = """
INSERT INTO frozen (year, partner, figures) VALUES ($1, $2, $3::jsonb)
ON CONFLICT (year, partner) DO NOTHING
"""

_THAW = "DELETE FROM frozen WHERE year = $1"


async def frozen(db: Db, year: int, partner: str) -> str | None:
    """The figures as JSON, when the year has been frozen."""
    figures: str | None = await db.fetchval(_FROZEN, year, partner)
    return figures


async def freeze(db: Db, year: int, partner: str, figures: str) -> None:
    """Keeps what was frozen first."""
    await db.execute(_FREEZE, year, partner, figures)


async def thaw(db: Db, year: int) -> None:
    await db.execute(_THAW, year)


_WAIT_FOR_THE_FOLD = "SELECT pg_advisory_xact_lock(hashtext('sesame metrics fold'))"

_BEGIN_RECOUNT = """
CREATE TEMPORARY TABLE counted_tally
    (partner text, measure text, facet text, month date, value text, n bigint) ON COMMIT DROP;
CREATE TEMPORARY TABLE counted_ever
    (partner text, measure text, facet text, value text, n bigint) ON COMMIT DROP;
"""

_END_RECOUNT = """
CREATE TEMPORARY TABLE tally_new ON COMMIT DROP AS
SELECT partner, measure, facet, month, value, sum(n)::bigint AS n FROM counted_tally GROUP BY 1, 2, 3, 4, 5;
CREATE TEMPORARY TABLE ever_new ON COMMIT DROP AS
SELECT partner, measure, facet, value, sum(n)::bigint AS n FROM counted_ever GROUP BY 1, 2, 3, 4;
ANALYZE tally_new;
"""

_SWAP = """
INSERT INTO cut (partner, measure, facet, value)
SELECT DISTINCT partner, measure, facet, value FROM tally_new
EXCEPT SELECT partner, measure, facet, value FROM cut;

CREATE TABLE monthly_new (LIKE monthly) WITH (fillfactor = 90);
INSERT INTO monthly_new (cut, month, n)
SELECT cut.id, month, n FROM tally_new JOIN cut USING (partner, measure, facet, value);

DROP VIEW tally;
DROP TABLE monthly;
ALTER TABLE monthly_new RENAME TO monthly;
ALTER TABLE monthly ADD CONSTRAINT monthly_pkey PRIMARY KEY (cut, month);
CREATE VIEW tally AS
SELECT partner, measure, facet, month, value, n FROM monthly JOIN cut ON cut.id = monthly.cut;

DELETE FROM ever;
INSERT INTO ever SELECT partner, measure, facet, value, n FROM ever_new;
ANALYZE monthly;
ANALYZE cut;
"""

_DIFFERENCES = """
SELECT partner, measure, facet, month, value, coalesce(tally.n, 0), coalesce(tally_new.n, 0)
FROM tally FULL JOIN tally_new USING (partner, measure, facet, month, value)
WHERE coalesce(tally.n, 0) <> coalesce(tally_new.n, 0)
UNION ALL
SELECT partner, measure, facet, NULL, value, coalesce(ever.n, 0), coalesce(ever_new.n, 0)
FROM ever FULL JOIN ever_new USING (partner, measure, facet, value)
WHERE coalesce(ever.n, 0) <> coalesce(ever_new.n, 0)
ORDER BY 1, 2, 3, 4, 5
LIMIT $1
"""

_LOG = """
SELECT kind, at, event, channel, partner, origin, subject, language, purpose, department, country, detail,
    number, received_at, promise_at
FROM log
"""


async def wait_for_the_fold(db: Db) -> None:
    """As `hold_the_fold`, but waits for whoever is at it."""
    await db.execute(_WAIT_FOR_THE_FOLD, timeout=MINUTES)


async def begin_recount(db: Db) -> None:
    await db.execute(_BEGIN_RECOUNT)


async def save_recount(db: Db, counters: Tally, sums: Iterable[tuple[str, str, str, str, int]]) -> None:
    await db.copy_records_to_table("counted_tally", records=[(*key, n) for key, n in counters.items()])
    await db.copy_records_to_table("counted_ever", records=list(sums))


async def end_recount(db: Db) -> None:
    """Adds up what was saved into `tally_new` and `ever_new`."""
    await db.execute(_END_RECOUNT, timeout=MINUTES)


async def swap_counters(db: Db) -> None:
    await db.execute(_SWAP, timeout=MINUTES)


async def differences(db: Db, most: int) -> list[Record]:
    return await db.fetch(_DIFFERENCES, most, timeout=MINUTES)


async def read_log(db: Db) -> Cursor[Record]:
    """A cursor over every counted fact; in no order."""
    return await db.cursor(_LOG)


_IMPORT_CLEAR = "DELETE FROM imported WHERE (partner, year) IN (SELECT * FROM unnest($1::text[], $2::int[]))"


async def import_years(db: Db, rows: Sequence[Imported]) -> None:
    """What was imported before for the same partners and years is replaced. In one transaction."""
    async with db.transaction():
        await db.execute(_IMPORT_CLEAR, [row.partner for row in rows], [row.year for row in rows])
        await db.copy_records_to_table("imported", records=rows, columns=Imported._fields)

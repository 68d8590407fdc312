"""Counters anew from the log, in tables of their own until they are swapped in."""

from __future__ import annotations

from collections.abc import Iterable

from asyncpg import Record
from asyncpg.cursor import Cursor

from services.chassis.postgres.database import Db
from services.metrics.domain.increments import Tally

MINUTES = 600.0
"""Seconds for what goes over everything."""

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
SELECT * FROM log
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
    """A cursor over every counted fact, in no order; `counting.LOG_COLUMNS` name what is counted."""
    return await db.cursor(_LOG)

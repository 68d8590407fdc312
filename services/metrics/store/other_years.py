"""Years that no longer change, and years from before Sésame."""

from __future__ import annotations

from collections.abc import Sequence

from services.chassis.postgres.database import Db
from services.metrics.domain.imported_years import Imported

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


_KNOWN = """
SELECT DISTINCT partner, year::int AS year FROM imported
UNION
SELECT DISTINCT partner, extract(year FROM month)::int FROM tally
WHERE measure IN ('received', 'answered') AND facet = 'channel'
"""

_IMPORT_CLEAR = "DELETE FROM imported WHERE (partner, year) IN (SELECT * FROM unnest($1::text[], $2::int[]))"


async def known(db: Db) -> set[tuple[str, int]]:
    """Partner (empty: the network) and year of which there are numbers, imported or counted."""
    return {(row["partner"], row["year"]) for row in await db.fetch(_KNOWN)}


async def import_years(db: Db, rows: Sequence[Imported]) -> None:
    """What was imported before for the same partners and years is replaced. In one transaction."""
    async with db.transaction():
        await db.execute(_IMPORT_CLEAR, [row.partner for row in rows], [row.year for row in rows])
        await db.copy_records_to_table("imported", records=rows, columns=Imported._fields)

"""Counters of one owner, the network or a partner, by year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.chassis.postgres.database import Db
from services.metrics.domain.tallies import TallyLine

# From the cuts to their months, whatever the statistics say: a cut has twelve of them in a year, and a plan
# that starts from the months reads all partners' to find one's.
_YEAR = """
SELECT
    $4::int,
    CASE WHEN facet = ANY ($5::text[])
        THEN extract(month FROM told)::int + 12 * (extract(year FROM told)::int - $4::int) ELSE 0
    END AS month_of_year,
    measure, facet, value, sum(n)::bigint
FROM cut CROSS JOIN LATERAL (
    SELECT month AS told, n FROM monthly
    WHERE monthly.cut = cut.id AND month >= make_date($4, 1, 1) AND month < make_date($4 + 1, 1, 1)
    UNION ALL
    SELECT moved.told, moved.n FROM late, LATERAL (VALUES (month, -n), (counted_in, n)) AS moved (told, n)
    WHERE late.cut = cut.id AND month >= make_date($4, 1, 1) AND month < make_date($4 + 1, 1, 1)
    OFFSET 0
) AS counted
WHERE partner = $1 AND measure = ANY ($2::text[]) AND facet = ANY ($3::text[])
GROUP BY 2, 3, 4, 5
"""

_HISTORY = """
SELECT extract(year FROM month)::int, 0, measure, facet, value, sum(n)::bigint
FROM tally
WHERE partner = $1 AND measure = ANY ($3::text[]) AND facet = 'channel' AND month < make_date($2, 1, 1)
GROUP BY 1, 3, 4, 5
"""

_IMPORTED = """
SELECT year, 0, measure, facet, value, n, true FROM imported WHERE partner = $1 AND year <= $2
"""

_SOURCES = "SELECT DISTINCT source FROM imported WHERE partner = $1 AND year <= $2 ORDER BY source"

_NAMES = "SELECT id, name FROM partner_name"

_YEARS = """
SELECT DISTINCT extract(year FROM month)::int AS year FROM tally
WHERE partner = $1 AND measure IN ('received', 'answered') AND facet = 'channel'
UNION
SELECT year FROM imported WHERE partner = $1
ORDER BY year
"""


async def year_lines(
    db: Db,
    partner: str,
    year: int,
    measures: Sequence[str],
    facets: Sequence[str],
    monthly: Sequence[str] = ("channel", "day"),
) -> list[TallyLine]:
    """Sums of one year; by month for the facets `monthly`, undated for the others. What came late is of the
    month it was counted in: of the next year, 13 and more."""
    rows = await db.fetch(_YEAR, partner, measures, facets, year, monthly)
    return [TallyLine(*row) for row in rows]


async def history(db: Db, partner: str, before: int, measures: Sequence[str]) -> list[TallyLine]:
    """Sums by channel of each year before this one."""
    return [TallyLine(*row) for row in await db.fetch(_HISTORY, partner, before, measures)]


async def imported(db: Db, partner: str, until: int) -> list[TallyLine]:
    return [TallyLine(*row) for row in await db.fetch(_IMPORTED, partner, until)]


async def sources(db: Db, partner: str, until: int) -> list[str]:
    return [row["source"] for row in await db.fetch(_SOURCES, partner, until)]


async def partner_names(db: Db) -> Mapping[str, str]:
    return {row["id"]: row["name"] for row in await db.fetch(_NAMES)}


async def years(db: Db, partner: str) -> list[int]:
    """The years of which anything is known, in order."""
    return [row["year"] for row in await db.fetch(_YEARS, partner)]

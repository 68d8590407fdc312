"""What the pool of a service promises of every query."""

from __future__ import annotations

from services.chassis.postgres.database import open_pool
from tests.support.servers import Database

PLANS_MADE_ANEW = 5
"""PostgreSQL keeps the plan of a prepared statement from then on."""


async def test_a_look_up_planned_on_a_new_table_still_goes_by_key_when_it_has_grown(
    database: Database,
) -> None:
    async with await open_pool(database("ingest"), name="ingest", size=1) as pool, pool.acquire() as db:
        await db.execute(
            "CREATE TABLE grown (id integer PRIMARY KEY); INSERT INTO grown VALUES (1); ANALYZE grown"
        )
        await db.execute(
            "PREPARE look_up (int[]) AS SELECT id FROM unnest($1) AS asked (id) JOIN grown USING (id)"
        )
        for _ in range(PLANS_MADE_ANEW + 1):
            await db.execute("EXECUTE look_up (ARRAY[1])")
        await db.execute("INSERT INTO grown SELECT generate_series(2, 10000)")

        plan = [row[0] for row in await db.fetch("EXPLAIN EXECUTE look_up (ARRAY[1])")]

        assert await db.fetchval("SELECT generic_plans FROM pg_prepared_statements WHERE name = 'look_up'")
        assert not any("Seq Scan on grown" in line for line in plan), plan

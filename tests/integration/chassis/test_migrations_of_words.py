"""Words that changed after rows were written with them: what was heard before an upgrade is read after it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import orjson
import pytest

import services
from services.chassis.postgres.database import Db
from services.chassis.postgres.schema import bring_up_to_date, roll_back
from tests.support.servers import Database

QUOTED = 'Ein Zitat: "hand": und "code": "hand"'
QUESTION = "00000000-0000-7000-8000-000000000001"
FACT = f"""
INSERT INTO fact (question, event, type, at, data) VALUES ('{QUESTION}', $1, $2, now(), $3::text::jsonb)
"""
HEARD = {
    "question.handled": '{"action": "route", "hand": "Anne", "reason": null}',
    "question.reopened": '{"by": "hand", "text": null}',
    "question.routed": '{"reasons": [{"code": "hand", "hand": "Anne", "points": 0}]}',
    "question.unroutable": '{"reason": {"code": "taken_back", "hand": "Anne"}}',
}
READ = {
    "question.handled": {"action": "route", "actor": "Anne", "reason": None},
    "question.reopened": {"by": "coordinator", "text": None},
    "question.routed": {"reasons": [{"code": "manual", "actor": "Anne", "points": 0}]},
    "question.unroutable": {"reason": {"code": "taken_back", "actor": "Anne"}},
}


@pytest.mark.parametrize(
    ("service", "first", "column"),
    [
        ("router", "0006.actor", ("history", "hand", "actor")),
        ("workspace", "0031.actor-and-action", ("audit", "deed", "action")),
    ],
)
async def test_a_column_keeps_its_rows_under_its_new_name(
    database: Database, service: str, first: str, column: tuple[str, str, str]
) -> None:
    table, before, after = column
    rest = {"history": ("question, at, what", f"'{QUESTION}', now(), 'route'"), "audit": ("at", "now()")}
    names, values = rest[table]
    async with before_the_upgrade(database, service, first) as db:
        await db.execute(f"INSERT INTO {table} ({before}, {names}) VALUES ('Anne', {values})")
    async with connected(database, service) as db:
        assert await db.fetchval(f"SELECT {after} FROM {table}") == "Anne"


async def test_facts_of_before_are_told_in_todays_words_and_peoples_own_stay(database: Database) -> None:
    quoted = {"text": QUOTED, "hand": "Anne"}
    async with before_the_upgrade(database, "workspace", "0031.actor-and-action") as db:
        for type_, data in (HEARD | {"note": orjson.dumps(quoted).decode()}).items():
            await db.execute(FACT, type_, type_, data)
    async with connected(database, "workspace") as db:
        rows = await db.fetch("SELECT type, data::text AS data FROM fact")
    found = {row["type"]: orjson.loads(row["data"]) for row in rows}
    assert found == READ | {"note": {"text": QUOTED, "actor": "Anne"}}


SETTLED = '{"action": "settle", "actor": "Anne"}'


async def test_what_was_settled_is_resolved_in_every_table(database: Database) -> None:
    async with before_the_upgrade(database, "workspace", "0061.resolve") as db:
        await db.execute(FACT, "1", "question.handled", SETTLED)
        await db.execute("INSERT INTO audit (at, action) VALUES (now(), 'settle.requested')")
        await db.execute(
            "INSERT INTO outbox (exchange, routing_key, content_type, message_id, body) "
            "VALUES ('sesame.coordinator', $1, 'application/json', '1', $2)",
            "coordinator.settle.requested.v1",
            orjson.dumps({"type": "settle.requested.v1"}).replace(b":", b": "),
        )
    async with connected(database, "workspace") as db:
        assert await db.fetchval("SELECT data ->> 'action' FROM fact") == "resolve"
        assert await db.fetchval("SELECT action FROM audit") == "resolve.requested"
        asked = await db.fetchrow("SELECT routing_key, convert_from(body, 'UTF8') AS body FROM outbox")
    assert asked is not None
    assert asked["routing_key"] == "coordinator.resolve.requested.v1"
    assert orjson.loads(asked["body"]) == {"type": "resolve.requested.v1"}
    async with before_the_upgrade(database, "router", "0010.resolve") as db:
        await db.execute(
            "INSERT INTO history (question, at, what, actor) VALUES ($1, now(), 'settle', 'Anne')", QUESTION
        )
        await db.execute(
            "INSERT INTO announced (question, event, type, at, data) "
            "VALUES ($1, '1', 'question.handled', now(), $2::text::jsonb)",
            QUESTION,
            SETTLED,
        )
    async with connected(database, "router") as db:
        assert await db.fetchval("SELECT what FROM history") == "resolve"
        assert await db.fetchval("SELECT data ->> 'action' FROM announced") == "resolve"
    async with before_the_upgrade(database, "metrics", "0007.resolve") as db:
        await db.execute(COUNTED, ["settle"])
    async with connected(database, "metrics") as db:
        assert await counts(db) == [("resolve", 1)] * 2


KEPT = """
WITH asked AS (
    INSERT INTO request (id, question, partner, type, form, asked_at, state)
    SELECT gen_random_uuid(), $1, 'lyon', 'decline.submitted', state, now(), state
    FROM unnest(ARRAY['accepted', 'refused', 'under_way']) AS state RETURNING id, state
)
INSERT INTO draft_kept (question, partner, person, text, sources, saved_at, request)
SELECT $1, 'lyon', gen_random_uuid(), state, '', now(), id FROM asked
UNION ALL SELECT $1, 'lyon', gen_random_uuid(), 'unsent', '', now(), NULL
"""


async def test_who_goes_back_is_shown_no_words_as_unsent_that_arrived(database: Database) -> None:
    async with connected(database, "workspace") as db:
        await db.execute(KEPT, QUESTION)
    async with before_the_upgrade(database, "workspace", "0063.given-back") as db:
        rows = await db.fetch("SELECT text FROM draft_kept ORDER BY text")
    assert [row["text"] for row in rows] == ["refused", "under_way", "unsent"]


GIVEN_BACK = """
WITH fact AS (
    INSERT INTO fact (question, event, type, at, data)
    SELECT $1, way || hour, type, timestamptz '2026-11-20' + hour * interval '1 hour',
        jsonb_build_object('partner', way, 'way', way)
    FROM unnest(ARRAY['mail', 'mail', 'page', 'page', 'workspace', 'api'],
        ARRAY['question.taken', 'question.taken', 'question.taken', 'take.withdrawn', 'question.taken',
            'question.taken'], ARRAY[1, 2, 1, 2, 2, -1]) AS told (way, type, hour)
), claim AS (
    INSERT INTO claim (question, partner, at)
    SELECT $1, unnest(ARRAY['mail', 'page', 'workspace', 'api']), '2026-11-20'
)
INSERT INTO assignment (question, partner, list, routed_at, due_at)
SELECT $1, unnest(ARRAY['mail', 'page', 'workspace', 'api']), 'taken', '2026-11-20', '2026-11-21'
"""


async def test_what_was_taken_by_mail_after_it_was_given_back_is_known_from_its_facts(
    database: Database,
) -> None:
    """Each library is named by the way in which it took: the page's was withdrawn, the API's of before."""
    async with before_the_upgrade(database, "workspace", "0065.taken-otherwise") as db:
        await db.execute(GIVEN_BACK, QUESTION)
    async with connected(database, "workspace") as db:
        rows = await db.fetch("SELECT partner, extract(hour FROM taken_at - routed_at) AS h FROM assignment")
    assert {row["partner"]: row["h"] for row in rows} == {
        "mail": 2,
        "page": None,
        "workspace": None,
        "api": None,
    }


COUNTED = """
WITH said AS (
    INSERT INTO cut (partner, measure, facet, value)
    SELECT 'lyon', 'handled', 'detail', unnest($1::text[]) RETURNING id, partner, measure, facet, value
), monthly AS (INSERT INTO monthly (cut, month, n) SELECT id, '2026-11-01', 1 FROM said)
INSERT INTO ever (partner, measure, facet, value, n) SELECT partner, measure, facet, value, 1 FROM said
"""
COUNTS = """
SELECT value, n FROM ever WHERE measure = 'handled'
UNION ALL SELECT value, n FROM tally WHERE measure = 'handled'
"""


async def test_what_was_counted_by_both_words_is_one_count(database: Database) -> None:
    async with before_the_upgrade(database, "metrics", "0007.resolve") as db:
        await db.execute(COUNTED, ["settle", "resolve"])
    async with connected(database, "metrics") as db:
        assert await counts(db) == [("resolve", 2)] * 2
        await db.execute(COUNTED, ["settle"])
    async with before_the_upgrade(database, "metrics", "0007.resolve") as db:
        assert await counts(db) == [("settle", 3)] * 2


async def counts(db: Db) -> list[tuple[str, int]]:
    """In all and by the month."""
    return [(row["value"], row["n"]) for row in await db.fetch(COUNTS)]


async def test_a_copy_of_before_reads_and_writes_by_the_former_names(database: Database) -> None:
    async with connected(database, "notifier") as db:
        for _ in range(2):
            await db.execute(
                "INSERT INTO archive_shelf (kind, value, label, entries) VALUES ('year', '2026', '2026', 1) "
                "ON CONFLICT (kind, value) "
                "DO UPDATE SET entries = archive_shelf.entries + 1, label = excluded.label"
            )
        assert await db.fetchval("SELECT entries FROM archive_list") == 2
        assert await db.fetch("SELECT * FROM standing WHERE id = $1", QUESTION) == []


@asynccontextmanager
async def before_the_upgrade(database: Database, service: str, first: str) -> AsyncIterator[Db]:
    """The schema as it was before this migration; leaving brings it up to date."""
    folder = Path(services.__path__[0]) / service / "migrations"
    async with connected(database, service) as db:
        await roll_back(db, folder, first, lock_timeout_seconds=5)
        yield db
    await bring_up_to_date(database(service), [folder], lock_timeout_seconds=5)


@asynccontextmanager
async def connected(database: Database, service: str) -> AsyncIterator[Db]:
    db = await asyncpg.connect(database(service))
    try:
        yield db
    finally:
        await db.close()

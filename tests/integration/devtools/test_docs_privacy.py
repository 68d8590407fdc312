"""docs/privacy.md names every column that could hold something personal, and says what it holds."""

from __future__ import annotations

import re

import asyncpg

from devtools.checkout import ROOT
from services.contracts import topology
from services.contracts.catalogue import FACTS, TO_PARTNERS
from tests.support.servers import Database

PAGE = ROOT / "docs" / "privacy.md"

_COLUMNS = """
SELECT table_schema AS service, c.relname || '.' || a.attname AS name
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind IN ('r', 'p') AND NOT c.relispartition
JOIN pg_namespace n ON n.oid = c.relnamespace, LATERAL (SELECT n.nspname AS table_schema) AS named
WHERE n.nspname = ANY($1::text[]) AND a.attnum > 0 AND NOT a.attisdropped
    AND a.atttypid::regtype::text IN ('text', 'text[]', 'json', 'jsonb', 'bytea', 'tsvector')
    AND c.relname <> 'migration'
ORDER BY 1, 2
"""
EVERYWHERE = ("inbox", "outbox", "waiting")
EVENTS = {topology.routing_key(fact) for fact in (*FACTS, *TO_PARTNERS)}


def named(section: str) -> set[str]:
    return set(re.findall(r"`([a-z_]+\.[a-z_0-9]+)`", section)) - EVENTS


def sections() -> dict[str, set[str]]:
    """Heading → the columns named under it."""
    parts = re.split(r"^### (.+)$", PAGE.read_text(), flags=re.MULTILINE)
    return {heading.strip(): named(text) for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


async def test_every_column_that_holds_words_is_on_the_page(database: Database) -> None:
    db = await asyncpg.connect(database.admin_url)
    try:
        rows = await db.fetch(_COLUMNS, list(topology.SERVICES))
    finally:
        await db.close()
    page = sections()
    there = {
        ("every service" if row["name"].split(".")[0] in EVERYWHERE else row["service"], row["name"])
        for row in rows
    }
    told = {(service, name) for service in ("every service", *topology.SERVICES) for name in page[service]}
    assert sorted(there - told) == []
    assert sorted(told - there) == []

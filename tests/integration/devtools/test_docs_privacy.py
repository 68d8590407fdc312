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
    AND a.atttypid::regtype::text <> ALL($2::text[])
    AND c.relname <> 'migration'
ORDER BY 1, 2
"""
WORDLESS = (
    *("boolean", "smallint", "integer", "bigint", "real", "double precision", "numeric", "uuid", "uuid[]"),
    *("date", "timestamp with time zone", "interval", "smallint[]", "integer[]", "bigint[]", "point", "xid8"),
)
"""Types that hold no word of anybody; any other does until the page says what."""

NO_ASKERS = {
    "outbox.body": "it is gone within seconds",
    "subject_model.model": "words of many questions, as numbers",
    "archive_word.word": "of what is published",
    "archive_word.near": "of what is published",
    "unasked_mail.mailbox": "a keyed hash for a day",
    "unasked_mail.kind": "a word of ours",
    "attempt.key": "of who works here, for a day",
    **dict.fromkeys(("paragraph.title", "paragraph.text"), "of who works here"),
    **dict.fromkeys(("person.name", "person.mail", "person.language"), "of who works here"),
    **dict.fromkeys(("session.agent", "session.id_token"), "of who works here"),
    **dict.fromkeys(("identity.issuer", "identity.subject"), "of who works here"),
    **dict.fromkeys(("passkey.id", "passkey.public_key", "passkey.name"), "of who works here"),
    **dict.fromkeys(("passkey_challenge.challenge", "audit.action", "audit.detail"), "of who works here"),
}
"""Columns with words that an erasure need not empty, and why. All others are filled, and searched for after
it, by tests/e2e/test_whole_erasure.py."""

EVERYWHERE = ("inbox", "outbox", "waiting", "announced")
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
        rows = await db.fetch(_COLUMNS, list(topology.SERVICES), list(WORDLESS))
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


def test_what_is_said_of_an_asker_ends_with_an_erasure_or_is_kept_knowingly() -> None:
    rows = re.findall(r"^\| (`.+?`) \|.*\| ([^|]+) \|$", PAGE.read_text(), re.MULTILINE)
    others = {
        name
        for columns, until in rows
        if "erase" not in until and not until.startswith("kept")
        for name in re.findall(r"`([a-z_]+\.[a-z_0-9]+)`", columns)
    }
    assert others == set(NO_ASKERS), "erase it, fill it in tests/support/everywhere.py, or say here why not"

"""What an earlier version left behind of who was erased goes with the upgrade; of all others it stays."""

from __future__ import annotations

from uuid import UUID

import pytest

from tests.integration.chassis.test_migrations_of_words import before_the_upgrade, connected
from tests.support.servers import Database

FORGOTTEN, KNOWN = UUID(int=1), UUID(int=2)
POSTED = '{"way": "facebook_page", "url": "https://www.facebook.com/ada.moulin/posts/1"}'


@pytest.mark.parametrize(
    ("service", "first", "table", "mark"),
    [
        ("notifier", "0051.links-to-askers-posts", "announced", ("", "")),
        ("workspace", "0052.links-to-askers-posts", "fact", ("erased", "asker.erased")),
    ],
)
async def test_the_link_to_the_post_of_who_was_erased_goes(
    database: Database, service: str, first: str, table: str, mark: tuple[str, str]
) -> None:
    put = f"INSERT INTO {table} (question, event, type, at, data) VALUES ($1, $2, $3, now(), $4::text::jsonb)"
    async with before_the_upgrade(database, service, first) as db:
        for question in (FORGOTTEN, KNOWN):
            await db.execute(put, question, "posted", "question.published", POSTED)
        await db.execute(put, FORGOTTEN, *mark, "{}")
    async with connected(database, service) as db:
        rows = await db.fetch(f"SELECT question, data ? 'url' AS there FROM {table} WHERE event = 'posted'")
    assert {row["question"]: row["there"] for row in rows} == {FORGOTTEN: False, KNOWN: True}

"""Answers of the archive that a partner was shown with its question."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from services.chassis.postgres.database import Db

_NOTE = """
INSERT INTO offered (assignment_id, question, number, title, url)
SELECT $1, $2, number, title, url
FROM unnest($3::text[], $4::text[]) WITH ORDINALITY AS found (title, url, number)
WHERE NOT EXISTS (SELECT FROM question WHERE id = $2 AND erased_at IS NOT NULL)
ON CONFLICT DO NOTHING
"""

_OF = "SELECT title, url FROM offered WHERE assignment_id = $1 ORDER BY number"


async def note(db: Db, assignment: UUID, question: UUID, found: Sequence[tuple[str, str]]) -> None:
    """(title, address) pairs, the most alike first."""
    titles, urls = [title for title, _ in found], [url for _, url in found]
    await db.execute(_NOTE, assignment, question, titles, urls)


async def of_assignment(db: Db, assignment: UUID) -> list[tuple[str, str]]:
    return [(row["title"], row["url"]) for row in await db.fetch(_OF, assignment)]

"""The network now: open questions by what they need, and libraries by their load."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

# Nothing but what the indexes question_open and assignment_open hold: a row of the table is looked into for
# those that are shown.
_OPEN = """
WITH open AS (
    SELECT q.id, q.promise_at, q.holder, a.due_at,
        CASE WHEN q.state = 'unroutable' THEN 'unroutable'
            WHEN a.list = 'waiting' THEN 'waiting'
            WHEN q.promise_at < $1 THEN 'broken'
            WHEN least(q.promise_at, a.due_at) < $2 THEN 'today'
            ELSE 'running' END AS need
    FROM question q
    LEFT JOIN assignment a ON a.question = q.id AND a.partner = q.holder
        AND a.list IN ('open', 'taken', 'waiting')
    WHERE q.state IN ('received', 'asked', 'unroutable')
)
"""

_COUNTS = _OPEN + "SELECT need, count(*) AS number FROM open GROUP BY need"

_BEGINNING = """
SELECT EXISTS (SELECT FROM question) AS asked,
    (SELECT count(*) FROM library WHERE NOT gone AND version IS NOT NULL) AS libraries,
    (SELECT count(DISTINCT m.partner) FROM membership m JOIN library l ON l.id = m.partner WHERE NOT l.gone)
        AS with_people
"""

_ROWS = (
    _OPEN
    + """
SELECT q.id, q.heading, q.received_at, q.promise_at, q.subject, q.language, q.channel, q.state, q.holder,
    page.due_at, l.name AS library
FROM (
    SELECT id, promise_at, due_at FROM open
    WHERE need = $3 AND ($4::text IS NULL OR holder = $4)
        AND ($5::text IS NULL OR id IN (SELECT question FROM question_search
            WHERE words @@ websearch_to_tsquery('french', $5)))
    ORDER BY promise_at NULLS FIRST, id LIMIT $6 OFFSET $7
) AS page
JOIN LATERAL (SELECT * FROM question WHERE question.id = page.id LIMIT 1) q ON true
LEFT JOIN library l ON l.id = q.holder ORDER BY page.promise_at NULLS FIRST, page.id
"""
)

_ENDED_COLUMNS = """
SELECT q.id, q.heading, q.received_at, q.promise_at, q.subject, q.language, q.channel, q.state, q.holder,
    NULL::timestamptz AS due_at, l.name AS library
"""

# From the newest on until enough match: for words that most questions hold, or none.
_ENDED = (
    _ENDED_COLUMNS
    + """
FROM question q LEFT JOIN library l ON l.id = q.holder
WHERE q.state IN ('answered', 'closed', 'withdrawn') AND ($1::text IS NULL OR q.holder = $1)
    AND ($2::text IS NULL OR (SELECT s.words @@ websearch_to_tsquery('french', $2)
        FROM question_search s WHERE s.question = q.id))
ORDER BY q.received_at DESC, q.id LIMIT $3 OFFSET $4
"""
)

# All that match, then the newest of them: for words that few questions hold.
_ENDED_FOUND = (
    """
WITH found AS MATERIALIZED (
    SELECT question FROM question_search WHERE words @@ websearch_to_tsquery('french', $2)
)
"""
    + _ENDED_COLUMNS
    + """
FROM found
JOIN LATERAL (SELECT * FROM question WHERE question.id = found.question LIMIT 1) q ON true
LEFT JOIN library l ON l.id = q.holder
WHERE q.state IN ('answered', 'closed', 'withdrawn') AND ($1::text IS NULL OR q.holder = $1)
ORDER BY q.received_at DESC, q.id LIMIT $3 OFFSET $4
"""
)

_FEW = """
SELECT count(*) < $2 FROM (
    SELECT FROM question_search WHERE words @@ websearch_to_tsquery('french', $1) LIMIT $2
) AS found
"""

_LOADS = """
SELECT l.id, l.name, count(*) FILTER (WHERE a.list <> 'waiting') AS open,
    count(*) FILTER (WHERE a.list <> 'waiting' AND a.due_at < $1) AS late,
    count(*) FILTER (WHERE a.list = 'waiting') AS waiting
FROM assignment a JOIN library l ON l.id = a.partner
WHERE a.list IN ('open', 'taken', 'waiting')
GROUP BY l.id, l.name ORDER BY late DESC, open DESC, l.name
"""

_SHORT = """
SELECT q.id, q.heading, q.language, q.state, q.holder, q.promise_at, l.name AS library
FROM question q LEFT JOIN library l ON l.id = q.holder WHERE q.id = ANY($1::uuid[])
ORDER BY q.promise_at NULLS FIRST, q.id
"""

_ASK = """
INSERT INTO request (id, question, partner, person, type, form, asked_at, about)
VALUES ($1, $2, '', $3, $4, $5, $6, $7)
ON CONFLICT (form) DO NOTHING RETURNING id
"""

_ASKED_BEFORE = "SELECT question FROM request WHERE form = ANY($1::text[]) AND question IS NOT NULL"

_REQUESTS = """
SELECT r.id, r.question, r.type, r.about, r.asked_at, r.state, r.reason, r.field, r.value, r.person,
    p.name, q.heading, l.name AS library
FROM request r LEFT JOIN person p ON p.id = r.person LEFT JOIN question q ON q.id = r.question
LEFT JOIN library l ON l.id = split_part(r.about, ' ', 1) AND r.type IN
    ('assign.requested', 'partner_change.requested', 'key_change.requested', 'key_end.requested')
WHERE r.partner = '' AND ($1::uuid IS NULL OR r.question = $1)
    AND (r.state = 'under_way' OR r.asked_at > $2) ORDER BY r.asked_at DESC, r.id LIMIT 20
"""


MOST_GATHERED = 2_000
"""Questions with the words sought: of more than these the newest are found sooner one after the other."""


@dataclass(frozen=True, slots=True)
class NetworkWish:
    """Which rows: of one library, with these words, so many from the offset on."""

    library: str | None = None
    words: str | None = None
    most: int = 50
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Today:
    """Now, and when this day ends where the network is."""

    now: datetime
    ends_at: datetime


async def counts(db: Db, today: Today) -> dict[str, int]:
    """How many open questions need what."""
    return {row["need"]: row["number"] for row in await db.fetch(_COUNTS, today.now, today.ends_at)}


async def beginning(db: Db) -> Record | None:
    """How far a network is that had no question yet: `libraries` in the directory, and how many of them
    `with_people`. None once it had one."""
    row = await db.fetchrow(_BEGINNING)
    return None if row is None or row["asked"] else row


async def rows(db: Db, need: str, wish: NetworkWish, today: Today) -> list[Record]:
    """`unroutable`, `broken`, `today`, `waiting`, `running`, by their promise; `ended`, the newest first."""
    asked = (wish.library, wish.words, wish.most, wish.offset)
    if need == "ended":
        few = wish.words is not None and await db.fetchval(_FEW, wish.words, MOST_GATHERED)
        return await db.fetch(_ENDED_FOUND if few else _ENDED, *asked)
    return await db.fetch(_ROWS, today.now, today.ends_at, need, *asked)


async def loads(db: Db, now: datetime) -> list[Record]:
    """Libraries that have a question, the latest first."""
    return await db.fetch(_LOADS, now)


async def in_short(db: Db, questions: Sequence[UUID]) -> list[Record]:
    return await db.fetch(_SHORT, questions)


async def ask(
    db: Db,
    request: UUID,
    question: UUID | None,
    person: UUID,
    kind: str,
    form: str,
    about: str | None,
    now: datetime,
) -> bool:
    """False where this form asked before."""
    return await db.fetchval(_ASK, request, question, person, kind, form, now, about) is not None


async def asked_before(db: Db, forms: Sequence[str]) -> set[UUID]:
    """The questions of which one of these forms asked."""
    return {row["question"] for row in await db.fetch(_ASKED_BEFORE, forms)}


async def requests(db: Db, question: UUID | None, since: datetime) -> list[Record]:
    """What coordinators asked, the latest first: all that is under way, and the rest since then."""
    return await db.fetch(_REQUESTS, question, since)

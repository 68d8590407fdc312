"""What people of a library have in hand with a question: claims, drafts, notes, who is there, requests."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record

from services.chassis.postgres.database import Db

_IS_OURS = """
SELECT partner, list, due_at, routed_at, EXISTS (SELECT FROM claim c
    WHERE c.question = a.question AND c.partner = a.partner AND c.person IS NULL
        AND greatest(c.at, c.given_back_at) >= greatest(a.routed_at, a.taken_at)) AS given_back
FROM assignment a WHERE question = $1 AND partner = ANY($2::text[])
ORDER BY list IN ('open', 'taken', 'waiting') DESC, routed_at DESC LIMIT 1
"""

# A claim of an earlier assignment of the same library counts for nothing; one without a person was given
# back.
_CLAIM = """
INSERT INTO claim (question, partner, person, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (question, partner) DO UPDATE SET person = excluded.person, at = excluded.at
WHERE claim.person IS NULL
    OR claim.at < (SELECT routed_at FROM assignment a WHERE a.question = $1 AND a.partner = $2)
"""

_HAND_OVER = """
INSERT INTO claim (question, partner, person, at) VALUES ($1, $2, $3, $4)
ON CONFLICT (question, partner) DO UPDATE SET person = excluded.person, at = excluded.at
"""

# A claim of an earlier assignment stays as it is: given back today, it would say that nobody has what the
# library was asked again and took by mail.
_GIVEN_BACK = """
UPDATE claim c SET person = NULL, at = 'epoch', given_back_at = $3 FROM assignment a
WHERE a.question = c.question AND a.partner = c.partner AND c.at >= a.routed_at
    AND c.partner = $2 AND c.person IS NOT NULL
"""
_GIVE_BACK, _GIVE_BACK_ALL = _GIVEN_BACK + "AND c.question = $1", _GIVEN_BACK + "AND c.person = $1"

_CLAIMED = """
SELECT c.person, c.at, p.name FROM claim c JOIN person p ON p.id = c.person
JOIN assignment a ON a.question = c.question AND a.partner = c.partner
WHERE c.question = $1 AND c.partner = $2 AND c.at >= a.routed_at
"""

_KEEP_OTHER = """
INSERT INTO draft_kept (question, partner, person, text, sources, saved_at)
SELECT question, partner, person, text, sources, saved_at FROM draft
WHERE question = $1 AND partner = $2 AND person = $3 AND revision <> $4 AND (text, sources) <> ($5, $6)
    AND text <> '' AND sent_at IS NULL
"""

_SAVE = """
INSERT INTO draft (question, partner, person, text, sources, revision, saved_at, effort, subject)
VALUES ($1, $2, $3, $5, $6, 1, $7, $8, $9)
ON CONFLICT (question, partner, person) DO UPDATE SET text = excluded.text, sources = excluded.sources,
    effort = excluded.effort, subject = excluded.subject, revision = draft.revision + 1,
    saved_at = excluded.saved_at, sent_at = NULL
RETURNING revision, $4::integer AS seen
"""

_DRAFTS = """
SELECT d.person, p.name, d.text, d.sources, d.effort, d.subject, d.revision, d.saved_at, d.sent_at
FROM draft d LEFT JOIN person p ON p.id = d.person
WHERE d.question = $1 AND d.partner = $2 AND d.text <> '' ORDER BY d.saved_at DESC
"""

_KEPT = """
SELECT k.id, k.person, k.text, k.sources, k.saved_at, k.request
FROM draft_kept k LEFT JOIN request r ON r.id = k.request
WHERE k.question = $1 AND k.partner = $2 AND k.person = $3 AND (k.request IS NULL OR r.state = 'refused')
ORDER BY k.id DESC LIMIT 5
"""

_KEEP_BESIDE = """
INSERT INTO draft_kept (question, partner, person, text, sources, saved_at, request)
VALUES ($1, $2, $3, $4, '', $5, $6)
"""

_SENT = "UPDATE draft SET sent_at = $4 WHERE question = $1 AND partner = $2 AND person = $3"

_NOTE = """
INSERT INTO note (id, question, partner, person, text, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
"""

_MENTION = "INSERT INTO mention (note, person) SELECT $1, unnest($2::uuid[]) ON CONFLICT DO NOTHING"

_NOTES = """
SELECT n.id, n.text, n.at, p.name, n.person FROM note n LEFT JOIN person p ON p.id = n.person
WHERE n.question = $1 AND n.partner = $2 ORDER BY n.at, n.id
"""

_SEE_MENTIONS = """
UPDATE mention SET seen_at = $3 FROM note n
WHERE n.id = mention.note AND n.question = $1 AND mention.person = $2 AND seen_at IS NULL
"""

_MENTIONED = """
SELECT n.question, n.text, n.at, q.heading, p.name FROM mention m JOIN note n ON n.id = m.note
JOIN question q ON q.id = n.question LEFT JOIN person p ON p.id = n.person
WHERE m.person = $1 AND n.partner = ANY($2::text[]) AND m.seen_at IS NULL ORDER BY n.at DESC LIMIT 20
"""

_KEEP_PRESENCE = """
INSERT INTO presence (question, partner, person, seen_at, wrote_at)
VALUES ($1, $2, $3, $4, CASE WHEN $5 THEN $4::timestamptz END)
ON CONFLICT (question, partner, person) DO UPDATE SET seen_at = excluded.seen_at,
    wrote_at = coalesce(excluded.wrote_at, presence.wrote_at)
"""

_GONE = "DELETE FROM presence WHERE question = $1 AND partner = $2 AND person = $3"

_PRESENT = """
SELECT r.person, p.name, r.wrote_at > $3::timestamptz AS writes
FROM presence r JOIN person p ON p.id = r.person
WHERE r.question = $1 AND r.partner = $2 AND r.seen_at > $4 AND r.person <> $5 ORDER BY p.name
"""

_ASK = """
INSERT INTO request (id, question, partner, person, type, form, asked_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT (form) DO NOTHING RETURNING id
"""

_IS_ASKED = "SELECT EXISTS (SELECT FROM request WHERE form = $1)"

_IS_ANSWERED = """
SELECT EXISTS (
    SELECT FROM request r JOIN assignment a ON a.question = r.question AND a.partner = r.partner
    WHERE r.question = $1 AND r.partner = $2 AND r.type = 'answer.submitted' AND r.state <> 'refused'
        AND r.form <> $3 AND r.asked_at >= a.routed_at
)
"""

_RECORD_RECEIPTS = """
UPDATE request SET state = receipt.state, reason = receipt.reason, field = receipt.field, done_at = $6,
    value = CASE WHEN NOT EXISTS (
        SELECT FROM fact f WHERE f.question = request.question AND f.type = 'asker.erased'
    ) THEN receipt.value END
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[]) AS receipt
    (id, state, reason, field, value)
WHERE request.id = receipt.id AND request.state = 'under_way'
"""

_REQUESTS = """
SELECT r.id, r.type, r.asked_at, r.state, r.reason, r.field, r.value, r.done_at, p.name, r.person
FROM request r LEFT JOIN person p ON p.id = r.person
WHERE r.question = $1 AND r.partner = $2 ORDER BY r.asked_at DESC LIMIT 20
"""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a request: `accepted`, or `refused` with the reason's code."""

    request: UUID
    state: str
    reason: str | None = None
    field: str | None = None
    value: str | None = None


@dataclass(frozen=True, slots=True)
class DraftText:
    """As typed and chosen."""

    text: str
    sources: str = ""
    effort: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Respondent:
    """One person of one library at one question."""

    question: UUID
    partner: str
    person: UUID


async def ours(db: Db, question: UUID, partners: Sequence[str]) -> Record | None:
    """The first of these libraries that was asked this question, and how it stands there."""
    return await db.fetchrow(_IS_OURS, question, partners)


async def claim(db: Db, who: Respondent, now: datetime) -> bool:
    """False where somebody has it already."""
    return (await db.execute(_CLAIM, who.question, who.partner, who.person, now)).endswith(" 1")


async def hand_over(db: Db, who: Respondent, now: datetime) -> None:
    await db.execute(_HAND_OVER, who.question, who.partner, who.person, now)


async def give_back(db: Db, question: UUID, partner: str, now: datetime) -> bool:
    """Nobody of the library has it then, whatever the network was told before. False where nobody had."""
    return (await db.execute(_GIVE_BACK, question, partner, now)).endswith(" 1")


async def give_back_all(db: Db, person: UUID, partner: str, now: datetime) -> None:
    """All that this person has in hand there."""
    await db.execute(_GIVE_BACK_ALL, person, partner, now)


async def claimed(db: Db, question: UUID, partner: str) -> Record | None:
    return await db.fetchrow(_CLAIMED, question, partner)


async def save_draft(db: Db, who: Respondent, seen: int, written: DraftText, now: datetime) -> int:
    """The new revision. `seen` is the one that the writer's window knew: what came between is kept beside."""
    where = (who.question, who.partner, who.person, seen, written.text, written.sources)
    await db.execute(_KEEP_OTHER, *where)
    return int(await db.fetchval(_SAVE, *where, now, written.effort, written.subject))


async def drafts(db: Db, question: UUID, partner: str) -> list[Record]:
    """Everybody's of the library, the latest first."""
    return await db.fetch(_DRAFTS, question, partner)


async def keep_beside(db: Db, who: Respondent, text: str, now: datetime, request: UUID | None = None) -> None:
    """What somebody wrote whose session was over by then, or what went out with a request that may be
    refused."""
    await db.execute(_KEEP_BESIDE, who.question, who.partner, who.person, text, now, request)


async def kept_beside(db: Db, who: Respondent) -> list[Record]:
    return await db.fetch(_KEPT, who.question, who.partner, who.person)


async def draft_sent(db: Db, who: Respondent, now: datetime) -> None:
    """It stays until the question is forgotten: what is refused must not be lost."""
    await db.execute(_SENT, who.question, who.partner, who.person, now)


async def add_note(db: Db, note: UUID, who: Respondent, text: str, to: Sequence[UUID], now: datetime) -> bool:
    """False where it stands there already."""
    added = await db.execute(_NOTE, note, who.question, who.partner, who.person, text, now)
    await db.execute(_MENTION, note, to)
    return added.endswith(" 1")


async def notes(db: Db, question: UUID, partner: str) -> list[Record]:
    return await db.fetch(_NOTES, question, partner)


async def see_mentions(db: Db, question: UUID, person: UUID, now: datetime) -> None:
    await db.execute(_SEE_MENTIONS, question, person, now)


async def mentioned(db: Db, person: UUID, partners: Sequence[str]) -> list[Record]:
    """Notes with their name that they have not seen yet, of the libraries that they work in now."""
    return await db.fetch(_MENTIONED, person, partners)


async def keep_presence(db: Db, who: Respondent, now: datetime, *, writing: bool) -> None:
    await db.execute(_KEEP_PRESENCE, who.question, who.partner, who.person, now, writing)


async def gone(db: Db, who: Respondent) -> None:
    await db.execute(_GONE, who.question, who.partner, who.person)


async def present(db: Db, who: Respondent, wrote_since: datetime, seen_since: datetime) -> list[Record]:
    """Colleagues who have it open, and whether they write."""
    return await db.fetch(_PRESENT, who.question, who.partner, wrote_since, seen_since, who.person)


async def ask(db: Db, request: UUID, who: Respondent, kind: str, form: str, now: datetime) -> bool:
    """False where this form asked before."""
    where = (who.question, who.partner, who.person)
    return await db.fetchval(_ASK, request, *where, kind, form, now) is not None


async def is_asked(db: Db, form: str) -> bool:
    """Whether this form asked before."""
    return bool(await db.fetchval(_IS_ASKED, form))


async def is_answered(db: Db, who: Respondent, form: str) -> bool:
    """Whether another form of the library's people handed in an answer in this assignment."""
    return bool(await db.fetchval(_IS_ANSWERED, who.question, who.partner, form))


async def record_receipts(db: Db, receipts: Sequence[Receipt], now: datetime) -> None:
    """Each counts once, and none that is of no request here."""
    columns = zip(*(astuple(receipt) for receipt in receipts), strict=True)
    await db.execute(_RECORD_RECEIPTS, *map(list, columns), now)


async def requests(db: Db, question: UUID, partner: str) -> list[Record]:
    return await db.fetch(_REQUESTS, question, partner)

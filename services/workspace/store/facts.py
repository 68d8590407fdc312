"""The read model: facts kept, and the rows that lists are read from."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

import orjson

from services.chassis.postgres.database import Db
from services.workspace.domain.read_model import Heard, QuestionReadModel

SEARCHED = 200_000
"""Letters of answers to a question that are found again: PostgreSQL indexes a megabyte of words at most."""

_KEEP = """
INSERT INTO fact (question, event, type, at, data)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::jsonb[])
ON CONFLICT DO NOTHING
"""

_HEARD = "SELECT question, event, type, at, data::text AS data FROM fact WHERE question = ANY($1::uuid[])"

_EMPTY = """
UPDATE fact SET data = data - $2::text[] WHERE question = $1 AND data ?| $2::text[]
"""

_PUT_QUESTIONS = """
INSERT INTO question (id, heading, text, received_at, promise_at, state, holder, channel, subject, language)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[], $6::text[],
    $7::text[], $8::text[], $9::text[], $10::text[])
ON CONFLICT (id) DO UPDATE SET heading = excluded.heading, text = excluded.text,
    received_at = excluded.received_at, promise_at = excluded.promise_at, state = excluded.state,
    holder = excluded.holder, channel = excluded.channel, subject = excluded.subject,
    language = excluded.language, words = NULL
"""

# Answers are only ever added, but by an erasure, which takes the text along: of the same text the words stay.
_PUT_WORDS = """
INSERT INTO question_search (question, digest, words)
SELECT made.question, md5(made.text) || md5(made.answers),
    CASE WHEN left(known.digest, 32) = md5(made.text) THEN known.words
        ELSE to_tsvector('french', made.text) || to_tsvector('simple', made.text) END
    || to_tsvector('simple', made.answers)
FROM unnest($1::uuid[], $2::text[], $3::text[]) AS made (question, text, answers)
LEFT JOIN LATERAL (
    SELECT digest, words FROM question_search WHERE question_search.question = made.question LIMIT 1
) known ON true
WHERE known.digest IS DISTINCT FROM md5(made.text) || md5(made.answers)
ON CONFLICT (question) DO UPDATE SET digest = excluded.digest, words = excluded.words
"""

_PUT_ASSIGNMENTS = """
INSERT INTO assignment (question, partner, list, routed_at, due_at, done_at, taken_at)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[],
    $6::timestamptz[], $7::timestamptz[])
ON CONFLICT (question, partner) DO UPDATE SET list = excluded.list, routed_at = excluded.routed_at,
    due_at = excluded.due_at, done_at = excluded.done_at, taken_at = excluded.taken_at
WHERE (assignment.list, assignment.routed_at, assignment.due_at, assignment.done_at, assignment.taken_at)
    IS DISTINCT FROM (excluded.list, excluded.routed_at, excluded.due_at, excluded.done_at, excluded.taken_at)
"""

_PUT_LIBRARY = """
INSERT INTO library (id, name, told_at)
SELECT DISTINCT ON (id) id, name, told_at FROM unnest($1::text[], $2::text[], $3::timestamptz[])
    AS told (id, name, told_at) ORDER BY id, told_at DESC
ON CONFLICT (id) DO UPDATE SET name = excluded.name, told_at = excluded.told_at
WHERE library.told_at < excluded.told_at AND library.version IS NULL
"""

_FORGET_WORDS = """
WITH drafts AS (DELETE FROM draft WHERE question = $1),
    files AS (DELETE FROM draft_file WHERE question = $1),
    entries AS (DELETE FROM entry_shown WHERE question = $1),
    kept AS (DELETE FROM draft_kept WHERE question = $1),
    posts AS (UPDATE group_post SET text = NULL, url = NULL WHERE question = $1),
    refusals AS (UPDATE request SET value = NULL WHERE question = $1),
    failures AS (UPDATE failed_delivery SET error = '' WHERE question = $1 AND error <> '')
DELETE FROM note WHERE question = $1
"""


_IS_ERASED = "SELECT EXISTS (SELECT FROM fact WHERE question = $1 AND type = 'asker.erased')"

_THEME = "SELECT subject FROM question WHERE id = $1"

_QUESTIONS = "SELECT DISTINCT question FROM fact ORDER BY question"


async def keep(db: Db, rows: Sequence[tuple[UUID, Heard]]) -> None:
    """Each is kept once, however often it comes."""
    await db.execute(
        _KEEP,
        [question for question, _ in rows],
        [one.event for _, one in rows],
        [one.type for _, one in rows],
        [one.at for _, one in rows],
        [orjson.dumps(one.data).decode() for _, one in rows],
    )


async def heard(db: Db, questions: Sequence[UUID]) -> dict[UUID, list[Heard]]:
    found: dict[UUID, list[Heard]] = {}
    for row in await db.fetch(_HEARD, questions):
        one = Heard(row["event"], row["type"], row["at"], orjson.loads(row["data"]))
        found.setdefault(row["question"], []).append(one)
    return found


async def empty(db: Db, question: UUID, names: Sequence[str]) -> None:
    """Take these fields out of all its facts, and forget what people of the network wrote about it."""
    await db.execute(_EMPTY, question, names)
    await db.execute(_FORGET_WORDS, question)


async def is_erased(db: Db, question: UUID) -> bool:
    """Whether its asker is forgotten: nothing more is written down about it."""
    erased: bool = await db.fetchval(_IS_ERASED, question)
    return erased


async def theme(db: Db, question: UUID) -> str | None:
    """Its subject, where one was said or found."""
    found: str | None = await db.fetchval(_THEME, question)
    return found


async def put(db: Db, made: Sequence[tuple[UUID, QuestionReadModel]]) -> None:
    """Questions, assignments and names of libraries, as they follow from what was heard."""
    await _put_questions(db, made)
    assignments = [
        (question, assignment) for question, one in made for assignment in one.assignments.values()
    ]
    assignments.sort(key=lambda pair: (pair[1].partner, pair[0]))
    if not assignments:
        return
    await db.execute(
        _PUT_ASSIGNMENTS,
        [question for question, _ in assignments],
        [assignment.partner for _, assignment in assignments],
        [assignment.list for _, assignment in assignments],
        [assignment.routed_at for _, assignment in assignments],
        [assignment.due_at for _, assignment in assignments],
        [assignment.done_at for _, assignment in assignments],
        [assignment.taken_at for _, assignment in assignments],
    )
    told = [assignment for _, assignment in assignments]
    await db.execute(
        _PUT_LIBRARY,
        [assignment.partner for assignment in told],
        [assignment.name for assignment in told],
        [assignment.routed_at for assignment in told],
    )


async def _put_questions(db: Db, made: Sequence[tuple[UUID, QuestionReadModel]]) -> None:
    models = [one for _, one in made]
    await db.execute(
        _PUT_QUESTIONS,
        [question for question, _ in made],
        [one.heading for one in models],
        [one.text for one in models],
        [one.received_at for one in models],
        [one.promise_at for one in models],
        [one.state for one in models],
        [one.holder for one in models],
        [one.facets.get("channel", "form") for one in models],
        [one.facets.get("subject") for one in models],
        [one.facets.get("language") for one in models],
    )
    await db.execute(
        _PUT_WORDS,
        [question for question, _ in made],
        [one.text for one in models],
        [_answers(one) for one in models],
    )


def _answers(one: QuestionReadModel) -> str:
    """Their words, which marks do not hide from the index: they are not read here, for every event of the
    question comes by. Between pointed brackets, PostgreSQL would see a tag."""
    said = (told.data.get("text", "") for told in one.heard if told.type.startswith("answer."))
    return " ".join(said)[:SEARCHED].replace("<", " ").replace(">", " ")


async def questions(db: Db) -> list[UUID]:
    """Every question that anything was heard of, in the order of their ids."""
    return [row["question"] for row in await db.fetch(_QUESTIONS)]

"""One person's words in every place where words may stand, and a search for them."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from uuid import UUID

import asyncpg

from devtools.checkout import ROOT
from services.contracts import topology

MARK = "zq-"
"""Begins what stands in one column and nowhere else: `zq-ingest-message-text`."""

FILL = (
    """INSERT INTO ingest.message (id, question, kind, partner, text, marked, sources, attachments,
        written_at)
    VALUES (gen_random_uuid(), $1, 'addition', 'lyon', 'zq-ingest-message-text', 'zq-ingest-message-marked',
        '["zq-ingest-message-sources"]', '[{"name": "zq-ingest-message-attachments"}]', now())""",
    """INSERT INTO ingest.held_reply (id, question, partner, reason, text, held_at)
    VALUES (gen_random_uuid(), $1, 'lyon', 'unsure', 'zq-ingest-held_reply-text', now())""",
    """INSERT INTO ingest.early_submission (question, partner, envelope, body, came_at)
    VALUES ($1, 'lyon', '["zq-ingest-early_submission-envelope"]', 'zq-ingest-early_submission-body',
        'infinity')""",
    r"INSERT INTO ingest.spam_sender (question, digest, since) VALUES ($1, '\x01', now())",
    "INSERT INTO ingest.group_post (question, partner, url) VALUES ($1, 'lyon', 'zq-ingest-group_post-url')",
    "UPDATE ingest.question SET reference = 'zq-ingest-question-reference' WHERE id = $1",
    """UPDATE ingest.ending SET body = '{"text": "zq-ingest-ending-body"}' WHERE question = $1""",
    """WITH made AS (
        INSERT INTO ingest.file (id, question, belongs_to, name, media_type, size, sha256, created_at)
        VALUES (gen_random_uuid(), $1, 'question', 'zq-ingest-file-name', 'text/plain', 1, 'x', now())
        RETURNING id
    ) INSERT INTO ingest.file_chunk (file, number, content)
    SELECT id, 0, 'ada.moulin@mail.example' FROM made""",
    """INSERT INTO router.history (question, at, what, actor, reason)
    VALUES ($1, now(), 'extended', 'Cécile', 'zq-router-history-reason')""",
    """UPDATE notifier.question SET reference = 'zq-notifier-question-reference',
        reopened_text = 'zq-notifier-question-reopened_text',
        attachments = '[{"name": "zq-notifier-question-attachments"}]' WHERE id = $1""",
    """UPDATE notifier.answer SET text = 'zq-notifier-answer-text', marked = 'zq-notifier-answer-marked',
        sources = '["zq-notifier-answer-sources"]',
        attachments = '[{"name": "zq-notifier-answer-attachments"}]' WHERE question_id = $1""",
    """INSERT INTO notifier.message (id, question_id, kind, partner, partner_name, text, marked, sources,
        attachments, written_at) VALUES (gen_random_uuid(), $1, 'addition', 'lyon', 'Lyon',
        'zq-notifier-message-text', 'zq-notifier-message-marked', '["zq-notifier-message-sources"]',
        '[{"name": "zq-notifier-message-attachments"}]', now())""",
    """UPDATE notifier.delivery SET details = '{"comment": "zq-notifier-delivery-details"}',
        url = 'zq-notifier-delivery-url', last_error = 'zq-notifier-delivery-last_error'
    WHERE question_id = $1 AND destination IS NULL""",
    """INSERT INTO notifier.delivery (id, question_id, kind, way, destination, details, state, decided_at,
        next_at)
    SELECT gen_random_uuid(), '00000000-0000-0000-0000-000000000000', kind, 'mail', 'lyon@lyon.example',
        told || '{"held": 3}', 'given_up', now(), now()
    FROM notifier.question q, LATERAL (VALUES
        ('digest', jsonb_build_object('open', jsonb_build_array(left(q.text, 100), 'Une autre ?'),
            'open_questions', jsonb_build_array(
                jsonb_build_object('id', q.id, 'headline', left(q.text, 100)),
                jsonb_build_object('id', 'another', 'headline', 'Une autre ?')))),
        ('daily', jsonb_build_object('late', jsonb_build_array(
            jsonb_build_object('id', q.id, 'headline', left(q.text, 100)),
            jsonb_build_object('id', 'another', 'headline', 'Une autre ?'))))
    ) AS list (kind, told) WHERE q.id = $1""",
    """UPDATE notifier.archive_entry SET sources = '["zq-notifier-archive_entry-sources"]',
        title = 'zq-notifier-archive_entry-title', answer = 'zq-notifier-archive_entry-answer',
        question = 'zq-notifier-archive_entry-question', marked = 'zq-notifier-archive_entry-marked'
    WHERE question_id = $1 AND state = 'held'""",
    """INSERT INTO workspace.draft (question, partner, person, text, sources, revision, saved_at) VALUES
        ($1, 'lyon', gen_random_uuid(), 'zq-workspace-draft-text', 'zq-workspace-draft-sources', 1, now())""",
    """INSERT INTO workspace.draft_kept (question, partner, person, text, sources, saved_at) VALUES (
        $1, 'lyon', gen_random_uuid(), 'zq-workspace-draft_kept-text',
        'zq-workspace-draft_kept-sources', now())""",
    """INSERT INTO workspace.draft_file (id, question, partner, person, name, media_type, size, added_at)
    VALUES (gen_random_uuid(), $1, 'lyon', gen_random_uuid(), 'zq-workspace-draft_file-name', 'image/png', 1,
        now())""",
    """INSERT INTO workspace.note (id, question, partner, text, at)
    VALUES (gen_random_uuid(), $1, 'lyon', 'zq-workspace-note-text', now())""",
    """INSERT INTO workspace.entry_shown (number, question, asked_at, texts)
    VALUES (4711, $1, now(), '{"answer": "zq-workspace-entry_shown-texts"}')""",
    """INSERT INTO workspace.group_post (delivery, question, version, at, text, library, url) VALUES (
        gen_random_uuid(), $1, 1, now(), 'zq-workspace-group_post-text', 'lyon',
        'ada.moulin@mail.example')""",
    """INSERT INTO workspace.failed_delivery (delivery, question, kind, way, attempts, error, failed_at)
    VALUES (gen_random_uuid(), $1, 'answer', 'mail', 12, 'zq-workspace-failed_delivery-error', now())""",
    """INSERT INTO workspace.application
        (id, library, name, mail, language, way, words, record, reason, asked_at)
    SELECT gen_random_uuid(), 'zq-workspace-application-library', 'zq-workspace-application-name',
        'ada.moulin@mail.example', 'zq-workspace-application-language', 'mail',
        'zq-workspace-application-words', '{"summary": "zq-workspace-application-record"}',
        'zq-workspace-application-reason', now() WHERE $1::uuid IS NOT NULL""",
    """INSERT INTO workspace.held_words (number, asked_at, heading, text, attachments)
    SELECT number, now(), 'ada.moulin@mail.example', 'ada.moulin@mail.example',
        ARRAY['ada.moulin@mail.example'] FROM workspace.held WHERE $1::uuid IS NOT NULL
    ON CONFLICT (number) DO UPDATE SET heading = excluded.heading, text = excluded.text,
        attachments = excluded.attachments""",
    """INSERT INTO workspace.request (id, question, partner, type, form, asked_at, state, field, value) VALUES
        (gen_random_uuid(), $1, 'lyon', 'answer.submitted', 'one', now(), 'refused', 'text',
        'zq-workspace-request-value')""",
    *(
        f"INSERT INTO {service}.waiting (question, body) VALUES ($1, 'zq-{service}-waiting-body')"
        for service in topology.SERVICES
    ),
    *(
        f"INSERT INTO {service}.announced (question, event, type, at, data)"
        f" VALUES ($1, 'filled', 'answer.added', now(), '{{\"text\": \"zq-{service}-announced-data\"}}')"
        for service in ("ingest", "router", "notifier")
    ),
    *(
        f"INSERT INTO {table} (question, event, type, at, data)"
        f" VALUES ($1, 'posted', 'question.published', now(),"
        f' \'{{"place": "asker", "way": "facebook_page", "url": "zq-{table.replace(".", "-")}-url"}}\')'
        for table in ("notifier.announced", "workspace.fact")
    ),
)
"""What a whole conversation, with all its mishaps, would leave of one question."""

NOT_IN_LETTERS = {
    *("question.asked_by", "question.asked_from", "sent_mail.fingerprint", "spam_sender.digest"),
    *(
        "question_search.digest",
        "submission.digest",
        "question.words",
        "question_search.words",
        "archive_entry.words",
        "file.media_type",
        "file.sha256",
    ),
    *("quarantine.envelope_to", "quarantine.reason"),
}
"""Hashes, lexemes and words of ours: there, but not as somebody wrote them."""

_COLUMNS = """
SELECT format('SELECT %L, %L WHERE EXISTS (SELECT FROM %I.%I t, unnest($1::text[]) AS sought (needle)
    WHERE strpos(t.%I::text, needle) > 0)', table_schema, table_name || '.' || column_name, table_schema,
    table_name, column_name)
FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
WHERE table_schema = ANY($1::text[]) AND table_type = 'BASE TABLE'
"""


async def fill(db: asyncpg.Connection[asyncpg.Record], question: UUID) -> None:
    await db.execute("SET search_path TO ingest")  # a default of held_reply names its sequence without
    for statement in FILL:
        await db.execute(statement, question)
    await db.execute("RESET search_path")


def forgotten_columns() -> set[tuple[str, str]]:
    """(service, table.column) that docs/privacy.md says are emptied when somebody is erased."""
    page = (ROOT / "docs" / "privacy.md").read_text()
    parts = re.split(r"^### (.+)$", page, flags=re.MULTILINE)
    return {
        (service.strip(), name)
        for service, text in zip(parts[1::2], parts[2::2], strict=True)
        for columns, until in re.findall(r"^\| (`.+?`) \|.*\| ([^|]+) \|$", text, re.MULTILINE)
        if "erase" in until
        for name in re.findall(r"`([a-z_]+\.[a-z_0-9]+)`", columns)
    }


def written(words: Sequence[str]) -> list[str]:
    """Each word as it stands in text, in JSON and in bytes."""
    return [form for word in words for form in (word, json.dumps(word)[1:-1], word.encode().hex())]


async def columns_that_hold(
    db: asyncpg.Connection[asyncpg.Record], words: Sequence[str]
) -> set[tuple[str, str]]:
    """(service, table.column) in which one of these words stands."""
    queries = [row[0] for row in await db.fetch(_COLUMNS, list(topology.SERVICES))]
    found = [await db.fetchrow(query, written(words)) for query in queries]
    return {
        ("every service" if row[1].startswith(("waiting.", "announced.")) else row[0], row[1])
        for row in found
        if row is not None
    }

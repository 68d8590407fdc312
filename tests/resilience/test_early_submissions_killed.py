"""`kill -9` of ingest while partners' programs are quicker than our own word that a question is theirs."""

from __future__ import annotations

import asyncio
import json
import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from itertools import repeat
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import aio_pika
import asyncpg
import pytest

from services.contracts import topology
from tests.integration.ingest.test_partner_events import cloud
from tests.support.bench import letter_of
from tests.support.doors_process import IngestProcess, ingest_process
from tests.support.ingest_doors import publish, routed_to
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

QUESTIONS = 40
SAID = "SELECT body FROM outbox WHERE exchange = $1 ORDER BY id"
Db: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture
async def db(database: Database) -> AsyncIterator[Db]:
    connection = await asyncpg.connect(database("ingest"))
    yield connection
    await connection.close()


async def said(db: Db, exchange: str, *wires: str) -> list[dict[str, Any]]:
    """What ingest says of these types: with no other service there, all of it stays in its outbox."""
    events = [json.loads(row["body"]) for row in await db.fetch(SAID, exchange)]
    return [event for event in events if event["type"] in wires]


async def until_said_of_all(
    db: Db, exchange: str, *wires: str, original: str | None = None
) -> list[dict[str, Any]]:
    """`original`: receipts for submissions of this type."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        for rest in repeat(0.1):
            events = [
                event
                for event in await said(db, exchange, *wires)
                if event["data"].get("original_type") == original
            ]
            if len({about(event) for event in events}) == QUESTIONS:
                return events
            await asyncio.sleep(rest)
    raise AssertionError("unreachable")


def about(event: dict[str, Any]) -> UUID:
    """A submission has its question's id for its own."""
    return UUID(event["data"].get("original_id") or event["subject"])


async def hand_in(vhost: VirtualHost, kind: str, questions: Sequence[UUID | None]) -> None:
    partner = "lyon" if kind == "answer" else "grigny"
    for question in questions:
        subject = {"subject": str(question)} if question else {}
        event = cloud(f"{kind}.submitted.v1", {"text": "Là."}, id=str(question or uuid4()), **subject)
        message = aio_pika.Message(json.dumps(event).encode(), delivery_mode=2)
        await publish(vhost.amqp_url, topology.INBOX, f"partner.{partner}.{event['type']}", message)


async def route(vhost: VirtualHost, questions: Sequence[UUID]) -> None:
    for question in questions:
        letter = letter_of(routed_to("lyon"), question)
        message = aio_pika.Message(letter.body, delivery_mode=2, content_type=letter.content_type)
        await publish(vhost.amqp_url, topology.EVENTS, letter.routing_key, message)


async def kill_now_and_then(process: IngestProcess, chance: random.Random) -> None:
    for _ in range(3):
        await asyncio.sleep(chance.uniform(0.0, 0.4))
        await process.kill()
        await process.start()


async def test_what_came_early_is_answered_once_whenever_ingest_is_killed(
    database: Database, vhost: VirtualHost, db: Db
) -> None:
    """Within its term it is taken, beyond it refused: on a slow machine there may be both."""
    chance = random.Random(20261127)
    async with ingest_process(database, vhost) as process:
        await hand_in(vhost, "question", [None] * QUESTIONS)
        received = await until_said_of_all(db, topology.EVENTS, "question.received.v1")
        asked = [UUID(event["subject"]) for event in received]
        await asyncio.gather(hand_in(vhost, "answer", asked), kill_now_and_then(process, chance))
        await asyncio.gather(route(vhost, asked), kill_now_and_then(process, chance))
        receipts = "submission.accepted.v1", "submission.refused.v1"
        told = await until_said_of_all(db, topology.PARTNERS, *receipts, original="answer.submitted.v1")
        assert await db.fetchval("SELECT count(*) FROM early_submission") == 0
        answers = await said(db, topology.EVENTS, "answer.received.v1")
    taken = {about(event) for event in told if event["type"] == receipts[0]}
    assert Counter(UUID(event["subject"]) for event in answers) == Counter(taken)

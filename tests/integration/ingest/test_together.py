"""Questions of the same moment share a transaction, and nothing else."""

import asyncio
from typing import Any

import httpx

from services.contracts.ingest import QuestionReceived
from tests.support.ingest_doors import Ingest, ingest
from tests.support.servers import Database, VirtualHost


async def ask(door: Ingest, number: int, text: str, key: str) -> httpx.Response:
    body: dict[str, Any] = {"text": text, "reference": str(number)}
    return await door.http.post("/api/v1/questions", json=body, headers={"idempotency-key": key})


async def test_a_hundred_at_once_are_a_hundred_questions(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        answers = await asyncio.gather(*(ask(door, n, "Où ?", f"k{n}") for n in range(100)))
        events = await door.announced(QuestionReceived)
    assert {answer.status_code for answer in answers} == {201}
    assert {answer.json()["id"] for answer in answers} == {str(event.subject) for event in events}
    assert len(events) == 100


async def test_the_same_key_at_once_is_one_question(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        answers = await asyncio.gather(*(ask(door, 0, "Où ?", "one") for _ in range(20)))
        assert len(await door.announced(QuestionReceived)) == 1
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert [answer.json()["again"] for answer in answers].count(False) == 1


async def test_one_that_is_refused_harms_no_neighbour(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        texts = ["Où ?", "\u200b" * 3, "Quand ?", "\x01", "Qui ?"]
        answers = await asyncio.gather(*(ask(door, n, text, f"k{n}") for n, text in enumerate(texts)))
        received = {event.data.text for event in await door.announced(QuestionReceived)}
    assert [answer.status_code for answer in answers] == [201, 422, 201, 422, 201]
    assert received == {"Où ?", "Quand ?", "Qui ?"}

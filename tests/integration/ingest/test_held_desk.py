"""Held things at the workspace: told as they come and go, whoever does it, and done with as is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import repeat
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import orjson

from services.contracts import coordinator, topology
from services.contracts.envelope import Event
from services.contracts.ingest import HeldEnded, HeldNoted, HeldShown, QuestionReceived
from tests.integration.ingest.test_quarantine import ENCRYPTED
from tests.support.bench import MOMENT
from tests.support.ingest_doors import BREAKS_THE_PARSER, Ingest, ingest, mail, publish
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

NOBODY = UUID(int=0)


async def hold(door: Ingest, raw: bytes) -> int:
    await door.deliver(raw)
    number: int = await door.fetchval("SELECT max(id) FROM quarantine")
    return number


async def ask(door: Ingest, *wishes: coordinator.CoordinatorRequest) -> None:
    for wish in wishes:
        event = Event(
            id=str(uuid4()),
            source="/sesame/workspace",
            type=wish.wire,
            subject=NOBODY,
            time=MOMENT,
            data=wish,
        )
        key = topology.coordinator_key(type(wish))
        await publish(door.amqp_url, topology.COORDINATOR, key, aio_pika.Message(event.encode()))


async def receipts(door: Ingest, number: int) -> Sequence[dict[str, Any]]:
    """So many, as soon as they are there."""
    query = "SELECT body FROM outbox WHERE exchange = $1 AND routing_key LIKE 'coordinator.%' ORDER BY id"
    async with asyncio.timeout(PATIENCE_SECONDS):
        for rest in repeat(0.05):
            rows = await door.running.chassis.pool.fetch(query, topology.PARTNERS)
            if len(rows) >= number:
                return [orjson.loads(row["body"])["data"] for row in rows]
            await asyncio.sleep(rest)
    raise AssertionError(number)


async def noted(door: Ingest, kind: type[Any], number: int) -> list[Any]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        for rest in repeat(0.05):
            found = await door.announced(kind)
            if len(found) >= number:
                return [event.data for event in found]
            await asyncio.sleep(rest)
    raise AssertionError(kind)


async def test_what_is_held_is_told_without_its_sender(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        number = await hold(door, ENCRYPTED)
        [fact] = await noted(door, HeldNoted, 1)
        assert (fact.number, fact.door, fact.reason) == (number, "mail", "encrypted")
        assert "ada@mail.example" not in fact.model_dump_json()


async def test_its_words_are_told_when_somebody_asks_and_never_its_sender(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await hold(door, ENCRYPTED)
        broken = await hold(door, BREAKS_THE_PARSER)
        await ask(
            door,
            coordinator.HeldShowRequested(by="Claire", number=broken),
            coordinator.HeldShowRequested(by="Claire", number=broken - 1),
            coordinator.HeldShowRequested(by="Claire", number=9999),
        )
        told = await receipts(door, 3)
        shown = {event.data.number: event.data for event in await door.announced(HeldShown)}
    assert [one.get("code") for one in told].count("nothing_held") == 1
    assert shown.keys() == {broken, broken - 1}
    assert shown[broken - 1].heading == "Un moulin"
    assert "ada@mail.example" not in "".join(one.model_dump_json() for one in shown.values())


async def test_what_is_released_becomes_a_question_and_what_is_dropped_is_gone(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        for number, text in enumerate(("Qui a peint la chapelle ?", "Où est le plan du moulin ?")):
            await door.deliver(mail(text, Message_ID=f"<{number}@mail.example>", List_Id="<n.example>"))
        rows = await door.running.chassis.pool.fetch("SELECT id FROM quarantine ORDER BY id")
        first, second = [row["id"] for row in rows]
        await ask(
            door,
            coordinator.HeldReleaseRequested(by="Claire", number=first),
            coordinator.HeldDropRequested(by="Claire", number=second),
        )
        told = await receipts(door, 2)
        assert all("code" not in one for one in told)
        ended = await noted(door, HeldEnded, 2)
        assert {one.number for one in ended} == {first, second}
        texts = [event.data.text for event in await door.announced(QuestionReceived)]
        assert ["chapelle" in text for text in texts] == [True]
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 0


async def test_what_can_not_be_taken_in_stays_held_and_the_next_is_done(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        broken = await hold(door, BREAKS_THE_PARSER)
        await ask(
            door,
            coordinator.HeldReleaseRequested(by="Claire", number=broken),
            coordinator.HeldDropRequested(by="Claire", number=9999),
        )
        told = await receipts(door, 2)
        assert {one["code"] for one in told} == {"stays_held", "nothing_held"}
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 1

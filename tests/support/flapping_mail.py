"""Answers while the mail server comes and goes and the notifier is killed: how it is played and counted."""

from __future__ import annotations

import asyncio
import json
import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import repeat
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import asyncpg
from aio_pika.abc import AbstractConnection

from devtools.servers.ports import free_port
from services.chassis.messaging.incoming import IncomingMessage
from services.contracts import topology
from services.contracts.ingest import HeldAnswered
from tests.support import notifier_facts as made
from tests.support.bench import letter_of
from tests.support.notifier_service import ANNOUNCED, environment, listening_others, start
from tests.support.servers import Database, VirtualHost
from tests.support.smtp_sink import Taken, smtp_sink
from tests.support.waiting import PATIENCE_SECONDS

UP_SECONDS, DOWN_SECONDS = 1.2, 0.6
ALIVE_SECONDS = 1.0
AT_ONCE = 100
IN_HAND = 32
"""Mails that one notifier has in hand at most: what a kill can double."""
CONNECTIONS = 8
"""Mails that it says at once: what an end of the mail server can double."""

TURNED_AWAY = 20
"""Senders of dropped mails who are told why, meanwhile."""

LEFT = """
SELECT (SELECT count(*) FROM delivery WHERE kind = 'answer' AND state = 'sent') = $1
    AND (SELECT count(*) FROM delivery WHERE kind = 'turned_away' AND state = 'sent') = $2
    AND (SELECT count(*) FROM outbox) = 0
"""


@dataclass
class Flapping:
    """A mail server that is up and down in turns, until cancelled."""

    taken: list[Taken] = field(default_factory=list)
    ends: int = 0

    async def run(self, port: int) -> None:
        while True:
            async with smtp_sink(port) as sink:
                sink.taken = self.taken
                await asyncio.sleep(UP_SECONDS)
            self.ends += 1
            await asyncio.sleep(DOWN_SECONDS)


async def tell_answers(broker: AbstractConnection, answers: int) -> None:
    letters = [letter for _ in range(answers) for letter in _letters(uuid4())]
    every = max(1, len(letters) // TURNED_AWAY)
    for number in range(TURNED_AWAY):
        letters.insert(number * every, _turned_away(number + 1))
    async with broker.channel() as channel:
        exchange = await channel.get_exchange(topology.EVENTS)
        for some in batched(letters, AT_ONCE):
            await asyncio.gather(
                *(
                    exchange.publish(aio_pika.Message(one.body, delivery_mode=2), one.routing_key)
                    for one in some
                )
            )


def _letters(question: UUID) -> list[IncomingMessage]:
    return [letter_of(fact, question) for fact in (made.received(), made.answered(question))]


def _turned_away(number: int) -> IncomingMessage:
    fact = HeldAnswered(
        number=number, mail=f"sender{number}@post.example", answer="no_advertising", received_at=made.MOMENT
    )
    return letter_of(fact, UUID(int=0))


def batched(letters: list[IncomingMessage], size: int) -> Iterator[list[IncomingMessage]]:
    return (letters[start : start + size] for start in range(0, len(letters), size))


async def until_all_is_out(database: Database, answers: int) -> None:
    db = await asyncpg.connect(database("notifier"))
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for rest in repeat(0.2):
                if await db.fetchval(LEFT, answers, TURNED_AWAY):
                    return
                await asyncio.sleep(rest)
    finally:
        await db.close()


async def announced(broker: AbstractConnection) -> dict[str, Any]:
    """Event id → event. A relay that is killed before it notes the broker's yes publishes again,
    under the same id: inboxes know it."""
    events: dict[str, Any] = {}
    async with broker.channel() as channel:
        queue = await channel.get_queue(ANNOUNCED, ensure=False)
        while (message := await queue.get(fail=False)) is not None:
            event = json.loads(message.body)
            events[event["id"]] = event
            await message.ack()
    return events


async def play(database: Database, vhost: VirtualHost, *, answers: int, kills: int) -> None:
    """Every answer is mailed and announced once, and every sender of a dropped mail told once; what is
    doubled bears the same Message-ID, and was in hand at a kill or at an end of the mail server."""
    flapping = Flapping()
    port = free_port()
    environ = environment(
        database, vhost, port, SESAME_ATTEMPT_SECONDS="2", SESAME_LEASE_SECONDS="3", SESAME_LOG_LEVEL="ERROR"
    )
    server = asyncio.create_task(flapping.run(port))
    async with listening_others(vhost) as broker:
        process = await start(environ)
        try:
            await tell_answers(broker, answers)
            for _ in range(kills):
                await asyncio.sleep(ALIVE_SECONDS)
                process.send_signal(signal.SIGKILL)
                await process.wait()
                process = await start(environ)
            await until_all_is_out(database, answers)
            events = await announced(broker)
        finally:
            process.terminate()
            await process.wait()
            server.cancel()
            with suppress(asyncio.CancelledError):
                await server
    published = Counter(event["subject"] for event in events.values())
    mails = [mail for mail in flapping.taken if mail.message["X-Sesame"] == "answer"]
    copies = Counter(str(mail.message["X-Sesame-Question"]) for mail in mails)
    ids = {(mail.message["X-Sesame-Question"], mail.message["Message-ID"]) for mail in mails}
    away = {
        (str(mail.message["To"]), str(mail.message["Message-ID"]))
        for mail in flapping.taken
        if mail.message["X-Sesame"] == "turned_away"
    }
    doubled = sum(number - 1 for number in copies.values())
    print(
        f"{answers} answers, {kills} kills, {flapping.ends} ends of the mail server, {doubled} mails doubled"
    )
    assert len(away) == len({to for to, _ in away}) == TURNED_AWAY
    assert set(published.values()) == {1}
    assert len(published) == len(copies) == len(ids) == answers
    assert doubled <= kills * IN_HAND + flapping.ends * CONNECTIONS

"""1,000 answers while the mail server comes and goes and the notifier is killed: each arrives."""

from __future__ import annotations

import asyncio
import signal
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import repeat
from uuid import uuid4

import asyncpg

from tests.integration import notifier_facts as made
from tests.notifier_service import ANNOUNCED, environment, free_port, heard, listening_others, start, tell
from tests.servers import Database, VirtualHost
from tests.smtp_sink import Taken, smtp_sink

ANSWERS = 1_000
KILLS = 4
UP_SECONDS, DOWN_SECONDS = 1.2, 0.6
PATIENCE_SECONDS = 150
IN_HAND = 32
"""Mails that one notifier has in hand at most: what a kill can double."""
CONNECTIONS = 8
"""Mails that it says at once: what an end of the mail server can double."""

UNSENT = "SELECT count(*) FROM delivery WHERE kind = 'answer' AND state <> 'sent'"


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


async def unsent(database: Database) -> int:
    db = await asyncpg.connect(database("notifier"))
    try:
        number: int = await db.fetchval(UNSENT)
        return number
    finally:
        await db.close()


async def test_every_answer_arrives_and_a_double_has_the_same_message_id(
    database: Database, vhost: VirtualHost
) -> None:
    flapping = Flapping()
    port = free_port()
    environ = environment(
        database, vhost, port, SESAME_ATTEMPT_SECONDS="2", SESAME_LEASE_SECONDS="3", SESAME_LOG_LEVEL="ERROR"
    )
    server = asyncio.create_task(flapping.run(port))
    async with listening_others(vhost) as broker:
        process = await start(environ)
        try:
            for _ in range(ANSWERS):
                question = uuid4()
                await tell(broker, question, made.received(), made.answered(question))
            for _ in range(KILLS):
                await asyncio.sleep(1.5)
                process.send_signal(signal.SIGKILL)
                await process.wait()
                process = await start(environ)
            async with asyncio.timeout(PATIENCE_SECONDS):
                for rest in repeat(0.5):
                    if await unsent(database) == 0:
                        break
                    await asyncio.sleep(rest)
            published = await heard(broker, ANNOUNCED, ANSWERS)
        finally:
            process.terminate()
            await process.wait()
            server.cancel()
            with suppress(asyncio.CancelledError):
                await server
    mails = [mail for mail in flapping.taken if mail.message["X-Sesame"] == "answer"]
    copies = Counter(str(mail.message["X-Sesame-Question"]) for mail in mails)
    ids = {(mail.message["X-Sesame-Question"], mail.message["Message-ID"]) for mail in mails}
    doubled = sum(number - 1 for number in copies.values())
    print(
        f"{ANSWERS} answers, {KILLS} kills, {flapping.ends} ends of the mail server, {doubled} mails doubled"
    )
    assert len({event["subject"] for event in published}) == ANSWERS
    assert len(copies) == ANSWERS
    assert len(ids) == ANSWERS
    assert doubled <= KILLS * IN_HAND + flapping.ends * CONNECTIONS

"""How fast deliveries leave, beside the raw publish rate: ./sesame bench notifier

Queues: decided deliveries of routed questions to partner queues, claimed, sent, confirmed and noted, against
as many messages of the same size published by aio-pika with confirms, nothing else; the middle of several
rounds. Mail: answers through a real SMTP server.
Leaves with status 1 when queues fall below half the raw rate or mail below 100 a second.
"""

from __future__ import annotations

import argparse
import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from operator import itemgetter
from time import perf_counter

import aio_pika
import uvloop
from aio_pika.abc import AbstractConnection
from uuid_utils.compat import uuid7

from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import running_servers
from services.chassis.messaging import broker as rabbit
from services.contracts import topology
from services.contracts.envelope import CONTENT_TYPE
from services.contracts.notifier import QuestionAssigned
from services.notifier.sending.mail.compose import Composer, SenderIdentity
from services.notifier.sending.mail.rendering import MailRenderer
from services.notifier.sending.senders.mail import MailSender
from services.notifier.sending.senders.partner_events import event_of
from services.notifier.sending.senders.partner_queue import QueueSender
from services.notifier.sending.senders.protocol import Sender
from services.notifier.sending.senders.smtp import SmtpLines, SmtpServer
from services.notifier.sending.worker import Pace
from services.notifier.store import claims
from tests.support import notifier_facts as made
from tests.support.bench import Bench, bench, letter_of
from tests.support.notifier_bench import SUBSCRIPTIONS, at_work, nothing_waits
from tests.support.servers import VirtualHost, cloned, drop, make_template, migrate_template, virtual_host
from tests.support.smtp_sink import smtp_sink

PARTNERS = 8
IN_FLIGHT = 500
ROUNDS = 5
QUEUE_PACE = Pace(1000, 30.0, timedelta(seconds=120))
MAIL_PACE = Pace(8, 30.0, timedelta(seconds=120))
HOUSE = SenderIdentity(
    "Sésame", "network.example", "https://network.example", (b"k" * 32,), "c@network.example", "fr"
)


@dataclass(frozen=True)
class Place:
    on: Bench
    vhost: VirtualHost


@asynccontextmanager
async def place() -> AsyncIterator[Place]:
    """Durable servers: what is measured must have been on the disk."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway_folder())
        servers = await stack.enter_async_context(running_servers(folder))
        template = await make_template(servers)
        await migrate_template(template)
        stack.push_async_callback(drop, template)
        database = await stack.enter_async_context(cloned(template))
        vhost = await stack.enter_async_context(virtual_host(servers))
        yield Place(await stack.enter_async_context(bench(database("notifier"), "notifier")), vhost)


async def decide(on: Bench, number: int, *, way: str, answered: bool) -> float:
    """Let the handlers decide; gives the seconds they took."""
    letters = []
    for turn in range(number):
        question = uuid7()
        partner = f"partner-{turn % PARTNERS}"
        letters.append(letter_of(made.received(asker=made.ASKER if answered else None), question))
        letters.append(
            letter_of(made.answered(question), question)
            if answered
            else letter_of(made.routed(question, partner=partner, way=way), question)
        )
    handling = on.handling(SUBSCRIPTIONS)
    started = perf_counter()
    for start in range(0, len(letters), 200):
        await handling.settle(letters[start : start + 200])
    return perf_counter() - started


async def sending(on: Bench, way: str, sender: Sender, pace: Pace) -> float:
    started = perf_counter()
    async with at_work(on, {way: sender}, pace):
        await nothing_waits(on, within_seconds=300, look_seconds=0.02)
        return perf_counter() - started


async def raw(connection: AbstractConnection, bodies: list[tuple[str, bytes]]) -> float:
    """The same bytes to the same queues, with confirms, `IN_FLIGHT` at once."""
    channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
    exchange = await channel.get_exchange(topology.PARTNERS)
    started = perf_counter()
    for start in range(0, len(bodies), IN_FLIGHT):
        await asyncio.gather(
            *(
                exchange.publish(
                    aio_pika.Message(
                        body, delivery_mode=2, content_type=CONTENT_TYPE, message_id=str(uuid7())
                    ),
                    key,
                    mandatory=True,
                )
                for key, body in bodies[start : start + IN_FLIGHT]
            )
        )
    return perf_counter() - started


async def queues(here: Place, number: int) -> dict[str, float]:
    link = rabbit.BrokerConnection(here.vhost.amqp_url)
    await link.open()
    for exchange in rabbit.EXCHANGES.values():
        await link.broker.declare_exchange(exchange)
    sender = QueueSender(lambda: link.connection, lambda _delivery: None)
    await decide(here.on, PARTNERS, way="queue", answered=False)
    await sending(here.on, "queue", sender, QUEUE_PACE)
    rounds = [await one_round(here, sender, number) for _ in range(ROUNDS)]
    await link.close()
    return sorted(rounds, key=itemgetter("share"))[ROUNDS // 2]


async def one_round(here: Place, sender: QueueSender, number: int) -> dict[str, float]:
    deciding = await decide(here.on, number, way="queue", answered=False)
    sample = await _sample(here.on)
    ours = await sending(here.on, "queue", sender, QUEUE_PACE)
    async with await aio_pika.connect(here.vhost.amqp_url) as connection:
        floor = await raw(connection, [(key_of(turn), sample) for turn in range(number)])
    return {
        "decided/s": number / deciding,
        "sent/s": number / ours,
        "raw/s": number / floor,
        "share": floor / ours,
    }


def key_of(turn: int) -> str:
    return topology.partner_key(f"partner-{turn % PARTNERS}", QuestionAssigned)


async def _sample(on: Bench) -> bytes:
    """One event as it will be sent, left unclaimed."""
    async with on.transactions.begin() as unit:
        [one] = await claims.claim(unit.db, "queue", unit.now, 1, timedelta(0))
    return event_of(one, page_url=None).encode()


async def mails(here: Place, number: int) -> dict[str, float]:
    await decide(here.on, number, way="mail", answered=True)
    composer = Composer(HOUSE, MailRenderer(zone="Europe/Paris"))
    async with smtp_sink() as sink, SmtpLines(SmtpServer("127.0.0.1", sink.port), most=8) as lines:
        taken = await sending(here.on, "mail", MailSender(composer, lines), MAIL_PACE)
        return {"mails/s": number / taken, "mails": len(sink.taken), "connections": sink.connections}


async def measure(number: int, letters: int) -> dict[str, dict[str, float]]:
    async with place() as here:
        return {"queues": await queues(here, number), "mail": await mails(here, letters)}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=10_000)
    parser.add_argument("--mails", type=int, default=1_000)
    chosen = parser.parse_args()
    figures = uvloop.run(measure(chosen.questions, chosen.mails))
    print(json.dumps(figures, indent=2))
    return int(figures["queues"]["share"] < 0.5 or figures["mail"]["mails/s"] < 100)


if __name__ == "__main__":
    raise SystemExit(main())

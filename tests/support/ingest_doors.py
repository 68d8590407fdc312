"""Ingest with its doors open, in the test's own process, and what it announced."""

from __future__ import annotations

import asyncio
import json
import smtplib
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.message import EmailMessage
from typing import Any, TypeVar
from uuid import UUID, uuid4

import aio_pika
import httpx
from uuid_utils.compat import uuid7

from services.chassis.clock import Clock, SystemClock
from services.contracts import topology
from services.contracts.catalogue import FACTS
from services.contracts.envelope import Event, decode, event_readers
from services.contracts.router import QuestionAnswered, QuestionClosed, QuestionRouted
from services.contracts.vocabulary import Facets, Fact, PartnerName, Reach
from services.ingest.__main__ import Running, opened
from services.ingest.settings import IngestSettings
from tests.support.bench import MOMENT, letter_of
from tests.support.imap_server import ImapServer
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

SECRET = "a key of sixteen letters and more"
KEYS = (SECRET.encode(),)
READERS = event_readers(FACTS)
F = TypeVar("F", bound=Fact)


NO_TIME = timedelta(0)
FACETS = Facets(channel="form", received_at=MOMENT, language="fr")
MARKER = QuestionClosed(reason="duplicate", facets=FACETS)
"""Published last on the one queue: when it was handled, so was all before it."""


@dataclass(frozen=True)
class Ingest:
    running: Running
    http: httpx.AsyncClient
    amqp_url: str

    async def announced(self, kind: type[F]) -> list[Event[F]]:
        """Nothing leaves the outbox before every service's queue stands: here it stays to be looked at."""
        rows = await self.running.chassis.pool.fetch(
            "SELECT body FROM outbox WHERE exchange = $1 ORDER BY id", topology.EVENTS
        )
        events = [decode(row["body"], READERS) for row in rows]
        return [event for event in events if isinstance(event, Event) and isinstance(event.data, kind)]

    async def told(self, partner: str) -> list[dict[str, Any]]:
        """What partner systems are told, as JSON."""
        rows = await self.running.chassis.pool.fetch(
            "SELECT body FROM outbox WHERE exchange = $1 AND routing_key LIKE $2 ORDER BY id",
            topology.PARTNERS,
            f"partner.{partner}.%",
        )
        return [json.loads(row["body"]) for row in rows]

    async def fetchval(self, query: str, *arguments: object) -> Any:
        return await self.running.chassis.pool.fetchval(query, *arguments)

    async def settled(self, within_seconds: float = PATIENCE_SECONDS) -> None:
        """Until everything published so far was handled: the queue is empty and nothing is in hand."""
        marker = letter_of(MARKER, uuid4())
        await publish(self.amqp_url, topology.EVENTS, marker.routing_key, aio_pika.Message(marker.body))
        seen = "SELECT true FROM inbox WHERE source = '/sesame/test' AND id = $1"
        async with asyncio.timeout(within_seconds):
            while True:
                if await self.fetchval(seen, marker.message_id):
                    return
                await asyncio.sleep(0.02)

    async def deliver(
        self, raw: bytes, to: Sequence[str] = ("question@sesame.example",), sender: str = "ada@mail.example"
    ) -> list[tuple[int, bytes]]:
        return await asyncio.to_thread(deliver, self.running.lmtp_port, raw, to, sender)


USUAL = {
    "public_url": "http://sesame.example",
    "link_secret": SECRET,
    "ingest_port": 0,
    "lmtp_port": 0,
    "grace_seconds": 0.3,
}


def own_servers(database: Database, vhost: VirtualHost) -> dict[str, str]:
    return {"amqp_url": vhost.amqp_url, "database_url": database("ingest")}


@asynccontextmanager
async def ingest(database: Database, vhost: VirtualHost, **settings: Any) -> AsyncIterator[Ingest]:
    async with ingest_at(SystemClock(), database, vhost, **settings) as door:
        yield door


@asynccontextmanager
async def ingest_at(
    clock: Clock, database: Database, vhost: VirtualHost, **settings: Any
) -> AsyncIterator[Ingest]:
    options = IngestSettings.model_validate(USUAL | own_servers(database, vhost) | settings)
    async with opened(options, clock) as running:
        address = f"http://127.0.0.1:{running.http_port}"
        async with httpx.AsyncClient(base_url=address, timeout=PATIENCE_SECONDS) as http:
            yield Ingest(running, http, vhost.amqp_url)


def deliver(port: int, raw: bytes, to: Sequence[str], sender: str) -> list[tuple[int, bytes]]:
    """As a mail server hands over one mail; the reply for each recipient, in order."""
    with smtplib.LMTP("127.0.0.1", port, timeout=PATIENCE_SECONDS) as lmtp:
        lmtp.ehlo_or_helo_if_needed()
        replies = [lmtp.mail(sender)] + [lmtp.rcpt(address) for address in to]
        refused = [reply for reply in replies[1:] if reply[0] != 250]
        if len(refused) == len(to):
            return refused
        first = lmtp.data(raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n"))
        return refused + [first] + [lmtp.getreply() for _ in range(len(to) - len(refused) - 1)]


def mail(body: str = "Où était le moulin de Grigny ?", **headers: str) -> bytes:
    message = EmailMessage()
    usual = {
        "From": "Ada <ada@mail.example>",
        "To": "question@sesame.example",
        "Subject": "Un moulin",
        "Message-ID": "<1@mail.example>",
    }
    for name, value in (usual | {key.replace("_", "-"): text for key, text in headers.items()}).items():
        message[name] = value
    message.set_content(body)
    return bytes(message)


def reading(server: ImapServer) -> dict[str, Any]:
    """The settings of a service that reads this mailbox."""
    return {
        "imap_host": "127.0.0.1",
        "imap_port": server.port,
        "imap_user": "ada",
        "imap_password": "p",
        "imap_tls": False,
    }


BREAKS_THE_PARSER = b"From: ada@mail.example\nSubject: Un moulin\n" + b"".join(
    b"Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n" % (level, level) for level in range(1000)
)


async def hears(door: Ingest, question: UUID, *facts: Fact, after: timedelta = NO_TIME) -> None:
    """These come as if another service had announced them: by the real queue."""
    for fact in facts:
        letter = letter_of(fact, question, time=MOMENT + after)
        message = aio_pika.Message(letter.body, delivery_mode=2, content_type=letter.content_type)
        await publish(door.amqp_url, topology.EVENTS, letter.routing_key, message)
    await door.settled()


async def publish(amqp_url: str, exchange: str, key: str, *messages: aio_pika.Message) -> None:
    async with await aio_pika.connect(amqp_url) as connection:
        channel = await connection.channel()
        target = await channel.get_exchange(exchange)
        for message in messages:
            await target.publish(message, key)


def routed_to(partner: str, name: str = "Médiathèque de Grigny") -> QuestionRouted:
    return QuestionRouted(
        assignment_id=uuid7(),
        partner=PartnerName(id=partner, name=name),
        reach=Reach(way="mail", address="desk@bib.example"),
        attempt=1,
        due_at=MOMENT,
        promise_at=MOMENT,
        facets=FACETS,
    )


def answered_by(
    partner: str, text: str = "À Grigny, au bord du Rhône.", at: datetime = MOMENT
) -> QuestionAnswered:
    return QuestionAnswered(
        answer_id=uuid7(),
        assignment_id=uuid7(),
        partner=PartnerName(id=partner, name="Médiathèque de Grigny"),
        text=text,
        sources=("https://gallica.example/moulin",),
        answered_at=at,
        promise_at=MOMENT,
        facets=FACETS,
    )

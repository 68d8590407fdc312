"""Many messages at once, and what became of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aio_pika
import pytest
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import PublishError
from aiormq import Channel
from pamqp.base import Frame
from pamqp.commands import Connection
from pamqp.frame import marshal
from yarl import URL

from services.chassis.messaging import broker as rabbit
from services.chassis.messaging import wire
from services.chassis.messaging.outgoing import OutgoingMessage
from services.contracts import topology
from tests.support.servers import VirtualHost
from tests.support.waiting import PATIENCE_SECONDS, until

NEVER_SECONDS = 1.0
"""So long we look whether something comes that must not."""


def event(key: str, number: int) -> OutgoingMessage:
    return OutgoingMessage.event(topology.EVENTS, key, f"{key} {number}", b"{}" * 1000)


async def test_of_a_page_each_message_says_what_became_of_it(vhost: VirtualHost) -> None:
    link = rabbit.BrokerConnection(vhost.amqp_url)
    await link.open()
    try:
        await rabbit.declare_topology(link.broker, "router")
        keys = ["question.received" if number % 3 else "nobody.hears" for number in range(300)]
        page = [event(key, number) for number, key in enumerate(keys)]
        outcomes = await rabbit.Publisher(link).publish_all(page)
    finally:
        await link.close()
    assert [isinstance(one, PublishError) for one in outcomes] == [key == "nobody.hears" for key in keys]
    assert all(one is None or isinstance(one, PublishError) for one in outcomes)


async def test_what_is_asked_for_at_once_is_told_apart(vhost: VirtualHost) -> None:
    link = rabbit.BrokerConnection(vhost.amqp_url)
    await link.open()

    async def channel() -> AbstractChannel:
        return link.channel

    try:
        await rabbit.declare_topology(link.broker, "router")
        together = wire.Together(channel)
        keys = ("question.received", "nobody.hears", "question.received")
        sending = [together.publish(event(key, number)) for number, key in enumerate(keys)]
        outcomes = await asyncio.gather(*sending, return_exceptions=True)
    finally:
        await link.close()
    assert [type(one) for one in outcomes] == [type(None), PublishError, type(None)]


class Short:
    """A queue of this test, and what was taken from it."""

    def __init__(self) -> None:
        self.taken: list[wire.Delivery] = []

    async def subscribe(self, channel: Channel, cancelled: object) -> None:
        assert callable(cancelled)
        await channel.queue_declare("short", durable=True)
        await wire.consume(channel, "short", self.taken.append, cancelled)


async def test_a_consumer_that_the_broker_ends_is_begun_again(vhost: VirtualHost) -> None:
    link = rabbit.BrokerConnection(vhost.amqp_url, prefetch=10, subscribe=Short().subscribe)
    await link.open()
    try:
        channel = await wire.below(link.channel)
        await channel.queue_delete("short")
        await until(lambda: link.is_lost)
    finally:
        await link.close()


async def test_a_channel_that_the_broker_closes_is_begun_again(vhost: VirtualHost) -> None:
    """As after half an hour without an acknowledgement: the connection stands, nobody consumes on it."""
    short = Short()
    link = rabbit.BrokerConnection(vhost.amqp_url, prefetch=10, subscribe=short.subscribe)
    await link.open()
    keeping = asyncio.create_task(link.keep())
    try:
        channel = await wire.below(link.channel)
        await channel.basic_ack(99)  # which was never delivered
        await until(lambda: channel.is_closed)
        async with await aio_pika.connect(vhost.amqp_url) as other, other.channel() as speaking:
            await speaking.default_exchange.publish(aio_pika.Message(b"{}"), "short")
        await until(lambda: bool(short.taken))
    finally:
        keeping.cancel()
        await asyncio.wait((keeping,))
        await link.close()


async def test_an_acknowledgement_on_a_channel_that_closes_is_an_error(vhost: VirtualHost) -> None:
    """Never a cancellation: the consumer's task would end with it, and the service."""
    short = Short()
    link = rabbit.BrokerConnection(vhost.amqp_url, prefetch=10, subscribe=short.subscribe)
    await link.open()
    try:
        channel = await wire.below(link.channel)
        await channel.basic_publish(b"{}", routing_key="short")
        await until(lambda: bool(short.taken))
        outcome, _ = await asyncio.gather(
            wire.acknowledge(short.taken[0]), channel.connection.close(), return_exceptions=True
        )
    finally:
        await link.close()
    assert outcome is None or isinstance(outcome, Exception)


async def test_what_waits_for_a_channel_that_closes_is_told_so() -> None:
    async def closes() -> AbstractChannel:
        raise asyncio.CancelledError

    together = wire.Together(closes)
    async with asyncio.timeout(PATIENCE_SECONDS):
        for number in range(2):
            with pytest.raises(ConnectionError):
                await together.publish(event("question.received", number))


async def test_a_broker_that_reads_nothing_is_written_no_more(vhost: VirtualHost) -> None:
    """Short of memory or disk it takes nothing from who publishes: the rest stays in the outbox, it does not
    wait in our memory."""
    pieces = [[OutgoingMessage("", "nobody", "text/plain", "", b"x" * 4_000_000)] for _ in range(12)]

    async def publish(channel: Channel) -> None:
        for piece in pieces:
            await wire.publish(channel, piece)

    async with dammed(vhost.amqp_url) as dam:
        link = rabbit.BrokerConnection(dam.url)
        await link.open()
        try:
            dam.flowing.clear()
            publishing = asyncio.create_task(publish(await wire.below(link.channel)))
            done, _ = await asyncio.wait((publishing,), timeout=NEVER_SECONDS)
            dam.flowing.set()
            await asyncio.wait((publishing,), timeout=PATIENCE_SECONDS)
        finally:
            await link.close()
    assert not done
    assert publishing.done()
    assert publishing.exception() is None


async def test_a_broker_that_says_it_reads_nothing_keeps_its_connection(vhost: VirtualHost) -> None:
    """One that is left with words in it is never closed: each would take a socket and memory of ours."""
    async with dammed(vhost.amqp_url) as dam:
        link = rabbit.BrokerConnection(dam.url)
        await link.open()
        try:
            await rabbit.declare_topology(link.broker, "router")
            publisher = rabbit.Publisher(link)
            dam.say(Connection.Blocked(reason="low on memory"))
            await until_blocked(link)
            dam.flowing.clear()
            blocked = await publisher.publish_all([event("question.received", 1)])
            lost = link.is_lost
            dam.flowing.set()
            dam.say(Connection.Unblocked())
            taken = await publisher.publish_all([event("question.received", 1)])
        finally:
            await link.close()
    assert [type(one) for one in blocked] == [TimeoutError]
    assert not lost
    assert taken == [None]


async def test_what_comes_after_a_connection_that_died_full_goes_by_the_next(vhost: VirtualHost) -> None:
    async with dammed(vhost.amqp_url) as dam:
        link = rabbit.BrokerConnection(dam.url)
        await link.open()

        async def channel() -> AbstractChannel:
            return link.channel

        try:
            await rabbit.declare_topology(link.broker, "router")
            together = wire.Together(channel)
            dam.say(Connection.Blocked(reason="low on memory"))
            await until_blocked(link)
            dam.flowing.clear()
            stuck = asyncio.create_task(together.publish(event("question.received", 1)))
            await asyncio.wait((stuck,), timeout=NEVER_SECONDS)
            dam.flowing.set()
            dam.cut()
            await until(lambda: link.is_lost)
            await link.close()
            await link.open()
            async with asyncio.timeout(PATIENCE_SECONDS):
                await together.publish(event("question.received", 2))
                (outcome,) = await asyncio.gather(stuck, return_exceptions=True)
        finally:
            await link.close()
    assert isinstance(outcome, Exception)


async def until_blocked(link: rabbit.BrokerConnection) -> None:
    connection = (await wire.below(link.channel)).connection
    async with asyncio.timeout(PATIENCE_SECONDS):
        with suppress(TimeoutError):
            while True:
                async with asyncio.timeout(0.05):
                    await connection.ready()
                await asyncio.sleep(0.02)


class Dam:
    """The broker behind a socket that reads of us only while it is `flowing`."""

    def __init__(self, url: str) -> None:
        self.broker = URL(url)
        self.url = ""
        self.flowing = asyncio.Event()
        self.flowing.set()
        self.carrying: set[asyncio.Task[None]] = set()
        self._clients: list[asyncio.StreamWriter] = []

    async def lead(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_broker, to_broker = await asyncio.open_connection(self.broker.host, self.broker.port)
        self._clients.append(writer)
        always = asyncio.Event()
        always.set()
        for source, target, flowing in (
            (reader, to_broker, self.flowing),
            (from_broker, writer, always),
        ):
            self.carrying.add(asyncio.create_task(_carry(source, target, flowing)))

    def cut(self) -> None:
        """The connections so far are gone without a word."""
        for client in self._clients:
            client.transport.abort()
        self._clients.clear()

    def say(self, frame: Frame) -> None:
        """In the broker's name, to all: while it says nothing itself."""
        for client in self._clients:
            client.write(marshal(frame, 0))


async def _carry(source: asyncio.StreamReader, target: asyncio.StreamWriter, flowing: asyncio.Event) -> None:
    with suppress(ConnectionError):
        while some := await source.read(65536):
            await flowing.wait()
            target.write(some)
            await target.drain()
    target.close()


@asynccontextmanager
async def dammed(url: str) -> AsyncIterator[Dam]:
    dam = Dam(url)
    async with await asyncio.start_server(dam.lead, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        dam.url = str(dam.broker.with_host("127.0.0.1").with_port(port))
        yield dam
        for task in dam.carrying:
            task.cancel()
        if dam.carrying:
            await asyncio.wait(dam.carrying)


def test_pieces_are_small_and_lose_nothing() -> None:
    page = [event("question.received", number) for number in range(1000)]
    pieces = list(wire.in_pieces(page))
    assert [one for piece in pieces for one in piece] == page
    assert len(pieces) > 1
    assert all(sum(len(one.body) for one in piece) <= wire.MOST_BYTES + 2000 for piece in pieces)

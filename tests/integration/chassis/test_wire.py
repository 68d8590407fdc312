"""Many messages at once, and what became of each."""

from __future__ import annotations

import asyncio

from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import PublishError
from aiormq import Channel

from services.chassis.messaging import broker as rabbit
from services.chassis.messaging import wire
from services.chassis.messaging.outgoing import OutgoingMessage
from services.contracts import topology
from tests.support.servers import VirtualHost
from tests.support.waiting import until


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


async def test_a_consumer_that_the_broker_ends_is_begun_again(vhost: VirtualHost) -> None:
    taken: list[wire.Delivery] = []

    async def subscribe(channel: Channel, cancelled: object) -> None:
        assert callable(cancelled)
        await channel.queue_declare("short", durable=True)
        await wire.consume(channel, "short", taken.append, cancelled)

    link = rabbit.BrokerConnection(vhost.amqp_url, prefetch=10, subscribe=subscribe)
    await link.open()
    try:
        channel = await wire.below(link.channel)
        await channel.queue_delete("short")
        await until(lambda: link.is_lost)
    finally:
        await link.close()


def test_pieces_are_small_and_lose_nothing() -> None:
    page = [event("question.received", number) for number in range(1000)]
    pieces = list(wire.in_pieces(page))
    assert [one for piece in pieces for one in piece] == page
    assert len(pieces) > 1
    assert all(sum(len(one.body) for one in piece) <= wire.MOST_BYTES + 2000 for piece in pieces)

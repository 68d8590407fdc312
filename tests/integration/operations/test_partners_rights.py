"""The broker itself stops a partner from everything but its inbox key and its own queue."""

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import aio_pika
import httpx
import pytest
from aio_pika.abc import AbstractChannel, AbstractQueue
from aio_pika.exceptions import AMQPError
from aiormq.exceptions import ChannelAccessRefused

from operations.broker.management import Management, managing
from operations.broker.provision import as_user, provision
from operations.partners import broker
from services.contracts import topology
from services.contracts.catalogue import FACTS, FROM_COORDINATOR
from services.contracts.envelope import CONTENT_TYPE
from tests.support.servers import VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

Action = Callable[[AbstractChannel], Awaitable[object]]


@pytest.fixture
async def management(vhost: VirtualHost) -> AsyncIterator[Management]:
    """With everything the topology asks for, and its service users gone afterwards."""
    async with managing(vhost.management_url, vhost.name) as management:
        await provision(management, dict.fromkeys(topology.SERVICES, secrets.token_hex(8)))
        yield management
        for service in topology.SERVICES:
            await management.delete_user(f"sesame.{service}")


@pytest.fixture
async def partner(management: Management) -> AsyncIterator[tuple[str, str]]:
    """Id and password."""
    name = f"lyon-{secrets.token_hex(3)}"
    password = await broker.open_account(management, name)
    assert password is not None
    yield name, password
    await broker.close_account(management, name)


@pytest.fixture
async def neighbour(management: Management) -> AsyncIterator[str]:
    name = f"metz-{secrets.token_hex(3)}"
    await broker.open_account(management, name)
    yield name
    await broker.close_account(management, name)


@asynccontextmanager
async def channel_of(url: str) -> AsyncIterator[AbstractChannel]:
    async with await aio_pika.connect(url) as connection:
        yield await connection.channel(publisher_confirms=True, on_return_raises=True)


@pytest.fixture
def url(vhost: VirtualHost, partner: tuple[str, str]) -> str:
    return as_user(vhost.amqp_url, *partner, vhost.name)


def message(**properties: Any) -> aio_pika.Message:
    return aio_pika.Message(b"{}", content_type=CONTENT_TYPE, **properties)


async def publish(channel: AbstractChannel, exchange: str, key: str, **properties: Any) -> None:
    target = await channel.get_exchange(exchange, ensure=False)
    await target.publish(message(**properties), key, mandatory=True)


async def is_refused(url: str, action: Action) -> bool:
    """On a connection of its own: the broker closes the channel of who tries what it may not."""
    async with channel_of(url) as channel:
        try:
            await action(channel)
        except ChannelAccessRefused:
            return True
    return False


async def test_a_partner_publishes_as_itself(url: str, partner: tuple[str, str]) -> None:
    async with channel_of(url) as channel:
        await publish(channel, topology.INBOX, f"partner.{partner[0]}.answer.submitted.v1")


async def test_a_partner_reads_what_the_network_tells_it(
    url: str, partner: tuple[str, str], vhost: VirtualHost
) -> None:
    key = f"partner.{partner[0]}.question.assigned.v1"
    async with channel_of(vhost.amqp_url) as network:
        await publish(network, topology.PARTNERS, key)
    async with channel_of(url) as channel:
        queue = await channel.get_queue(f"partner.{partner[0]}", ensure=False)
        assert (await queue.get(timeout=PATIENCE_SECONDS)).routing_key == key


@pytest.mark.parametrize(
    ("exchange", "key"),
    [
        (topology.EVENTS, "question.answered"),
        (topology.PARTNERS, "partner.{own}.question.assigned.v1"),
        (topology.DEAD, "router"),
        (topology.INBOX, "partner.{other}.answer.submitted.v1"),
        (topology.INBOX, "partner.{own}-2.answer.submitted.v1"),
        (topology.INBOX, "answer.submitted"),
        ("amq.topic", "partner.{own}.answer.submitted.v1"),
        ("amq.rabbitmq.event", "x"),
        ("", "router"),
        ("", "partner.{other}"),
    ],
)
async def test_a_partner_publishes_nowhere_else(
    url: str, partner: tuple[str, str], neighbour: str, exchange: str, key: str
) -> None:
    full_key = key.format(own=partner[0], other=neighbour)
    assert await is_refused(url, lambda channel: publish(channel, exchange, full_key))


async def test_a_partner_is_not_heard_as_another_by_further_keys(
    url: str, partner: tuple[str, str], neighbour: str, vhost: VirtualHost
) -> None:
    """RabbitMQ 3 does not check the keys in CC and BCC: what comes must still bear the sender's own.
    RabbitMQ 4 refuses the whole message."""
    own, other = (f"partner.{name}.answer.submitted.v1" for name in (partner[0], neighbour))
    headers = {"CC": [other, "router"], "BCC": [other]}
    refused = await is_refused(url, lambda channel: publish(channel, topology.INBOX, own, headers=headers))
    async with channel_of(vhost.amqp_url) as network:
        queue = await network.get_queue("ingest", ensure=False)
        heard = [letter.routing_key for letter in await everything(queue)]
    assert heard == ([] if refused else [own])


async def test_a_partner_reaches_no_service_but_ingest_by_further_keys(
    url: str, partner: tuple[str, str], vhost: VirtualHost
) -> None:
    own = f"partner.{partner[0]}.answer.submitted.v1"
    keys = [topology.coordinator_key(fact) for fact in FROM_COORDINATOR]
    keys += [topology.routing_key(fact) for fact in FACTS]
    for name in ("CC", "BCC"):
        send = partial(publish, exchange=topology.INBOX, key=own, headers={name: [*keys, *topology.SERVICES]})
        await is_refused(url, send)
    async with channel_of(vhost.amqp_url) as network:
        for service in set(topology.SERVICES) - {"ingest"}:
            assert await everything(await network.get_queue(service, ensure=False)) == [], service


async def everything(queue: AbstractQueue) -> list[aio_pika.abc.AbstractIncomingMessage]:
    letters = []
    while (letter := await queue.get(fail=False, no_ack=True)) is not None:
        letters.append(letter)
    return letters


def reading(queue: str) -> Action:
    async def action(channel: AbstractChannel) -> None:
        await (await channel.get_queue(queue, ensure=False)).get(fail=False)

    return action


async def test_a_partner_reads_no_other_queue(url: str, neighbour: str) -> None:
    for queue in (f"partner.{neighbour}", *topology.SERVICES, *map(topology.dead_queue, topology.SERVICES)):
        assert await is_refused(url, reading(queue)), queue


async def nobody(_: aio_pika.abc.AbstractIncomingMessage) -> None:
    raise AssertionError("nothing is to come")


async def test_a_partner_consumes_purges_and_deletes_no_other_queue(url: str, neighbour: str) -> None:
    async def consume(channel: AbstractChannel) -> None:
        queue = await channel.get_queue(f"partner.{neighbour}", ensure=False)
        await queue.consume(nobody)

    async def purge(channel: AbstractChannel) -> None:
        await (await channel.get_queue("router", ensure=False)).purge()

    async def delete(channel: AbstractChannel) -> None:
        await channel.queue_delete("router")

    for action in (consume, purge, delete):
        assert await is_refused(url, action), action.__name__


async def test_a_partner_declares_and_binds_nothing(url: str, partner: tuple[str, str]) -> None:
    own = f"partner.{partner[0]}"

    async def bind(channel: AbstractChannel) -> None:
        await (await channel.get_queue(own, ensure=False)).bind(topology.EVENTS, "#")

    async def delete_own(channel: AbstractChannel) -> None:
        await channel.queue_delete(own)

    actions: list[Action] = [
        lambda channel: channel.declare_queue("mine", durable=True),
        lambda channel: channel.declare_queue("", exclusive=True),
        lambda channel: channel.declare_exchange("mine", durable=True),
        lambda channel: channel.declare_exchange(topology.EVENTS, "topic", durable=True),
        lambda channel: channel.exchange_delete(topology.INBOX),
        bind,
        delete_own,
    ]
    assert [await is_refused(url, action) for action in actions] == [True] * len(actions)


async def test_a_partner_can_not_pretend_to_be_another_user(
    url: str, partner: tuple[str, str], neighbour: str
) -> None:
    own = f"partner.{partner[0]}.answer.submitted.v1"
    async with channel_of(url) as channel:
        with pytest.raises(aio_pika.exceptions.ChannelPreconditionFailed):
            await publish(channel, topology.INBOX, own, user_id=neighbour)


@pytest.mark.parametrize("path", ["/api/overview", "/api/users", "/api/definitions", "/api/whoami"])
async def test_the_management_api_is_closed_to_partners(
    vhost: VirtualHost, partner: tuple[str, str], path: str
) -> None:
    place = vhost.management_url.rpartition("@")[2]
    async with httpx.AsyncClient(base_url=f"http://{place}", auth=partner, timeout=PATIENCE_SECONDS) as http:
        answer = await http.get(path)
    assert answer.status_code == httpx.codes.UNAUTHORIZED
    assert "error" in json.loads(answer.text)


async def test_other_virtual_hosts_are_closed_to_partners(
    vhost: VirtualHost, partner: tuple[str, str]
) -> None:
    with pytest.raises(AMQPError):
        async with channel_of(as_user(vhost.amqp_url, *partner, "/")):
            pass


async def test_a_suspended_partner_is_put_out_and_stays_out(
    management: Management, url: str, partner: tuple[str, str]
) -> None:
    await broker.suspend(management, partner[0])
    with pytest.raises(AMQPError):
        async with channel_of(url):
            pass
    await broker.resume(management, partner[0])
    assert not await is_refused(url, reading(f"partner.{partner[0]}"))

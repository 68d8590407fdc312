import asyncio
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import aio_pika
import aiormq
import asyncpg
import httpx
import psutil
import pytest

from devtools.demo.own_place import own_place
from devtools.servers.ports import LOOPBACK
from devtools.servers.servers import Servers, running_servers
from operations.broker.management import BrokerRefused, managing
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS, until


async def test_a_database_is_migrated_and_each_service_sees_its_own_schema(database: Database) -> None:
    connection = await asyncpg.connect(database("router"))
    try:
        assert await connection.fetchval("SELECT current_schema()") == "router"
        assert await connection.fetchval("SELECT count(*) FROM outbox") == 0
    finally:
        await connection.close()


async def test_a_virtual_host_takes_a_quorum_queue(vhost: VirtualHost) -> None:
    connection = await aio_pika.connect(vhost.amqp_url)
    async with connection:
        channel = await connection.channel()
        queue = await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
        await channel.default_exchange.publish(aio_pika.Message(b"one"), routing_key="kept")
        assert (await queue.get(timeout=PATIENCE_SECONDS, no_ack=True)).body == b"one"


async def test_the_demonstration_leaves_nothing_on_servers_that_were_given(
    vhost: VirtualHost, database: Database
) -> None:
    given = Servers(vhost.amqp_url, vhost.management_url, database.admin_url, rabbitmq=None, postgresql=None)
    async with own_place(given) as place, await aio_pika.connect(place.amqp_url) as connection:
        await (await connection.channel()).declare_exchange("sesame.events", "topic", durable=True)
        administrator = await asyncpg.connect(place.database_url)
        await administrator.close()
    with pytest.raises(aiormq.exceptions.AMQPError):
        await aio_pika.connect(place.amqp_url)
    with pytest.raises(asyncpg.InvalidCatalogNameError):
        await asyncpg.connect(place.database_url)


async def test_the_demonstration_plays_where_the_http_api_has_another_login(
    vhost: VirtualHost, database: Database
) -> None:
    other = f"other-{secrets.token_hex(6)}"
    address = urlsplit(vhost.management_url)
    login = address._replace(netloc=f"{other}:word@{address.netloc.rpartition('@')[2]}").geturl()
    async with managing(vhost.management_url, vhost.name) as management:
        await management.put_user(other, "word", tag="administrator")
        try:
            given = Servers(vhost.amqp_url, login, database.admin_url, rabbitmq=None, postgresql=None)
            async with own_place(given) as place, await aio_pika.connect(place.amqp_url) as connection:
                assert place.amqp_url != vhost.amqp_url
                await (await connection.channel()).declare_exchange("sesame.events", "topic", durable=True)
        finally:
            await management.delete_user(other)


async def test_a_virtual_host_that_nobody_may_use_is_not_left_behind(vhost: VirtualHost) -> None:
    name = f"{vhost.name}-unused"
    async with managing(vhost.management_url, name) as management:
        with pytest.raises(BrokerRefused, match=f"permissions/{name}"):
            await management.make_vhost("nobody-of-this-name")
        with pytest.raises(BrokerRefused, match="404"):
            await management.queues()


async def test_a_broker_without_its_http_api_is_used_as_it_is(
    vhost: VirtualHost, database: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    nobody = f"http://{LOOPBACK}:9"
    given = Servers(vhost.amqp_url, nobody, database.admin_url, rabbitmq=None, postgresql=None)
    async with own_place(given) as place:
        assert place.amqp_url == vhost.amqp_url
    assert "and stay. SESAME_AMQP_MANAGEMENT_URL names" in capsys.readouterr().err


async def test_killed_servers_come_back_on_their_ports_with_what_was_confirmed(
    mortal_servers: Servers,
) -> None:
    rabbitmq, postgresql = mortal_servers.rabbitmq, mortal_servers.postgresql
    assert rabbitmq is not None
    assert postgresql is not None
    await _leave_a_trace(mortal_servers)
    await until(lambda: rabbitmq.has_on_disk("kept"))
    await asyncio.gather(rabbitmq.kill(), postgresql.kill())
    await asyncio.gather(rabbitmq.start(), postgresql.start())
    assert await _read_the_trace(mortal_servers) == (b"kept", "kept")


async def _leave_a_trace(servers: Servers) -> None:
    async with await aio_pika.connect(servers.amqp_url) as connection:
        channel = await connection.channel()
        await channel.declare_queue("kept", durable=True, arguments={"x-queue-type": "quorum"})
        message = aio_pika.Message(b"kept", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await channel.default_exchange.publish(message, routing_key="kept")
    database = await asyncpg.connect(servers.database_url)
    await database.execute("CREATE TABLE trace AS SELECT 'kept'::text AS word")
    await database.close()


async def _read_the_trace(servers: Servers) -> tuple[bytes, str]:
    async with await aio_pika.connect(servers.amqp_url) as connection:
        queue = await (await connection.channel()).get_queue("kept")
        body = (await queue.get(timeout=PATIENCE_SECONDS, no_ack=True)).body
    database = await asyncpg.connect(servers.database_url)
    word: str = await database.fetchval("SELECT word FROM trace")
    await database.close()
    return body, word


async def test_every_private_port_listens_on_the_loopback_address_only(servers: Servers) -> None:
    ours = [server.pid for server in (servers.rabbitmq, servers.postgresql) if server is not None]
    listening = {
        socket.laddr.ip
        for pid in ours
        for socket in psutil.Process(pid).net_connections(kind="tcp")
        if socket.status == psutil.CONN_LISTEN
    }
    assert listening <= {LOOPBACK}


async def test_postgresql_never_runs_as_root(servers: Servers) -> None:
    if servers.postgresql is not None:
        assert psutil.Process(servers.postgresql.pid).uids().effective != 0


async def test_the_management_interface_asks_for_the_password(vhost: VirtualHost) -> None:
    address = vhost.management_url.rpartition("@")[2]
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://{address}/api/overview")).status_code == 401


async def test_given_addresses_are_used_and_nothing_starts(tmp_path: Path) -> None:
    given = {
        "SESAME_AMQP_URL": "amqp://broker.example/",
        "SESAME_DATABASE_URL": "postgresql://database.example/sesame",
        "SESAME_AMQP_MANAGEMENT_URL": "http://broker.example:15672",
    }
    async with running_servers(tmp_path, environ=given) as servers:
        assert servers == Servers(
            amqp_url=given["SESAME_AMQP_URL"],
            amqp_management_url=given["SESAME_AMQP_MANAGEMENT_URL"],
            database_url=given["SESAME_DATABASE_URL"],
            rabbitmq=None,
            postgresql=None,
        )

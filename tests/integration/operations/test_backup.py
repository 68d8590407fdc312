"""A platform copied while it works, lost, and back elsewhere with everything that was promised."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from uuid import uuid4

import aio_pika
import asyncpg
import pytest

from devtools.servers.servers import Servers
from operations.backup import in_flight
from operations.backup.copies import copies_in
from operations.backup.sealing import new_key
from operations.broker.counting import counts
from operations.broker.management import managing
from operations.cli import main
from operations.partners import broker
from services.chassis.messaging.broker import BrokerConnection, declare_topology
from services.contracts import topology
from tests.support.servers import Database, VirtualHost, cloned, virtual_host

TEXT = "Qui a fondé la bibliothèque ?"
LINK_SECRET = "the key that signed what is in people's mails"
Sesame = Callable[..., Awaitable[str]]


@pytest.fixture
def sesame(
    vhost: VirtualHost,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Sesame:
    settle(monkeypatch, vhost, database)
    monkeypatch.setenv("SESAME_LINK_SECRET", LINK_SECRET)

    async def run(*arguments: str, status: int = 0) -> str:
        ended = await asyncio.to_thread(main, list(arguments))
        printed = capsys.readouterr()
        assert ended == status, printed.out + printed.err
        return printed.out + printed.err

    return run


def settle(monkeypatch: pytest.MonkeyPatch, vhost: VirtualHost, database: Database) -> None:
    monkeypatch.setenv("SESAME_AMQP_URL", vhost.amqp_url)
    monkeypatch.setenv("SESAME_AMQP_MANAGEMENT_URL", vhost.management_url)
    monkeypatch.setenv("SESAME_DATABASE_URL", database.admin_url)


async def bind_all(vhost: VirtualHost) -> None:
    link = BrokerConnection(vhost.amqp_url)
    await link.open()
    for service in topology.SERVICES:
        await declare_topology(link.broker, service)
    await link.close()


async def announce(vhost: VirtualHost, *ids: str) -> None:
    async with await aio_pika.connect(vhost.amqp_url) as connection, connection.channel() as channel:
        exchange = await channel.get_exchange(topology.EVENTS)
        for id_ in ids:
            await exchange.publish(aio_pika.Message(TEXT.encode(), message_id=id_), "question.received")


async def ask_and_take(database: Database) -> None:
    db = await asyncpg.connect(database("ingest"))
    await db.executemany(
        "INSERT INTO question (id, facets, text, received_at) VALUES ($1, '{}', $2, now())",
        [(uuid4(), TEXT) for _ in range(20)],
    )
    await db.close()
    db = await asyncpg.connect(database("router"))
    await db.execute(
        "INSERT INTO inbox (source, id, handled_at) VALUES ('/sesame/ingest', 'old', '2026-01-01Z')"
    )
    await db.close()


async def hear_the_first_start(database: Database) -> None:
    """A workspace that knows no library asks the router for all of them."""
    db = await asyncpg.connect(database("router"))
    await db.execute("INSERT INTO inbox (source, id) VALUES ('/sesame/workspace', 'first')")
    await db.close()


async def questions(database: Database) -> int:
    db = await asyncpg.connect(database("ingest"))
    try:
        return int(await db.fetchval("SELECT count(*) FROM question"))
    finally:
        await db.close()


async def test_everything_is_back_on_an_empty_installation(
    sesame: Sesame,
    vhost: VirtualHost,
    database: Database,
    template: Database,
    servers: Servers,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    partner = f"lyon-{secrets.token_hex(3)}"
    await bind_all(vhost)
    async with managing(vhost.management_url, vhost.name) as management:
        await broker.open_account(management, partner)
    await ask_and_take(database)
    key = tmp_path / "key.txt"
    identity, recipient = new_key()
    key.write_text(f"# for the safe\n{identity}\n")
    settings = tmp_path / "settings.tar"
    settings.write_bytes(b"a tar")
    said = await sesame(
        "backup", str(tmp_path / "copies"), "--recipient", recipient, "--settings", str(settings)
    )
    assert "MB for 1 recipients" in said
    (copy,) = copies_in(tmp_path / "copies")
    for file in copy.iterdir():
        assert TEXT.encode() not in file.read_bytes()
        assert LINK_SECRET.encode() not in file.read_bytes()
    async with managing(vhost.management_url, vhost.name) as management:
        await broker.close_account(management, partner)
    async with AsyncExitStack() as stack:
        elsewhere = await stack.enter_async_context(virtual_host(servers))
        empty = await stack.enter_async_context(cloned(template))
        await bind_all(elsewhere)
        settle(monkeypatch, elsewhere, empty)
        await hear_the_first_start(empty)
        assert "are back" in await sesame("restore", str(tmp_path / "copies"), "--identity", str(key))
        assert await questions(empty) == 20
        db = await asyncpg.connect(empty("router"))
        assert await db.fetchval("SELECT handled_at > now() - interval '1 hour' FROM inbox WHERE id = 'old'")
        await db.close()
        async with managing(elsewhere.management_url, elsewhere.name) as management:
            assert partner in await broker.partner_users(management)
            await broker.close_account(management, partner)


async def test_events_on_their_way_are_heard_and_handed_in_again(vhost: VirtualHost) -> None:
    await bind_all(vhost)
    async with in_flight.listening(vhost.amqp_url) as listener:
        await announce(vhost, "first", "second")
        heard = await listener.all_until_now()
    assert [event["message_id"] for event in heard] == ["first", "second"]
    before = (await counts(vhost.amqp_url, ["router"]))["router"].messages
    assert await in_flight.hand_in_again(vhost.amqp_url, in_flight.as_lines(heard)) == 2
    assert (await counts(vhost.amqp_url, ["router"]))["router"].messages == before + 2


async def test_a_copy_says_which_events_it_could_not_have(
    sesame: Sesame, vhost: VirtualHost, tmp_path: Path
) -> None:
    await bind_all(vhost)
    await announce(vhost, "nobody takes it")
    said = await sesame("backup", str(tmp_path), "--recipient", new_key()[1], "--patience", "0", status=1)
    assert "1 events waited for router throughout: they are not in it" in said


@pytest.fixture
async def copied(sesame: Sesame, vhost: VirtualHost, tmp_path: Path) -> tuple[Path, Path]:
    """A copy, and the file of its key."""
    await bind_all(vhost)
    identity, recipient = new_key()
    (tmp_path / "key.txt").write_text(identity)
    await sesame("backup", str(tmp_path), "--recipient", recipient)
    return copies_in(tmp_path)[0], tmp_path / "key.txt"


async def test_a_restore_refuses_what_would_destroy_or_not_work(
    sesame: Sesame, database: Database, copied: tuple[Path, Path], tmp_path: Path
) -> None:
    copy, key = copied
    other = tmp_path / "other.txt"
    other.write_text(new_key()[0])
    assert "is the identity the one" in await sesame("restore", str(copy), "--identity", str(other), status=2)
    at_work = await asyncpg.connect(database("router"), server_settings={"application_name": "sesame-router"})
    assert "router are at work" in await sesame("restore", str(copy), "--identity", str(key), status=2)
    await at_work.close()
    await ask_and_take(database)
    assert "say --over" in await sesame("restore", str(copy), "--identity", str(key), status=2)
    await sesame("restore", str(copy), "--identity", str(key), "--over")
    assert await questions(database) == 0
    with (copy / "database.dump.age").open("ab") as file:
        file.write(b"x")
    assert "not as it was written" in await sesame("restore", str(copy), "--identity", str(key), status=2)


async def test_only_the_newest_copies_stay(sesame: Sesame, copied: tuple[Path, Path]) -> None:
    copy, _ = copied
    copy.rename(copy.with_name("sesame-20200101T000000Z"))
    said = await sesame("backup", str(copy.parent), "--recipient", new_key()[1], "--keep", "1")
    assert "removed" in said
    (left,) = copies_in(copy.parent)
    assert left.name > "sesame-2020"


async def test_a_copy_without_a_key_is_not_made(sesame: Sesame, tmp_path: Path) -> None:
    assert "for whose key?" in await sesame("backup", str(tmp_path), status=2)
    assert "recipient 'age1nonsense'" in await sesame(
        "backup", str(tmp_path), "--recipient", "age1nonsense", status=2
    )
    assert copies_in(tmp_path) == []


async def test_the_copys_age_is_a_metric(copied: tuple[Path, Path], database: Database) -> None:
    assert copied
    db = await asyncpg.connect(database("metrics"))
    assert await db.fetchval("SELECT made_at > now() - interval '1 hour' FROM backup")
    await db.close()

"""Dead letters at three in the morning: found by a glance, not dropped by a slip."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from itertools import repeat
from typing import Any

import aio_pika
import pytest

from operations.cli import main
from services.chassis.messaging.broker import BrokerConnection, declare_topology
from services.contracts import topology
from tests.support.servers import VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

FIRST, SECOND = "fb8235a8-a004-498f-8d5c-000000000001", "fb9035a8-a004-498f-8d5c-000000000002"
ABOUT = {"x-sesame-kind": "fault", "x-sesame-reason": "ValueError: \x1b[2J" + "no " * 60}
Sesame = Callable[..., Awaitable[str]]


@pytest.fixture
async def sesame(
    vhost: VirtualHost, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Sesame:
    """The command, where two letters of the router are dead and nobody consumes."""
    monkeypatch.setenv("SESAME_AMQP_URL", vhost.amqp_url)
    monkeypatch.setenv("COLUMNS", "110")
    link = BrokerConnection(vhost.amqp_url)
    await link.open()
    for service in topology.SERVICES:
        await declare_topology(link.broker, service)
    await link.close()
    await bury(vhost, FIRST, SECOND)

    async def run(*arguments: str, status: int = 0) -> str:
        ended = await asyncio.to_thread(main, ["dead-letters", *arguments])
        printed = capsys.readouterr()
        assert ended == status, printed.out + printed.err
        return printed.out + printed.err

    return run


async def bury(vhost: VirtualHost, *ids: str) -> None:
    async with await aio_pika.connect(vhost.amqp_url) as connection, connection.channel() as channel:
        for id_ in ids:
            message = aio_pika.Message(b"{}", message_id=id_, headers=dict(ABOUT))
            await channel.default_exchange.publish(message, topology.dead_queue("router"))


async def test_the_list_has_whole_ids_and_kinds_in_lines_that_fit(sesame: Sesame) -> None:
    lines = (await sesame("list")).splitlines()
    assert [line.split()[1] for line in lines] == [FIRST, SECOND]
    assert all(" fault " in line and len(line) < 160 for line in lines)
    assert "\x1b" not in "".join(lines)


async def test_the_list_is_read_by_programs_too(sesame: Sesame) -> None:
    found = [json.loads(line) for line in (await sesame("list", "router", "--json")).splitlines()]
    assert [each["id"] for each in found] == [FIRST, SECOND]
    assert found[0]["reason"] == ABOUT["x-sesame-reason"]
    assert found[0]["handler"] is not None


async def test_the_beginning_of_an_id_is_enough_when_it_is_one(sesame: Sesame) -> None:
    assert FIRST in await sesame("show", "router", "fb82")
    said = await sesame("show", "router", "fb", status=1)
    assert f"2 begin so: {FIRST}, {SECOND}" in said


async def test_nothing_is_dropped_without_a_yes(sesame: Sesame) -> None:
    assert "say --yes" in await sesame("drop", "router", "all", status=2)
    assert "2 dropped" in await sesame("drop", "router", "all", "--yes")
    assert "no dead letters" in await sesame("list")


async def test_a_replay_says_that_nobody_took_it(sesame: Sesame) -> None:
    said = await sesame("replay", "router", FIRST, "--wait", "0", status=1)
    assert "1 still wait in the queue of router; does it run?" in said


async def test_a_replay_says_that_it_died_again(sesame: Sesame, vhost: VirtualHost) -> None:
    async def die_again() -> None:
        async with await aio_pika.connect(vhost.amqp_url) as connection, connection.channel() as channel:
            queue = await channel.get_queue("router")
            async with queue.iterator() as letters:
                async for letter in letters:
                    await bury(vhost, str(letter.message_id))
                    await letter.ack()
                    return

    dying = asyncio.create_task(die_again())
    said = await sesame("replay", "router", FIRST, "--wait", "60", status=1)
    await dying
    assert f"died again: router    {FIRST}" in said


async def test_a_letter_that_its_sender_let_die_is_not_handed_in(sesame: Sesame, vhost: VirtualHost) -> None:
    """It names an exchange and a key as it likes, and would speak as whoever writes there."""
    forged: Any = {"queue": "router", "reason": "expired", "count": 0, "exchange": "", "routing-keys": ["x"]}
    headers = {"x-sesame-exchange": topology.EVENTS, "x-sesame-routing-key": "question.received"}
    message = aio_pika.Message(
        b"{}", message_id="forged", expiration=0.001, headers={**headers, "x-death": [forged]}
    )
    async with await aio_pika.connect(vhost.amqp_url) as connection, connection.channel() as channel:
        await channel.default_exchange.publish(message, "router")
        async with asyncio.timeout(PATIENCE_SECONDS):
            for rest in repeat(0.1):
                found = await channel.declare_queue(topology.dead_queue("router"), passive=True)
                if found.declaration_result.message_count == 3:
                    break
                await asyncio.sleep(rest)
    assert "by the broker: expired" in await sesame("list")
    said = await sesame("replay", "router", "forged", status=1)
    assert "not handed in" in said
    assert "0 dropped" not in said
    assert "forged" in await sesame("list")

import asyncio
import os
import signal
from pathlib import Path

import httpx
import pytest

from devtools.servers.errors import ProcessEnded
from devtools.servers.platform import Platform, running_platform
from devtools.servers.servers import Servers
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS, until

NO_SMTP = 9
ONE = ("metrics",)


def on(database: Database, vhost: VirtualHost) -> Servers:
    return Servers(vhost.amqp_url, vhost.management_url, database.admin_url, rabbitmq=None, postgresql=None)


async def live(platform: Platform, copy: int) -> bool:
    async with httpx.AsyncClient(timeout=PATIENCE_SECONDS) as client:
        return (await client.get(platform.doors("metrics", copy).ops_url("/live"))).is_success


async def test_a_killed_service_comes_back_behind_the_same_doors(
    tmp_path: Path, database: Database, vhost: VirtualHost
) -> None:
    async with running_platform(tmp_path, on(database, vhost), smtp_port=NO_SMTP, services=ONE) as platform:
        before = platform.doors("metrics")
        await platform.kill("metrics")
        assert not await platform.is_ready("metrics")
        await platform.start("metrics")
        assert platform.doors("metrics") == before
        assert await live(platform, 1)


async def test_copies_of_a_service_have_doors_of_their_own(
    tmp_path: Path, database: Database, vhost: VirtualHost
) -> None:
    async with running_platform(tmp_path, on(database, vhost), smtp_port=NO_SMTP, services=ONE) as platform:
        await platform.start("metrics", copy=2)
        assert all(await asyncio.gather(live(platform, 1), live(platform, 2)))
        assert platform.log("metrics", 2) != platform.log("metrics", 1)


async def test_a_service_that_refuses_its_settings_is_named_with_its_reason(
    tmp_path: Path, database: Database, vhost: VirtualHost
) -> None:
    wrong = {"SESAME_LOG_LEVEL": "LOUD"}
    platform = running_platform(
        tmp_path, on(database, vhost), smtp_port=NO_SMTP, services=ONE, settings=wrong
    )
    with pytest.raises(ProcessEnded, match=r"(?s)metrics 1 ended with status 2.*SESAME_LOG_LEVEL"):
        await platform.__aenter__()


async def test_a_service_says_more_and_less_while_it_runs(
    tmp_path: Path, database: Database, vhost: VirtualHost
) -> None:
    quiet = {"SESAME_LOG_LEVEL": "ERROR"}
    async with running_platform(
        tmp_path, on(database, vhost), smtp_port=NO_SMTP, services=ONE, settings=quiet
    ) as platform:
        log = platform.log("metrics")
        assert log.read_text() == ""
        os.kill(platform.pid("metrics"), signal.SIGUSR1)
        await until(lambda: "log level is DEBUG" in log.read_text())
        os.kill(platform.pid("metrics"), signal.SIGUSR1)
        await until(lambda: "log level is ERROR" in log.read_text())

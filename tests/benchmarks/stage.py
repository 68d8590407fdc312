"""What is measured, running: Sésame's five services or the floor's four processes, on private servers."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType

from devtools.checkout import PYTHON, ROOT
from devtools.servers.folders import throwaway_folder
from devtools.servers.mailbox import running_mailbox
from devtools.servers.platform import Platform, running_platform
from devtools.servers.postgres.databases import fresh_database
from devtools.servers.servers import Servers
from tests.benchmarks import floor
from tests.support.flow import Network, network, write_partners
from tests.support.servers import VirtualHost, virtual_host

PARTNERS = tuple(f"bench-{number}" for number in range(1, 9))


@dataclass(frozen=True)
class Standing:
    platform: Platform
    database_url: str
    """As its owner, who sees every service's schema."""
    amqp_url: str


@dataclass(frozen=True)
class Running(Standing):
    network: Network


@dataclass(frozen=True)
class Floor:
    """`pids`: role → its process."""

    pids: Mapping[str, int]
    network: Network


@asynccontextmanager
async def sesame(servers: Servers, more: Mapping[str, str] = MappingProxyType({})) -> AsyncIterator[Running]:
    """A fresh virtual host, database and platform, with partners that answer at once. `more`: settings."""
    async with standing(servers, more) as there, network(there.amqp_url, PARTNERS) as driven:
        yield Running(there.platform, there.database_url, there.amqp_url, driven)


@asynccontextmanager
async def standing(
    servers: Servers, more: Mapping[str, str] = MappingProxyType({})
) -> AsyncIterator[Standing]:
    """The same, of whose partners nobody listens."""
    async with AsyncExitStack() as stack:
        folder = stack.enter_context(throwaway_folder())
        vhost = await stack.enter_async_context(virtual_host(servers))
        database_url = await stack.enter_async_context(fresh_database(servers.database_url, "bench"))
        mailbox = await stack.enter_async_context(running_mailbox(folder / "mails"))
        settings = {
            "SESAME_PARTNERS_FILE": str(write_partners(PARTNERS, folder)),
            "SESAME_LOG_LEVEL": "WARNING",
            "SESAME_KEY_BURST": "1000000",  # programs of load, not of partners
            **more,
        }
        own = Servers(vhost.amqp_url, servers.amqp_management_url, database_url, None, None)
        platform = await stack.enter_async_context(
            running_platform(folder, own, smtp_port=mailbox.port, settings=settings)
        )
        yield Standing(platform, database_url, vhost.amqp_url)


@asynccontextmanager
async def hand_written(servers: Servers) -> AsyncIterator[Floor]:
    """The floor's four processes, each with a database of its own."""
    async with AsyncExitStack() as stack:
        vhost, pids = await stack.enter_async_context(virtual_host(servers)), {}
        for role in floor.ROLES:
            database_url = await stack.enter_async_context(fresh_database(servers.database_url, "bench"))
            pids[role] = await stack.enter_async_context(_hop(role, vhost, database_url))
        yield Floor(pids, await stack.enter_async_context(network(vhost.amqp_url, PARTNERS)))


@asynccontextmanager
async def _hop(role: str, vhost: VirtualHost, database_url: str) -> AsyncIterator[int]:
    process = await asyncio.create_subprocess_exec(
        *PYTHON,
        "-m",
        "tests.benchmarks.floor",
        role,
        vhost.amqp_url,
        database_url,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        if await process.stdout.readline() != b"ready\n":
            raise RuntimeError(f"floor: {role} ended before it was ready")
        yield process.pid
    finally:
        process.kill()
        await process.wait()

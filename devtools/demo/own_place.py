"""Given servers stay as they were when the demonstration is over: it plays in a place of its own there."""

from __future__ import annotations

import secrets
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from devtools.servers.postgres.databases import fresh_database, with_path
from devtools.servers.servers import AMQP_MANAGEMENT_URL, Servers
from operations.addresses import Addresses
from operations.broker.management import BrokerRefused, managing


@asynccontextmanager
async def own_place(servers: Servers) -> AsyncIterator[Servers]:
    """The same servers with a new virtual host and a new database for the time of the block; private ones as
    they are."""
    async with _own_virtual_host(servers) as there, _own_database(there) as place:
        yield place


@asynccontextmanager
async def _own_virtual_host(servers: Servers) -> AsyncIterator[Servers]:
    if servers.rabbitmq is not None:
        yield servers
        return
    name = f"sesame-demo-{secrets.token_hex(6)}"
    given = Addresses(
        amqp_url=servers.amqp_url,
        amqp_management_url=servers.amqp_management_url,
        database_url=servers.database_url,
    )
    async with managing(given.management_url, name) as management:
        try:
            await management.make_vhost(unquote(urlsplit(servers.amqp_url).username or "guest"))
        except BrokerRefused as refused:
            print(
                f"sesame: {refused}; so exchanges and queues are made where SESAME_AMQP_URL leads, and stay."
                f" {AMQP_MANAGEMENT_URL} names an administrator's HTTP API",
                file=sys.stderr,
            )
            yield servers
            return
        try:
            yield replace(servers, amqp_url=with_path(servers.amqp_url, name))
        finally:
            await management.delete_vhost()


@asynccontextmanager
async def _own_database(servers: Servers) -> AsyncIterator[Servers]:
    if servers.postgresql is not None:
        yield servers
        return
    async with fresh_database(servers.database_url, "demo") as url:
        yield replace(servers, database_url=url)

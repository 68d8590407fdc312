"""RabbitMQ and PostgreSQL: those whose addresses are given, or private ones for the time of a block."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from devtools.servers import packages
from devtools.servers.ports import Ports, any_port
from devtools.servers.postgres.postgresql import PostgreSQL
from devtools.servers.rabbitmq import RabbitMQ

AMQP_URL = "SESAME_AMQP_URL"
AMQP_MANAGEMENT_URL = "SESAME_AMQP_MANAGEMENT_URL"
DATABASE_URL = "SESAME_DATABASE_URL"


@dataclass(frozen=True)
class Servers:
    """`rabbitmq` and `postgresql` are None where the address was given: those are not ours to stop."""

    amqp_url: str
    amqp_management_url: str | None
    database_url: str
    rabbitmq: RabbitMQ | None
    postgresql: PostgreSQL | None


@asynccontextmanager
async def running_servers(
    folder: Path,
    *,
    keep: bool = False,
    management: bool = True,
    fsync: bool = True,
    ports: Ports = any_port,
    environ: Mapping[str, str] = os.environ,
    counts_statements: bool = False,
) -> AsyncIterator[Servers]:
    """Both ready, and ended with the block: in order when their data is to be kept, at once when not.

    Installs what is missing when that is allowed. Raises MissingPiece, ProcessEnded or NotReady.
    """
    provide_missing(environ)
    rabbitmq = (
        None if AMQP_URL in environ else RabbitMQ(folder / "rabbitmq", management=management, ports=ports)
    )
    postgresql = (
        None
        if DATABASE_URL in environ
        else PostgreSQL(folder / "postgresql", fsync=fsync, ports=ports, counts_statements=counts_statements)
    )
    private = [server for server in (rabbitmq, postgresql) if server is not None]
    try:
        await _start(private)
        yield Servers(
            amqp_url=environ[AMQP_URL] if rabbitmq is None else rabbitmq.amqp_url,
            amqp_management_url=environ.get(AMQP_MANAGEMENT_URL)
            if rabbitmq is None
            else rabbitmq.management_url,
            database_url=environ[DATABASE_URL] if postgresql is None else postgresql.database_url,
            rabbitmq=rabbitmq,
            postgresql=postgresql,
        )
    finally:
        await asyncio.gather(*(server.stop() if keep else server.discard() for server in private))


def provide_missing(environ: Mapping[str, str]) -> None:
    """Installs what private servers need, or raises MissingPiece; blocks for a minute when it installs."""
    packages.provide(rabbitmq=AMQP_URL not in environ, postgresql=DATABASE_URL not in environ)


async def _start(servers: list[PostgreSQL | RabbitMQ]) -> None:
    """Together, in the time of the slowest; the first failure stops the wait for the others."""
    try:
        async with asyncio.TaskGroup() as starting:
            for server in servers:
                starting.create_task(server.start())
    except ExceptionGroup as failures:
        raise failures.exceptions[0] from failures

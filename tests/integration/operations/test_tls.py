"""Services speak with broker and database by TLS alone when their addresses say so, and check who answers."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import aiormq
import asyncpg
import pytest

from devtools.servers.folders import throwaway_folder
from devtools.servers.ports import LOOPBACK, free_port
from devtools.servers.postgres.cluster import system_user
from devtools.servers.postgres.postgresql import PostgreSQL
from devtools.servers.rabbitmq import RabbitMQ
from services.chassis.messaging.outgoing import OutgoingMessage
from services.chassis.postgres.provision import provision
from services.chassis.run import Chassis
from services.chassis.settings import ServiceSettings
from services.contracts import topology
from tests.support.authority import Authority
from tests.support.waiting import PATIENCE_SECONDS


class TlsRabbitMQ(RabbitMQ):
    """Listens for TLS on a port of its own, beside the plain one."""

    def __init__(self, folder: Path, authority: Authority) -> None:
        super().__init__(folder, management=False)
        self._authority = authority
        self.tls_port = free_port()

    def amqps_url(self, authority: Authority) -> str:
        plain = urlsplit(self.amqp_url)
        place = plain.netloc.rpartition("@")[0] + f"@{LOOPBACK}:{self.tls_port}"
        query = f"cafile={authority.certificate}"
        return urlunsplit(plain._replace(scheme="amqps", netloc=place, path="//", query=query))

    async def until_tls(self) -> None:
        """The broker opens this port after the plain one, by which it is told that it has started."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                with suppress(ConnectionError):
                    _, writer = await asyncio.open_connection(LOOPBACK, self.tls_port)
                    writer.close()
                    await writer.wait_closed()
                    return
                await asyncio.sleep(0.02)

    def _settings(self) -> Iterator[str]:
        yield from super()._settings()
        yield f"listeners.ssl.1 = {LOOPBACK}:{self.tls_port}"
        yield f"ssl_options.cacertfile = {self._authority.certificate}"
        yield f"ssl_options.certfile = {self._authority.server_certificate}"
        yield f"ssl_options.keyfile = {self._authority.server_key}"


@dataclass(frozen=True)
class Guarded:
    authority: Authority
    stranger: Authority
    rabbitmq: TlsRabbitMQ
    postgresql: PostgreSQL

    def database_url(self, authority: Authority) -> str:
        return by_tls(self.postgresql, authority)


@pytest.fixture(scope="module")
def guarded(_session_runner: asyncio.Runner) -> Iterator[Guarded]:
    stack = AsyncExitStack()
    yield _session_runner.run(stack.enter_async_context(_guarded_servers()))
    _session_runner.run(stack.aclose())


@asynccontextmanager
async def _guarded_servers() -> AsyncIterator[Guarded]:
    with throwaway_folder() as folder:
        authority, stranger = Authority(folder / "authority"), Authority(folder / "stranger")
        authority.make()
        stranger.make()
        rabbitmq = TlsRabbitMQ(folder / "rabbitmq", authority)
        postgresql = PostgreSQL(folder / "postgresql", fsync=False)
        try:
            await asyncio.gather(rabbitmq.start(), postgresql.start())
            await rabbitmq.until_tls()
            await _insist_on_tls(postgresql, folder / "postgresql" / "cluster", authority)
            yield Guarded(authority, stranger, rabbitmq, postgresql)
        finally:
            await asyncio.gather(rabbitmq.discard(), postgresql.discard())


async def _insist_on_tls(postgresql: PostgreSQL, data: Path, authority: Authority) -> None:
    for source in (authority.server_certificate, authority.server_key):
        shutil.copy(source, data)
        (data / source.name).chmod(0o600)
        if (user := system_user()) is not None:
            shutil.chown(data / source.name, user)
    (data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 md5\n")
    db = await asyncpg.connect(postgresql.database_url)
    await db.execute("ALTER SYSTEM SET ssl = on")
    await db.execute("SELECT pg_reload_conf()")
    await db.close()
    await _until_tls(postgresql, authority)


async def _until_tls(postgresql: PostgreSQL, authority: Authority) -> None:
    """The server reads its settings a moment after it was told to."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            with suppress(ConnectionError):
                await (await asyncpg.connect(by_tls(postgresql, authority))).close()
                return
            await asyncio.sleep(0.02)


def by_tls(postgresql: PostgreSQL, authority: Authority) -> str:
    return f"{postgresql.database_url}?sslmode=verify-full&sslrootcert={authority.certificate}"


async def test_a_service_works_by_tls_alone(guarded: Guarded, tmp_path: Path) -> None:
    urls = await provision(guarded.database_url(guarded.authority), {"router": "a-password-of-the-router"})
    options = ServiceSettings(
        amqp_url=guarded.rabbitmq.amqps_url(guarded.authority), database_url=urls["router"]
    )
    async with Chassis.start(options, name="router", migrations=tmp_path) as chassis:
        message = OutgoingMessage(topology.DEAD, "router", "application/json", "by-tls", b"{}")
        assert await chassis.publisher.publish_all([message]) == [None]
        assert await chassis.pool.fetchval("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")


async def test_the_database_is_not_taken_from_a_stranger(guarded: Guarded) -> None:
    with pytest.raises(OSError, match="certificate verify failed"):
        await asyncpg.connect(guarded.database_url(guarded.stranger))


async def test_the_broker_is_not_taken_from_a_stranger(guarded: Guarded) -> None:
    with pytest.raises(OSError, match="certificate verify failed"):
        await aiormq.connect(guarded.rabbitmq.amqps_url(guarded.stranger))

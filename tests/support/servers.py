"""Real servers for tests: one RabbitMQ and one PostgreSQL per run, a virtual host and a database per test."""

import secrets
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import httpx

import services
from devtools.servers.postgres.databases import CLONE, CREATE, DROP, administer, with_path
from devtools.servers.secrets import role_password
from devtools.servers.servers import AMQP_MANAGEMENT_URL, Servers
from services.chassis.postgres.provision import provision
from services.chassis.postgres.schema import CHASSIS, bring_up_to_date
from services.contracts import topology
from tests.support.waiting import PATIENCE_SECONDS

MANAGEMENT_PORT = 15672
LOCK_TIMEOUT_SECONDS = 10.0


@dataclass(frozen=True)
class Database:
    """A database of this test alone, migrated for every service. `database("router")` is the router's URL."""

    admin_url: str
    urls: Mapping[str, str]

    def __call__(self, service: str) -> str:
        return self.urls[service]


@dataclass(frozen=True)
class VirtualHost:
    """A virtual host of this test alone; `management_url` is of the HTTP API, with name and password."""

    name: str
    amqp_url: str
    management_url: str


async def make_template(servers: Servers) -> Database:
    """An empty, migrated database that nobody connects to; cloning and dropping it takes
    about 50 ms of a processor in memory, some times as many on a disk.
    """
    name = f"sesame_template_{secrets.token_hex(4)}"
    await administer(servers.database_url, CREATE, name)
    admin_url = with_path(servers.database_url, name)
    password = role_password(servers.database_url)
    urls = await provision(admin_url, dict.fromkeys(topology.SERVICES, password))
    return Database(admin_url, urls)


async def migrate_template(template: Database) -> None:
    for service, url in template.urls.items():
        folders = [CHASSIS, Path(services.__path__[0]) / service / "migrations"]
        await bring_up_to_date(url, folders, lock_timeout_seconds=LOCK_TIMEOUT_SECONDS)


@asynccontextmanager
async def cloned(template: Database) -> AsyncIterator[Database]:
    name = f"sesame_test_{secrets.token_hex(8)}"
    origin = urlsplit(template.admin_url).path.removeprefix("/")
    server = with_path(template.admin_url, "postgres")
    await administer(server, CLONE, name, origin)
    try:
        urls = {service: with_path(url, name) for service, url in template.urls.items()}
        yield Database(with_path(template.admin_url, name), urls)
    finally:
        await drop(Database(with_path(template.admin_url, name), {}))


async def drop(database: Database) -> None:
    """Ends connections that are still open."""
    name = urlsplit(database.admin_url).path.removeprefix("/")
    await administer(with_path(database.admin_url, "postgres"), DROP, name)


@asynccontextmanager
async def virtual_host(servers: Servers) -> AsyncIterator[VirtualHost]:
    name = f"sesame-test-{secrets.token_hex(8)}"
    management_url = servers.amqp_management_url or _usual_management(servers.amqp_url)
    async with httpx.AsyncClient(base_url=management_url, timeout=PATIENCE_SECONDS) as management:
        await _put(management, f"/api/vhosts/{name}")
        user = quote(unquote(urlsplit(servers.amqp_url).username or "guest"), safe="")
        rights = {"configure": ".*", "write": ".*", "read": ".*"}
        await _put(management, f"/api/permissions/{name}/{user}", rights)
        try:
            yield VirtualHost(name, with_path(servers.amqp_url, name), management_url)
        finally:
            (await management.delete(f"/api/vhosts/{name}")).raise_for_status()


async def _put(management: httpx.AsyncClient, path: str, body: Mapping[str, str] | None = None) -> None:
    try:
        (await management.put(path, json=body or {})).raise_for_status()
    except httpx.HTTPError as error:
        raise RuntimeError(
            f"{error}: every test makes a virtual host of its own through RabbitMQ's management plugin;"
            f" enable it and name it in {AMQP_MANAGEMENT_URL}=http://user:password@host:port"
        ) from error


def _usual_management(amqp_url: str) -> str:
    parts = urlsplit(amqp_url)
    user, host = parts.netloc.rpartition("@")[0] or "guest:guest", parts.hostname or "localhost"
    return f"http://{user}@{host}:{MANAGEMENT_PORT}"

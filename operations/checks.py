"""What may be wrong with an installation. Each check gives findings; none of them changes anything."""

from __future__ import annotations

import asyncio
import re
import shutil
import ssl
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import services
from operations.addresses import Addresses
from operations.broker.definitions import Json, definitions
from operations.broker.management import Management
from operations.database import as_service
from services.chassis.postgres import schema
from services.contracts import topology

CLOCK_SECONDS = 2.0
OUTBOX_SECONDS = 60.0
CERTIFICATE_DAYS = 14
HAS_EXPIRED = 10
"""OpenSSL's X509_V_ERR_CERT_HAS_EXPIRED."""
DISK_FREE = 0.10
OLDEST_RABBITMQ, OLDEST_POSTGRESQL = (3, 10), (15,)


class Grade(StrEnum):
    OK = "ok"
    WARNING = "warn"
    FAULT = "FAIL"


class Finding(NamedTuple):
    grade: Grade
    what: str
    said: str


Check = Callable[[Addresses], AsyncIterator[Finding]]

_OUTBOX = """
SELECT count(*) AS rows, coalesce(extract(epoch FROM now() - min(created_at)), 0)::float AS age FROM outbox
"""
_NOW = "SELECT now() AS now, current_setting('server_version') AS version"


async def broker(management: Management) -> AsyncIterator[Finding]:
    overview = await management.overview()
    version = str(overview["rabbitmq_version"])
    yield Finding(_at_least(version, OLDEST_RABBITMQ), "broker", f"RabbitMQ {version}, {management.vhost}")
    for node in await management.nodes():
        for alarm in ("mem_alarm", "disk_free_alarm"):
            if node.get(alarm):
                yield Finding(Grade.FAULT, f"broker node {node['name']}", f"{alarm}: publishers are blocked")
        if not node.get("running"):
            yield Finding(Grade.FAULT, f"broker node {node['name']}", "does not run")


def _at_least(version: str, oldest: tuple[int, ...]) -> Grade:
    """`15.18 (Debian 15.18-0+deb12u1)`, `4.2.1`: what comes first counts."""
    numbers = tuple(map(int, re.findall(r"\d+", version.split()[0])))
    return Grade.OK if numbers >= oldest else Grade.FAULT


async def drift(management: Management) -> AsyncIterator[Finding]:
    """The broker beside what the topology in code makes; what is there besides is nobody's fault."""
    wanted, found = definitions(management.vhost), await management.definitions()
    if not {user["name"] for user in wanted["users"]} & {user["name"] for user in found["users"]}:
        yield Finding(Grade.WARNING, "rights", "no service has a broker user of its own; fit for trying out")
        wanted |= {"permissions": [], "topic_permissions": []}
    missing = list(different(wanted, found))
    for kind, what in missing:
        fix = "run operations.provision again"
        yield Finding(Grade.FAULT, f"topology: {kind}", f"{what} is missing or different; {fix}")
    if not missing:
        yield Finding(Grade.OK, "topology", "exchanges, queues, bindings and rights are those of the code")


def different(wanted: Json, found: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(kind, name) of each wanted entry that the broker does not have as it should be."""
    for kind in ("exchanges", "queues", "bindings", "permissions", "topic_permissions"):
        there = found.get(kind, ())
        for entry in wanted[kind]:
            if not any(entry.items() <= other.items() for other in there):
                yield kind, _name(entry)


def _name(entry: Mapping[str, Any]) -> str:
    parts = (entry.get(key) for key in ("user", "name", "exchange", "source", "routing_key", "destination"))
    return " ".join(str(part) for part in parts if part)


async def queues(management: Management) -> AsyncIterator[Finding]:
    found = {queue["name"]: queue for queue in await management.queues()}
    for service in topology.SERVICES:
        queue = found.get(service, {})
        if not queue.get("consumers"):
            yield Finding(Grade.FAULT, f"queue {service}", "nobody consumes it; does the service run?")
        dead = found.get(topology.dead_queue(service), {}).get("messages", 0)
        if dead:
            hint = "./sesame dead-letters list"
            yield Finding(Grade.WARNING, f"dead letters of {service}", f"{dead}; see {hint}")


async def database(where: Addresses) -> AsyncIterator[Finding]:
    async with as_service(where.database_url, "metrics") as db:
        before = datetime.now(UTC)
        row = await db.fetchrow(_NOW)
        after = datetime.now(UTC)
    if row is None:
        return
    yield Finding(_at_least(row["version"], OLDEST_POSTGRESQL), "database", f"PostgreSQL {row['version']}")
    skew = max(before - row["now"], row["now"] - after, timedelta(0)).total_seconds()
    grade = Grade.OK if skew < CLOCK_SECONDS else Grade.FAULT
    yield Finding(grade, "clock", f"{skew:.2f} s between here and the database")


async def schemas(where: Addresses) -> AsyncIterator[Finding]:
    for service in topology.SERVICES:
        async with as_service(where.database_url, service) as db:
            applied = await schema.applied(db)
            row = await db.fetchrow(_OUTBOX)
        own = Path(services.__path__[0]) / service / "migrations"
        missing = sorted(schema.wanted([schema.CHASSIS, own]) - applied)
        if missing:
            yield Finding(Grade.FAULT, f"schema {service}", f"not applied: {', '.join(missing)}; restart it")
        if row is not None and row["age"] > OUTBOX_SECONDS:
            said = f"{row['rows']} rows, the oldest {row['age']:.0f} s old; can it publish?"
            yield Finding(Grade.FAULT, f"outbox of {service}", said)
        if not missing:
            yield Finding(Grade.OK, f"schema {service}", f"{len(applied)} migrations applied")


async def certificates(where: Addresses) -> AsyncIterator[Finding]:
    for url in filter(None, (where.public_url, where.partner_amqp_url)):
        parts = urlsplit(url)
        if parts.scheme not in ("https", "amqps"):
            continue
        port = parts.port or {"https": 443, "amqps": 5671}[parts.scheme]
        yield await _certificate(str(parts.hostname), port)


async def _certificate(host: str, port: int) -> Finding:
    try:
        async with asyncio.timeout(10):
            _, writer = await asyncio.open_connection(host, port, ssl=ssl.create_default_context())
    except ssl.SSLCertVerificationError as error:
        grade = Grade.FAULT if error.verify_code == HAS_EXPIRED else Grade.WARNING
        return Finding(grade, f"certificate of {host}", error.verify_message)
    except (OSError, TimeoutError) as error:
        said = f"can't be seen from here, port {port}: {error or 'no answer'}"
        return Finding(Grade.WARNING, f"certificate of {host}", said)
    expires = ssl.cert_time_to_seconds(writer.get_extra_info("peercert")["notAfter"])
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
    days = (datetime.fromtimestamp(expires, UTC) - datetime.now(UTC)).days
    grade = Grade.OK if days >= CERTIFICATE_DAYS else Grade.FAULT
    return Finding(grade, f"certificate of {host}", f"good for {days} days")


async def disk(_: Addresses) -> AsyncIterator[Finding]:
    usage = shutil.disk_usage("/")
    free = usage.free / usage.total
    grade = Grade.OK if free > DISK_FREE else Grade.FAULT
    yield Finding(grade, "disk", f"{usage.free / 1e9:.0f} GB free, {free:.0%}")


OF_BROKER: Iterable[Callable[[Management], AsyncIterator[Finding]]] = (broker, drift, queues)
OF_REST: Iterable[Check] = (database, schemas, certificates, disk)

"""One PostgreSQL role and one schema per service, made by whoever owns the database."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from itertools import islice
from urllib.parse import quote, urlsplit, urlunsplit

import asyncpg

from services.chassis.backoff import backoff_seconds
from services.chassis.postgres.database import Db

TRIES = 8

# What PostgreSQL says to one of two who make or change a role at the same moment.
_RACES = (
    asyncpg.InternalServerError,
    asyncpg.UniqueViolationError,
    asyncpg.DuplicateObjectError,
    asyncpg.DeadlockDetectedError,
)

_SERIALISE = "SELECT pg_advisory_xact_lock(7377)"

_ROLE_EXISTS = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)"

_STATEMENTS = """
SELECT unnest(ARRAY[
    format('%s ROLE %I LOGIN PASSWORD %L', CASE WHEN $4 THEN 'ALTER' ELSE 'CREATE' END, $1::text, $3::text),
    format('ALTER ROLE %I SET search_path = %I', $1::text, $2::text),
    format('GRANT %I TO CURRENT_USER', $1::text),
    format('CREATE SCHEMA IF NOT EXISTS %I AUTHORIZATION %I', $2::text, $1::text),
    format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), $1::text),
    format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', $2::text)
]) AS statement
"""

_READER = """
SELECT unnest(ARRAY[
    format('%s ROLE %I LOGIN PASSWORD %L', CASE WHEN $4 THEN 'ALTER' ELSE 'CREATE' END, $1::text, $3::text),
    format('ALTER ROLE %I SET search_path = %I', $1::text, $2::text),
    format('ALTER ROLE %I SET default_transaction_read_only = on', $1::text),
    format('GRANT CONNECT ON DATABASE %I TO %I', current_database(), $1::text),
    format('GRANT USAGE ON SCHEMA %I TO %I', $2::text, $1::text),
    format('GRANT SELECT ON ALL TABLES IN SCHEMA %I TO %I', $2::text, $1::text),
    format('ALTER DEFAULT PRIVILEGES FOR ROLE %I IN SCHEMA %I GRANT SELECT ON TABLES TO %I',
        $5::text, $2::text, $1::text)
]) AS statement
"""


_EMPTY = """
SELECT unnest(ARRAY[
    format('DROP SCHEMA IF EXISTS %I CASCADE', $2::text),
    format('CREATE SCHEMA %I AUTHORIZATION %I', $2::text, $1::text),
    format('REVOKE ALL ON SCHEMA %I FROM PUBLIC', $2::text)
]) AS statement
"""


def role(service: str) -> str:
    return f"sesame_{service}"


async def provision(admin_url: str, passwords: Mapping[str, str]) -> dict[str, str]:
    """Make role and schema of each service named in `passwords` (again: sets the password, keeps the rest).

    Returns service → URL. The role's search_path is its schema, so that no query names one and a pooler in
    between needs no start-up parameter.
    """
    db = await asyncpg.connect(admin_url)
    try:
        await _among_others(db, lambda: _provision_all(db, passwords))
    finally:
        await db.close()
    return {service: as_role(admin_url, service, password) for service, password in passwords.items()}


async def _among_others(
    db: asyncpg.Connection[asyncpg.Record], action: Callable[[], Awaitable[None]]
) -> None:
    """The lock holds off others in this database. Roles belong to the server: one in another may race us."""
    delays = islice(backoff_seconds(most=1.0), TRIES)
    while True:
        try:
            async with db.transaction():
                await db.execute(_SERIALISE)
                await action()
            return
        except _RACES:
            if (wait := next(delays, None)) is None:
                raise
            await asyncio.sleep(wait)


async def _provision_all(db: Db, passwords: Mapping[str, str]) -> None:
    for service, password in passwords.items():
        await _provision_one(db, service, password)


async def _provision_one(db: Db, service: str, password: str) -> None:
    exists = await db.fetchval(_ROLE_EXISTS, role(service))
    for row in await db.fetch(_STATEMENTS, role(service), service, password, exists):
        await db.execute(row["statement"])


async def empty_schemas(db: Db, services: Iterable[str]) -> None:
    """Everything in them goes; the roles that own them stand already. In the caller's transaction."""
    for service in services:
        for row in await db.fetch(_EMPTY, role(service), service):
            await db.execute(row["statement"])


async def provision_reader(admin_url: str, reader: str, service: str, password: str) -> None:
    """A role that may read the service's tables, those of later too, and nothing else. The service's own role
    must stand."""
    db = await asyncpg.connect(admin_url)
    try:
        await _among_others(db, lambda: _provision_reader(db, reader, service, password))
    finally:
        await db.close()


async def _provision_reader(db: Db, reader: str, service: str, password: str) -> None:
    exists = await db.fetchval(_ROLE_EXISTS, role(reader))
    for row in await db.fetch(_READER, role(reader), service, password, exists, role(service)):
        await db.execute(row["statement"])


def as_role(admin_url: str, service: str, password: str) -> str:
    """The same database, as the service's role."""
    parts = urlsplit(admin_url)
    place = parts.netloc.rpartition("@")[2]
    user = f"{quote(role(service), safe='')}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{user}@{place}"))

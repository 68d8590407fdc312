"""Migrations: once, in order, whole or not at all, whoever is killed meanwhile."""

from __future__ import annotations

import asyncio
import multiprocessing
import random
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import asyncpg
import pytest

import services
from devtools.servers.servers import Servers
from services.chassis.postgres.schema import (
    CHASSIS,
    UNDO,
    MigrationFailed,
    applied,
    bring_up_to_date,
    files_of,
    id_of,
    roll_back,
    wanted,
)
from services.contracts import topology
from tests.support.servers import Database, cloned, drop, make_template
from tests.support.waiting import PATIENCE_SECONDS

KILLS = 50
PROCESSES = multiprocessing.get_context("forkserver")

SOMEBODY_WAITS = "SELECT EXISTS (SELECT FROM pg_locks WHERE relation = 'migration'::regclass AND NOT granted)"

# Everything of the schema that a migration can make, but names that PostgreSQL invents.
SHAPE = """
SELECT c.relname, c.relkind::text, a.attname, format_type(a.atttypid, a.atttypmod) AS type, a.attnotnull,
    pg_get_expr(d.adbin, d.adrelid) AS standard
FROM pg_class c
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
LEFT JOIN pg_attrdef d ON (d.adrelid, d.adnum) = (a.attrelid, a.attnum)
WHERE c.relnamespace = $1::regnamespace AND c.relname <> 'migration' AND c.relname <> 'migration_pkey'
ORDER BY 1, 2, 3
"""
RULES = """
SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint
WHERE connamespace = $1::regnamespace AND conrelid <> 'migration'::regclass ORDER BY 1, 2, 3
"""
FUNCTIONS = """
SELECT oid::regprocedure::text, prosrc FROM pg_proc WHERE pronamespace = $1::regnamespace ORDER BY 1
"""


def folders_of(service: str) -> list[Path]:
    return [CHASSIS, Path(services.__path__[0]) / service / "migrations"]


async def migrated(database: Database, service: str = "router") -> list[str]:
    return await bring_up_to_date(database(service), folders_of(service), lock_timeout_seconds=5)


async def shape(database: Database, service: str) -> list[tuple[Any, ...]]:
    db = await asyncpg.connect(database(service))
    try:
        return [tuple(row) for query in (SHAPE, RULES, FUNCTIONS) for row in await db.fetch(query, service)]
    finally:
        await db.close()


@pytest.fixture
async def unmigrated(servers: Servers) -> AsyncIterator[Database]:
    database = await make_template(servers)
    yield database
    await drop(database)


def migrate_in_a_process(url: str, folders: Sequence[Path]) -> None:
    asyncio.run(bring_up_to_date(url, folders, lock_timeout_seconds=PATIENCE_SECONDS))


async def test_who_is_killed_at_any_moment_is_followed_by_a_start_that_works(
    unmigrated: Database, database: Database
) -> None:
    """Fifty times, on one schema until it is done and then on the next."""
    PROCESSES.set_forkserver_preload([bring_up_to_date.__module__])
    whole = {service: await shape(database, service) for service in topology.SERVICES}
    longest, killed = PATIENCE_SECONDS, 0
    while killed < KILLS:
        service = random.choice(topology.SERVICES)
        async with cloned(unmigrated) as fresh:
            while killed < KILLS:
                work = (fresh(service), folders_of(service))
                process = PROCESSES.Process(target=migrate_in_a_process, args=work, daemon=True)
                began = time.monotonic()
                process.start()
                await asyncio.to_thread(process.join, random.uniform(0, longest))
                if process.exitcode is not None:
                    assert process.exitcode == 0
                    longest = min(longest, time.monotonic() - began)
                    break
                process.kill()
                await asyncio.to_thread(process.join)
                killed += 1
            await migrated(fresh, service)
            assert await migrated(fresh, service) == []
            assert await shape(fresh, service) == whole[service]


async def test_a_file_is_undone_for_who_is_killed_before_its_note(database: Database, tmp_path: Path) -> None:
    (tmp_path / "0001.more.sql").write_text("CREATE TABLE more (id int);")
    other = await asyncpg.connect(database("router"))
    try:
        async with other.transaction():
            await other.execute("LOCK TABLE migration IN SHARE MODE")
            work = (database("router"), [tmp_path])
            process = PROCESSES.Process(target=migrate_in_a_process, args=work, daemon=True)
            process.start()
            await until_somebody_waits(other)
            process.kill()
        await asyncio.to_thread(process.join)
        assert await bring_up_to_date(*work, lock_timeout_seconds=5) == ["0001.more"]
    finally:
        await other.close()


async def until_somebody_waits(db: asyncpg.Connection[asyncpg.Record]) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if await db.fetchval(SOMEBODY_WAITS):
                return
            await asyncio.sleep(0.02)


async def test_copies_started_at_once_migrate_once(unmigrated: Database) -> None:
    starts = (migrated(unmigrated) for _ in range(4))
    applied_ids = [id_ for ids in await asyncio.gather(*starts) for id_ in ids]
    assert sorted(applied_ids) == sorted(wanted(folders_of("router")))


async def test_a_file_that_fails_at_its_end_leaves_nothing_and_is_named(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "0001.good.sql").write_text("CREATE TABLE kept (id int);")
    (tmp_path / "0002.bad.sql").write_text("CREATE TABLE lost (id int); SELECT 1 / 0;")
    with pytest.raises(MigrationFailed, match=r"0002\.bad\.sql: division by zero; nothing of it was done"):
        await bring_up_to_date(database("router"), [tmp_path], lock_timeout_seconds=5)
    db = await asyncpg.connect(database("router"))
    try:
        assert await db.fetchval("SELECT to_regclass('kept') IS NOT NULL AND to_regclass('lost') IS NULL")
        assert {"0001.good"} == await applied(db) & {"0001.good", "0002.bad"}
    finally:
        await db.close()


async def test_a_table_that_the_running_version_holds_makes_the_start_fail_in_time(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "0001.busy.sql").write_text("ALTER TABLE outbox ADD COLUMN more int;")
    running = await asyncpg.connect(database("router"))
    try:
        async with running.transaction():
            await running.execute("LOCK TABLE outbox IN ROW EXCLUSIVE MODE")
            with pytest.raises(MigrationFailed, match="lock timeout"):
                await bring_up_to_date(database("router"), [tmp_path], lock_timeout_seconds=0.1)
    finally:
        await running.close()


async def test_what_was_applied_by_the_tool_before_is_not_applied_again(database: Database) -> None:
    db = await asyncpg.connect(database("router"))
    try:
        await db.execute(
            "CREATE TABLE _yoyo_migration AS SELECT id AS migration_id,"
            " applied_at AT TIME ZONE 'UTC' AS applied_at_utc FROM migration; DROP TABLE migration"
        )
    finally:
        await db.close()
    assert await migrated(database) == []


@pytest.mark.parametrize("service", topology.SERVICES)
async def test_every_migration_can_be_taken_back_and_brought_in_again(
    database: Database, service: str
) -> None:
    whole = await shape(database, service)
    own = folders_of(service)[1]
    first, *_ = files = files_of(own)
    db = await asyncpg.connect(database(service))
    try:
        taken = await roll_back(db, own, id_of(first), lock_timeout_seconds=5)
        assert taken == [id_of(file) for file in reversed(files)]
        assert await applied(db) == wanted([CHASSIS])
    finally:
        await db.close()
    assert await migrated(database, service) == [id_of(file) for file in files]
    assert await shape(database, service) == whole


def test_each_migration_has_a_way_back() -> None:
    every = [
        file for service in topology.SERVICES for folder in folders_of(service) for file in files_of(folder)
    ]
    assert [file.name for file in every if not file.with_name(id_of(file) + UNDO).exists()] == []

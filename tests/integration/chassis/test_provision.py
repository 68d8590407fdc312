"""Roles with no more rights than they need."""

import asyncpg
import pytest

from services.chassis.postgres.provision import as_role, provision_reader
from tests.support.servers import Database


async def test_a_reader_reads_the_tables_of_today_and_tomorrow_and_changes_none(database: Database) -> None:
    await provision_reader(database.admin_url, "reader", "metrics", "a-password")
    await provision_reader(database.admin_url, "reader", "metrics", "a-password")
    service = await asyncpg.connect(database("metrics"))
    await service.execute("CREATE TABLE of_tomorrow AS SELECT 1 AS number")
    await service.close()
    reader = await asyncpg.connect(as_role(database.admin_url, "reader", "a-password"))
    try:
        assert await reader.fetchval("SELECT number FROM of_tomorrow") == 1
        await reader.execute("SET default_transaction_read_only = off")
        for action in ("DELETE FROM of_tomorrow", "DROP TABLE of_tomorrow", "CREATE TABLE own ()"):
            with pytest.raises(asyncpg.InsufficientPrivilegeError):
                await reader.execute(action)
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await reader.fetch("SELECT * FROM router.question")
    finally:
        await reader.close()

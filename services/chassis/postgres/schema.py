"""Brings this service's schema up to date at its start, in a process of its own: what migrating needs (a
second driver, an SQL parser) is some 10 MB that the service would carry for ever.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

import asyncpg

from services.chassis.postgres.database import Db

CHASSIS = Path(__file__).parent / "migrations"

MODULE = "services.chassis.postgres.migrate"

_ANY_APPLIED = "SELECT to_regclass('_yoyo_migration') IS NOT NULL"

_APPLIED = "SELECT migration_id FROM _yoyo_migration"


class MigrationFailed(RuntimeError):
    """Nothing was changed by the migration that failed; those before it stay."""


async def bring_up_to_date(url: str, folders: Sequence[Path], *, lock_timeout_seconds: float) -> list[str]:
    """Ids of the migrations applied. Waits while another copy applies them."""
    if await _is_up_to_date(url, folders):
        return []
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        MODULE,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )
    # By standard input: an argument, with the password in the URL, could be read by everybody on the machine.
    order = {"url": url, "folders": [str(folder) for folder in folders], "lock_timeout": lock_timeout_seconds}
    said, complaint = await process.communicate(json.dumps(order).encode())
    if process.returncode:
        raise MigrationFailed(complaint.decode().strip().splitlines()[-1])
    done: list[str] = json.loads(said)
    return done


async def _is_up_to_date(url: str, folders: Sequence[Path]) -> bool:
    """One query, so that a start with nothing to migrate needs no second process."""
    db = await asyncpg.connect(url)
    try:
        return wanted(folders) <= await applied(db)
    finally:
        await db.close()


def wanted(folders: Iterable[Path]) -> set[str]:
    """Ids of the migrations that lie in these folders."""
    files = (file for folder in folders for file in folder.glob("*.sql"))
    return {file.stem for file in files if not file.name.endswith(".rollback.sql")}


async def applied(db: Db) -> set[str]:
    """Ids of the migrations that this role's schema has; none before the first."""
    if not await db.fetchval(_ANY_APPLIED):
        return set()
    return {row["migration_id"] for row in await db.fetch(_APPLIED)}

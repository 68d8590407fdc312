"""Migrations: numbered plain SQL files, brought in at a service's start while the version before still runs.

Each file and the note that it was applied are one transaction, and the lock that lets copies take turns ends
with its connection: a killed process leaves what it had finished, and nothing that the next one trips over.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg

from services.chassis.postgres.database import Db

CHASSIS = Path(__file__).parent / "migrations"

UNDO = ".rollback.sql"

_ONE_AT_A_TIME = "SELECT pg_advisory_lock(hashtext('sesame migrations of ' || current_user))"
_LOCK_TIMEOUT = "SELECT set_config('lock_timeout', $1, false)"
_ANY_NOTES = "SELECT to_regclass('migration') IS NOT NULL"
_NOTES = """
CREATE TABLE migration (id text PRIMARY KEY, applied_at timestamptz NOT NULL DEFAULT now());
COMMENT ON TABLE migration IS 'The files of migrations/ that this schema has';

DO $$ BEGIN
    IF to_regclass('_yoyo_migration') IS NOT NULL THEN  -- kept by what applied them before
        INSERT INTO migration SELECT migration_id, applied_at_utc AT TIME ZONE 'UTC' FROM _yoyo_migration;
    END IF;
END $$;
"""
_APPLIED = "SELECT id FROM migration"
_NOTE = "INSERT INTO migration (id) VALUES ($1)"
_STRIKE_OUT = "DELETE FROM migration WHERE id = $1"


class MigrationFailed(RuntimeError):
    """Nothing of the file named was done; those before it stay."""


async def bring_up_to_date(url: str, folders: Sequence[Path], *, lock_timeout_seconds: float) -> list[str]:
    """Apply to the schema of the URL's role what it does not have; gives the ids of what was applied.

    `folders` come in order, the chassis' own first. Waits while another copy is at it. A file that can't get
    a table's lock in time raises MigrationFailed, rather than stopping the version that still runs.
    """
    files = {id_of(file): file for folder in folders for file in files_of(folder)}
    db = await asyncpg.connect(url)
    try:
        if files.keys() <= await applied(db):
            return []
        async with _turn(db, lock_timeout_seconds):
            missing = [id_ for id_ in files if id_ not in await _noted(db)]
            for id_ in missing:
                await _run(db, files[id_], _NOTE, id_)
    finally:
        await db.close()
    return missing


async def roll_back(db: Db, folder: Path, first: str, *, lock_timeout_seconds: float) -> list[str]:
    """Take back the migration called `first` and those of its folder applied after it, newest first; gives
    their ids. Raises MigrationFailed at one that has no file to do it."""
    async with _turn(db, lock_timeout_seconds):
        noted = await _noted(db)
        back = [id_of(file) for file in reversed(files_of(folder)) if first <= id_of(file)]
        done = [id_ for id_ in back if id_ in noted]
        for id_ in done:
            await _run(db, folder / (id_ + UNDO), _STRIKE_OUT, id_)
    return done


def files_of(folder: Path) -> list[Path]:
    """By their numbers, without those that take one back."""
    return sorted(file for file in folder.glob("*.sql") if not file.name.endswith(UNDO))


def id_of(file: Path) -> str:
    return file.stem


def wanted(folders: Iterable[Path]) -> set[str]:
    """Ids of the migrations that lie in these folders."""
    return {id_of(file) for folder in folders for file in files_of(folder)}


async def applied(db: Db) -> set[str]:
    """Ids of the migrations that this role's schema has; none before the first."""
    if not await db.fetchval(_ANY_NOTES):
        return set()
    return {row["id"] for row in await db.fetch(_APPLIED)}


@asynccontextmanager
async def _turn(db: Db, lock_timeout_seconds: float) -> AsyncIterator[None]:
    """One at a time per schema, until `db` is closed. The wait for it counts as no table's lock."""
    await db.execute(_ONE_AT_A_TIME)
    await db.execute(_LOCK_TIMEOUT, f"{int(lock_timeout_seconds * 1000)}ms")
    yield


async def _noted(db: Db) -> set[str]:
    if not await db.fetchval(_ANY_NOTES):
        async with db.transaction():
            await db.execute(_NOTES)
    return await applied(db)


async def _run(db: Db, file: Path, note: str, id_: str) -> None:
    script = _text_of(file)
    try:
        async with db.transaction():
            await db.execute(script)
            await db.execute(note, id_)
    except asyncpg.PostgresError as error:
        # Without DETAIL, which may show a row.
        raise MigrationFailed(f"{file.name}: {error.args[0]}; nothing of it was done") from error


def _text_of(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except FileNotFoundError as error:
        raise MigrationFailed(f"{file.parent} has no {file.name}; write it to take that back") from error

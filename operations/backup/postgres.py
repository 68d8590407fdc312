"""The services' schemas, by pg_dump and pg_restore, which must not be older than the server."""

from __future__ import annotations

import asyncio
import os
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit, urlunsplit

import asyncpg

from operations.backup.sealing import Identity, Recipient, seal, unseal
from operations.errors import OperationError
from services.chassis.postgres.database import services_at_work
from services.chassis.postgres.provision import empty_schemas

DEBIAN_FOLDERS = Path("/usr/lib/postgresql")

_EXPORT = "SELECT pg_export_snapshot()"


@asynccontextmanager
async def snapshot(url: str) -> AsyncIterator[str]:
    """One moment of the database that other connections can look at too, for the time of the block."""
    db = await _connect(url)
    try:
        async with db.transaction(isolation="repeatable_read", readonly=True):
            yield str(await db.fetchval(_EXPORT))
    finally:
        await db.close()


async def _connect(url: str) -> asyncpg.Connection[asyncpg.Record]:
    try:
        return await asyncpg.connect(url)
    except (OSError, asyncpg.PostgresError) as error:
        raise OperationError(f"database: {error}; is SESAME_DATABASE_URL right?") from error


def dump(
    url: str, schemas: Iterable[str], moment: str, sealed: Path, recipients: Sequence[Recipient]
) -> None:
    """Sealed as it comes: nothing of it touches a disk in the clear."""
    chosen = [f"--schema={schema}" for schema in schemas]
    command = ["pg_dump", "--format=custom", f"--snapshot={moment}", f"--dbname={_plain(url)}", *chosen]
    with tempfile.TemporaryFile() as complaint:
        with _running(url, command, stdout=subprocess.PIPE, stderr=complaint) as process:
            assert process.stdout is not None
            seal(process.stdout, sealed, recipients)
        _check(process, complaint)


async def connected(url: str) -> list[str]:
    """The services that are at work on it."""
    db = await _connect(url)
    try:
        return await services_at_work(db)
    finally:
        await db.close()


async def restore(url: str, schemas: Sequence[str], sealed: Path, identities: Sequence[Identity]) -> None:
    """Everything that the schemas hold goes, and what was copied comes, or an error says why not."""
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "database.dump"
        with whole.open("wb") as out:
            await asyncio.to_thread(unseal, sealed, out, identities)
        contents = Path(folder) / "contents"
        listed = await asyncio.to_thread(_list, url, whole)
        contents.write_text("\n".join(line for line in listed if " SCHEMA - " not in line or " ACL " in line))
        db = await _connect(url)
        try:
            async with db.transaction():
                await empty_schemas(db, schemas)
        finally:
            await db.close()
        await asyncio.to_thread(_put_back, url, whole, contents)


def _list(url: str, whole: Path) -> list[str]:
    with tempfile.TemporaryFile() as complaint:
        command = ["pg_restore", "--list", str(whole)]
        with _running(url, command, stdout=subprocess.PIPE, stderr=complaint) as process:
            assert process.stdout is not None
            lines = process.stdout.read().decode().splitlines()
        _check(process, complaint)
    return lines


def _put_back(url: str, whole: Path, contents: Path) -> None:
    options = ["--single-transaction", "--exit-on-error", f"--use-list={contents}"]
    options.append(f"--dbname={_plain(url)}")
    with tempfile.TemporaryFile() as complaint:
        command = ["pg_restore", *options, str(whole)]
        with _running(url, command, stdout=subprocess.DEVNULL, stderr=complaint) as process:
            process.wait()
        _check(process, complaint)


def _running(url: str, command: Sequence[str], *, stdout: int, stderr: IO[bytes]) -> subprocess.Popen[bytes]:
    """The password by its environment: everybody on the machine can read arguments."""
    program, *options = command
    argv = [str(_program(program)), *options]
    return subprocess.Popen(
        argv, env=_environment(url), stdout=stdout, stderr=stderr, stdin=subprocess.DEVNULL
    )


def _environment(url: str) -> dict[str, str]:
    password = urlsplit(url).password or ""
    usual = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
    return {**usual, "PGPASSWORD": unquote(password)}


def _plain(url: str) -> str:
    """Without its password."""
    parts = urlsplit(url)
    login, _, place = parts.netloc.rpartition("@")
    user = login.partition(":")[0]
    return urlunsplit(parts._replace(netloc=f"{user}@{place}" if user else place))


def _program(name: str) -> Path:
    """The newest of Debian's, which are behind a wrapper; else what is on PATH."""
    debian = sorted(DEBIAN_FOLDERS.glob(f"*/bin/{name}"), key=lambda path: float(path.parts[-3]))
    found = debian[-1] if debian else shutil.which(name)
    if found is None:
        raise OperationError(f"{name} is not installed; run: sudo apt-get install postgresql-client")
    return Path(found)


def _check(process: subprocess.Popen[bytes], complaint: IO[bytes]) -> None:
    if process.wait() != 0:
        complaint.seek(0)
        said = complaint.read().decode(errors="replace").strip()
        raise OperationError(f"database: {said.splitlines()[0] if said else process.returncode}")

"""Migrations: numbered plain SQL, applied by yoyo under a lock, so that copies may start at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from yoyo import get_backend, read_migrations

CHASSIS = Path(__file__).parent / "migrations"

_ONE_AT_A_TIME = "SELECT pg_advisory_lock(hashtext('sesame migrations of ' || current_user))"


def migrate(url: str, folders: Sequence[Path], *, lock_timeout_seconds: float) -> list[str]:
    """Bring the schema of the URL's role up to date; returns the ids of what was applied.

    `folders` come in order, the chassis' own first. Blocks: call it in a thread. A migration that can't get a
    table's lock in time fails and changes nothing, rather than stopping the version that still runs.
    """
    with _one_at_a_time(url):
        backend = get_backend(_for_yoyo(url))
        try:
            backend.execute(f"SET lock_timeout = {int(lock_timeout_seconds * 1000)}")
            backend.commit()
            pending = backend.to_apply(read_migrations(*(str(folder) for folder in folders)))
            applied = [migration.id for migration in pending]
            backend.apply_migrations(pending)
        finally:
            backend.connection.close()
    return applied


@contextmanager
def _one_at_a_time(url: str) -> Iterator[None]:
    """Yoyo's own lock is a row, which a killed process leaves behind; this one ends with its connection."""
    with psycopg.connect(url, autocommit=True) as keeper:
        keeper.execute(_ONE_AT_A_TIME)
        yield


def _for_yoyo(url: str) -> str:
    return urlunsplit(urlsplit(url)._replace(scheme="postgresql+psycopg"))

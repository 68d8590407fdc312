"""Migrations: numbered plain SQL, applied by yoyo under a lock, so that copies may start at once.

As a program it reads what to do from standard input (see `schema`) and prints the ids it applied.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from yoyo import get_backend, read_migrations

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


def main() -> None:
    order = json.load(sys.stdin)
    folders = [Path(folder) for folder in order["folders"]]
    print(json.dumps(migrate(order["url"], folders, lock_timeout_seconds=order["lock_timeout"])))


if __name__ == "__main__":
    main()

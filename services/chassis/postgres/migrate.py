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
    with _one_at_a_time(url) as place:
        backend = get_backend(_for_yoyo(url, place))
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
def _one_at_a_time(url: str) -> Iterator[str]:
    """Yoyo's own lock is a row, which a killed process leaves behind; this one ends with its connection.
    Gives host and port of the server that holds it."""
    with psycopg.connect(url, autocommit=True) as keeper:
        keeper.execute(_ONE_AT_A_TIME)
        yield f"{keeper.info.host}:{keeper.info.port}"


def _for_yoyo(url: str, place: str) -> str:
    """Of several servers it can't read: it gets the one that is at work."""
    parts = urlsplit(url)
    login, at, places = parts.netloc.rpartition("@")
    netloc = f"{login}{at}{place}" if "," in places else parts.netloc
    return urlunsplit(parts._replace(scheme="postgresql+psycopg", netloc=netloc))


def main() -> None:
    order = json.load(sys.stdin)
    folders = [Path(folder) for folder in order["folders"]]
    print(json.dumps(migrate(order["url"], folders, lock_timeout_seconds=order["lock_timeout"])))


if __name__ == "__main__":
    main()

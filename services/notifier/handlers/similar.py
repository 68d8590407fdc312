"""What a respondent may find useful: answers of the archive that are like a new question."""

from __future__ import annotations

import logging
from time import monotonic

from asyncpg import InterfaceError, Pool, PostgresError, Record

from services.notifier.domain.delivery import Similar
from services.notifier.handlers.related import related
from services.notifier.store.archive import published

log = logging.getLogger(__name__)

MOST = 3
EMPTY_SECONDS = 10.0
"""How long an archive that was found empty is not asked again."""


class SimilarAnswers:
    def __init__(self, pool: Pool[Record], archive_url: str) -> None:
        self._pool = pool
        self._url = archive_url
        self._empty_until = 0.0

    async def to(self, text: str) -> tuple[Similar, ...]:
        """The most alike first. Empty as well when the archive can't be asked: a help, never a condition."""
        if monotonic() < self._empty_until:
            return ()
        try:
            if await published.is_empty(self._pool):
                self._empty_until = monotonic() + EMPTY_SECONDS
                return ()
            found = await related(self._pool, text, most=MOST)
        except (PostgresError, InterfaceError, OSError) as error:
            log.warning("similar answers not found: %s", type(error).__name__)
            return ()
        return tuple(Similar(one.title, f"{self._url}/a/{one.number}") for one in found)

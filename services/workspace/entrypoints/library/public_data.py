"""What everybody may read of the network, asked of the services that show it, by their documented addresses:
the archive's search and the key figures. That one is away takes nothing else from a page."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from services.workspace.domain.conversation import SimilarPage

log = logging.getLogger(__name__)

SECONDS = 4.0
MOST = 10


@dataclass(frozen=True)
class PublicData:
    """`archive` and `figures`: where they are asked from here; empty: they are not asked."""

    archive: str = ""
    figures: str = ""
    transport: httpx.AsyncBaseTransport | None = field(default=None)

    async def search(self, words: str) -> list[SimilarPage] | None:
        """Answers of the archive with these words (docs/doors.md), the best first; None where it is away."""
        if not self.archive:
            return None
        told = await self._get(f"{self.archive.rstrip('/')}/api/v1/answers", {"q": words})
        if told is None:
            return None
        found = (SimilarPage(str(one["title"]), str(one["url"])) for one in told.get("answers", ())[:MOST])
        return [page for page in found if page.url.startswith(("https://", "http://"))]

    async def year(self, year: int, partner: str) -> Mapping[str, Any] | None:
        """The figures of a library's year, as the poster has them (docs/metrics.md); None where none are."""
        if not self.figures:
            return None
        return await self._get(f"{self.figures.rstrip('/')}/figures/{year}/{partner}.json", {})

    async def _get(self, url: str, query: Mapping[str, str]) -> Mapping[str, Any] | None:
        try:
            async with httpx.AsyncClient(timeout=SECONDS, transport=self.transport) as client:
                answer = await client.get(url, params=query)
                told = answer.json() if answer.is_success else None
        except (httpx.HTTPError, ValueError) as error:
            log.warning("%s: %s", url, type(error).__name__)
            return None
        return told if isinstance(told, dict) else None

"""The pages that law asks for, with the facts of this installation: legal notice, data, accessibility."""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.ingest.entrypoints.http.pages.rendering import SitePages


@dataclass(frozen=True, slots=True)
class LawFacts:
    """What this installation knows of itself; what a network has not said is empty, and the page says so."""

    publisher: str
    director: str
    hosting: str
    contact: str
    data_officer: str
    accessibility_state: str
    retention_days: int
    raw_days: int


@dataclass(frozen=True, slots=True)
class LawPages:
    pages: SitePages
    facts: LawFacts

    def routes(self) -> list[BaseRoute]:
        return [Route(f"/{name}", self.show, name=name) for name in ("legal", "privacy", "accessibility")]

    async def show(self, request: Request) -> Response:
        name = request.url.path.strip("/")
        return self.pages.show(
            f"{name}.html", self.pages.words(request), path=f"/{name}", facts=self.facts, status=200
        )

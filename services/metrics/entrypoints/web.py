"""The public door: key figures as pages and files."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from asyncpg import Pool, Record
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from services.chassis.clock import Clock
from services.chassis.errors import is_transient
from services.chassis.http.safe_headers import SafeHeaders
from services.chassis.http.serving import RETRY_AFTER
from services.metrics.domain.figures import YearFigures
from services.metrics.handlers import year_figures
from services.metrics.pages.formats import FORMATS, FormatRequest, file_name
from services.metrics.pages.imprint import Imprint
from services.metrics.pages.links import ASSETS
from services.metrics.pages.page import HERE, FigurePages
from services.metrics.pages.words import PageLanguage, language_for

VARIES_BY_LANGUAGE = {"vary": "Accept-Language"}
CACHE = {"cache-control": "public, max-age=60", **VARIES_BY_LANGUAGE}
SAFE = {
    "content-security-policy": "default-src 'self'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: https:; object-src 'none'; form-action 'self'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin-when-cross-origin",
}
"""Charts have their colours in style attributes; scripts are files of ours alone."""
AT_ONCE = 2
"""Files made at once: a poster takes a processor for half a second, and the door is public."""

ASSET_FOLDER: Path = HERE / "assets"


@dataclass(frozen=True)
class FigureSite:
    pool: Pool[Record]
    clock: Clock
    zone: ZoneInfo
    pages: FigurePages
    imprint: Imprint = field(default_factory=Imprint)
    made_up_until: date | None = None
    presses: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/", self.latest),
                Route("/figures", self.latest),
                Mount(ASSETS, StaticFiles(directory=ASSET_FOLDER)),
                Route("/figures/{year:int}", self.page),
                Route("/figures/{year:int}.{extension}", self.file),
                Route("/figures/{year:int}/{partner}.{extension}", self.file),
                Route("/figures/{year:int}/{partner}", self.page),
            ],
            exception_handlers={HTTPException: self._missing, 500: self._failed},
            middleware=[Middleware(SafeHeaders, headers=SAFE)],
        )

    async def latest(self, request: Request) -> Response:
        """The latest year; in January the one before, which is whole and what everybody asks for."""
        known, today = await year_figures.years(self.pool), self._now()
        before = today.year - 1
        year = before if today.month == 1 and before in known else (known or [today.year])[-1]
        query = f"?{request.url.query}" if request.url.query else ""
        return RedirectResponse(f"/figures/{year}{query}", status_code=307)

    async def page(self, request: Request) -> Response:
        partner = _partner(request)
        known = await year_figures.years(self.pool, partner)

        async def show(figures: YearFigures) -> Response:
            embedded = request.query_params.get("embed") == "1"
            text = self.pages.figures(figures, _language(request), known, embedded=embedded)
            return HTMLResponse(text, headers=CACHE)

        return await self._with_figures(request, partner, show)

    async def file(self, request: Request) -> Response:
        extension = request.path_params["extension"]
        make = FORMATS.get(extension)
        if make is None:
            known = ", ".join(FORMATS)
            return PlainTextResponse(
                f"format {extension!r} is not made here; these are: {known}\n", status_code=404
            )
        wish = FormatRequest(
            language=_language(request),
            zone=self.zone.key,
            a3=request.query_params.get("paper") == "a3",
            square=request.query_params.get("shape") == "square",
            imprint=self.imprint,
        )

        async def show(figures: YearFigures) -> Response:
            async with self.presses:
                content = await asyncio.to_thread(make.make, figures, wish)
            name = {"content-disposition": f'inline; filename="{file_name(figures, extension, wish)}"'}
            return Response(content, media_type=make.media_type, headers={**CACHE, **name})

        return await self._with_figures(request, _partner(request), show)

    async def _with_figures(
        self, request: Request, partner: str, show: Callable[[YearFigures], Awaitable[Response]]
    ) -> Response:
        year = request.path_params["year"]
        try:
            today = self._now().date()
            figures = await year_figures.read(
                self.pool, year, partner=partner, today=today, made_up_until=self.made_up_until
            )
            return await show(figures)
        except year_figures.NoSuchYear:
            page = self.pages.nothing(year, _language(request), await year_figures.years(self.pool))
            # Every page leads to this year's, from a network's first day.
            begun = request.url.path == f"/figures/{self._now().year}"
            return HTMLResponse(page, status_code=200 if begun else 404, headers=VARIES_BY_LANGUAGE)

    async def _missing(self, request: Request, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        known = await year_figures.years(self.pool)
        page = self.pages.missing(self._now().year, _language(request), known)
        return HTMLResponse(page, status_code=status, headers=VARIES_BY_LANGUAGE)

    async def _failed(self, request: Request, error: Exception) -> Response:
        year = request.path_params.get("year", self._now().year)
        page = self.pages.failed(year, _language(request))
        status = 503 if is_transient(error) else 500
        return HTMLResponse(page, status_code=status, headers={**RETRY_AFTER, **VARIES_BY_LANGUAGE})

    def _now(self) -> datetime:
        return self.clock.now().astimezone(self.zone)


def _partner(request: Request) -> str:
    """As asked for. PostgreSQL takes no null character, and no id has one or the other."""
    partner: str = request.path_params.get("partner", "")
    return partner.replace("\0", "?")


def _language(request: Request) -> PageLanguage:
    """The one asked for, else the browser's."""
    return language_for(request.query_params.get("lang"), request.headers.get("accept-language", ""))

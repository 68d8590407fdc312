"""The doors of the archive that are open to everyone: parse, ask, answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from asyncpg import Pool, Record
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from services.chassis.language import Translator
from services.chassis.language.names import Names
from services.chassis.language.typography import bound
from services.notifier.entrypoints.archive import feeds
from services.notifier.entrypoints.archive.page_views import PageViews
from services.notifier.entrypoints.archive.pages import SECONDS_KEPT, ArchivePages
from services.notifier.handlers.archive_search import asked_for, show
from services.notifier.handlers.related import related
from services.notifier.store.archive import published
from services.notifier.store.archive.published import EntryList

STYLE = Path(__file__).parent / "archive.css"
FEED_LENGTH = 50
API_LENGTH = 50
EMBEDDED_LENGTH = 8

Answers = Callable[[Request], Awaitable[Response]]

MOST_SIMILAR, LONGEST_TYPED = 3, 1_000
"""Answers offered for a question that is being written, and characters of it that are looked at."""


class ArchiveSite:
    def __init__(
        self, pool: Pool[Record], pages: ArchivePages, views: PageViews, *, url: str, network: str
    ) -> None:
        self._pool = pool
        self._views = views
        self._pages = pages
        self._url = url
        self._network = network
        self._style = STYLE.read_bytes()

    def routes(self) -> list[Route]:
        doors: dict[str, Answers] = {
            "/": self.home,
            "/a/{number:int}": self.entry,
            "/feed.atom": self.feed,
            "/sitemap.xml": self.sitemap_index,
            "/sitemap-{part:int}.xml": self.sitemap,
            "/robots.txt": self.robots,
            "/opensearch.xml": self.open_search,
            "/api/v1/answers": self.api_list,
            "/api/v1/answers/{number:int}": self.api_entry,
            "/api/v1/similar": self.api_similar,
            "/similar": self.similar,
            "/embed/{partner}": self.embed,
            "/archive.css": self.style,
        }
        return [Route(path, door) for path, door in doors.items()]

    async def home(self, request: Request) -> Response:
        asked = asked_for(request.query_params)
        shown = await show(self._pool, asked)
        lists = await published.lists(self._pool)
        labels = _labels(asked.wish, self._pages.words(request), lists)
        return self._pages.home(request, asked, shown, lists, labels)

    async def entry(self, request: Request) -> Response:
        found = await published.entry(self._pool, request.path_params["number"])
        if found is None:
            return self._pages.missing(request)
        if found.state == "withdrawn":
            return self._pages.gone(request)
        if request.method == "GET":
            self._views.count(found.number, request.headers.get("user-agent", ""))
        alike = await related(self._pool, f"{found.title} {found.question}", but=found.number)
        return self._pages.entry(request, found, alike, feeds.question_and_answer(self._url, found))

    async def feed(self, request: Request) -> Response:
        asked = asked_for(request.query_params)
        shown = await show(self._pool, asked, FEED_LENGTH)
        query = asked.address(page=None)
        words = self._pages.words(request)
        self_url = f"{self._url}/feed.atom{'?' if query else ''}{query}"
        labels = _labels(asked.wish, words, await published.lists(self._pool))
        title = " · ".join(filter(None, (self._network, asked.wish.text, *labels)))
        body = feeds.feed(self._url, self_url, title, shown.lines, datetime.now(UTC), Names(words))
        return _kept(body, "application/atom+xml")

    async def sitemap_index(self, _request: Request) -> Response:
        last = max(
            (line.number for line in await published.newest(self._pool, published.SearchFilter(), 1, 0)),
            default=0,
        )
        parts = last // feeds.SITEMAP_LENGTH + 1
        return _kept(feeds.sitemap_index(self._url, parts), "application/xml")

    async def sitemap(self, request: Request) -> Response:
        """Part n holds the numbers up to (n + 1) times the most a sitemap may hold: parts never shift."""
        first = request.path_params["part"] * feeds.SITEMAP_LENGTH
        addresses = await published.addresses(self._pool, first, feeds.SITEMAP_LENGTH)
        inside = [one for one in addresses if one[0] <= first + feeds.SITEMAP_LENGTH]
        return _kept(feeds.sitemap(self._url, inside), "application/xml")

    async def robots(self, _request: Request) -> Response:
        return PlainTextResponse(f"User-agent: *\nSitemap: {self._url}/sitemap.xml\n")

    async def open_search(self, request: Request) -> Response:
        described = feeds.open_search(self._url, self._network, self._pages.words(request))
        return _kept(described, "application/opensearchdescription+xml")

    async def api_list(self, request: Request) -> Response:
        asked = asked_for(request.query_params)
        shown = await show(self._pool, asked, API_LENGTH)
        body = {
            "answers": [feeds.line_json(self._url, line) for line in shown.lines],
            "total": shown.total,
            "corrected": shown.corrected,
            "next": f"{self._url}/api/v1/answers?{asked.address(page=asked.page + 1)}"
            if shown.more
            else None,
        }
        return _json(body)

    async def api_entry(self, request: Request) -> Response:
        found = await published.entry(self._pool, request.path_params["number"])
        if found is None:
            return _problem(404, "no such answer")
        if found.state == "withdrawn":
            return _problem(410, "this answer was withdrawn")
        return _json(feeds.entry_json(self._url, found))

    async def api_similar(self, request: Request) -> Response:
        """For the form, while somebody types: answers that are like the text."""
        found = await related(self._pool, _typed(request), most=MOST_SIMILAR)
        answers = [
            {"title": bound(one.title), "language": one.language, "url": f"{self._url}/a/{one.number}"}
            for one in found
        ]
        return _json({"answers": answers})

    async def similar(self, request: Request) -> Response:
        """The same as a page, framed in the form where no script runs."""
        found = await related(self._pool, _typed(request), most=MOST_SIMILAR)
        return self._pages.similar(request, found)

    async def embed(self, request: Request) -> Response:
        partner = request.path_params["partner"]
        label = _label(await published.lists(self._pool), partner)
        if label is None:
            return self._pages.missing(request)
        asked = asked_for({"library": partner, "q": request.query_params.get("q", "")})
        shown = await show(self._pool, asked, EMBEDDED_LENGTH)
        return self._pages.embedded(request, label, partner, shown)

    async def style(self, _request: Request) -> Response:
        return Response(self._style, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


def _typed(request: Request) -> str:
    return request.query_params.get("q", "")[:LONGEST_TYPED].replace("\0", " ")


def _labels(wish: published.SearchFilter, words: Translator, lists: tuple[EntryList, ...]) -> list[str]:
    """Theme, library and year wished for, by name."""
    theme = Names(words).theme(wish.subject)
    return [name for name in (theme, _label(lists, wish.partner or ""), str(wish.year or "")) if name]


def _label(found: tuple[EntryList, ...], partner: str) -> str | None:
    return next((s.label for s in found if (s.kind, s.value) == ("partner", partner)), None)


def _kept(body: bytes, media_type: str) -> Response:
    return Response(body, media_type=media_type, headers={"Cache-Control": f"public, max-age={SECONDS_KEPT}"})


def _json(body: Any, status: int = 200) -> Response:
    headers = {"Access-Control-Allow-Origin": "*", "Cache-Control": f"public, max-age={SECONDS_KEPT}"}
    return Response(orjson.dumps(body), status_code=status, media_type="application/json", headers=headers)


def _problem(status: int, title: str) -> Response:
    """RFC 9457."""
    body = orjson.dumps({"title": title, "status": status})
    return Response(body, status_code=status, media_type="application/problem+json")

"""The archive's pages as HTML. Nothing here needs JavaScript."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.chassis.errors import is_transient
from services.chassis.http.serving import RETRY_AFTER
from services.notifier.handlers.archive_search import SearchPage, SearchRequest
from services.notifier.store.published import EntryList, RelatedEntry, Released

HERE = Path(__file__).parent
LANGUAGES = ("fr", "en")
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors {frames}"
)
SECONDS_KEPT = 60
"""How long others may keep a page: a withdrawal must reach them."""

Wording = Mapping[str, Any]


class ArchivePages:
    """Draws pages. `archive_url` is ours, `ask_url` is where questions are asked."""

    def __init__(self, *, network: str, archive_url: str, ask_url: str, zone: str) -> None:
        self._wordings = {code: _wording(code) for code in LANGUAGES}
        self._zone = ZoneInfo(zone)
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        self._environment.globals.update(
            network=network, archive_url=archive_url, ask_url=ask_url, json=_json_for_script
        )
        self._environment.filters["day"] = self._day

    def home(
        self, request: Request, asked: SearchRequest, shown: SearchPage, shelves: tuple[EntryList, ...]
    ) -> HTMLResponse:
        return self._draw(request, "home.html", asked=asked, shown=shown, shelves=shelves)

    def entry(
        self, request: Request, entry: Released, related: tuple[RelatedEntry, ...], qa: Any
    ) -> HTMLResponse:
        return self._draw(request, "entry.html", entry=entry, related=related, qa=qa)

    def gone(self, request: Request) -> HTMLResponse:
        return self._draw(request, "notice.html", status=410, notice="gone")

    def missing(self, request: Request) -> HTMLResponse:
        return self._draw(request, "notice.html", status=404, notice="missing")

    def failed(self, request: Request, error: Exception) -> HTMLResponse:
        status = 503 if is_transient(error) else 500
        response = self._draw(request, "notice.html", status=status, notice="failed")
        response.headers.update({"Cache-Control": "no-store", **RETRY_AFTER})
        return response

    def embedded(self, request: Request, label: str, partner: str, shown: SearchPage) -> HTMLResponse:
        return self._draw(request, "embedded.html", frames="*", label=label, partner=partner, shown=shown)

    def desk(self, request: Request, template: str, **values: Any) -> HTMLResponse:
        """A page for the coordinator: never kept by anybody."""
        response = self._draw(request, template, **values)
        response.headers["Cache-Control"] = "no-store"
        return response

    def _draw(
        self, request: Request, template: str, *, status: int = 200, frames: str = "'none'", **values: Any
    ) -> HTMLResponse:
        t = self._wordings[language_of(request)]
        page = self._environment.get_template(template).render(t=t, here=_here(request), **values)
        headers = {
            "Content-Security-Policy": POLICY.format(frames=frames),
            "Cache-Control": f"public, max-age={SECONDS_KEPT}",
            "Vary": "Accept-Language",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        return HTMLResponse(page, status_code=status, headers=headers)

    def _day(self, moment: datetime, t: Wording) -> str:
        local = moment.astimezone(self._zone)
        first = t["language"] == "fr" and local.day == 1
        return f"{'1er' if first else local.day} {t['months'][local.month - 1]} {local.year}"


def language_of(request: Request) -> str:
    """`?lang=` first, then the first language of the browser that we write, else French."""
    chosen = request.query_params.get("lang")
    if chosen in LANGUAGES:
        return chosen
    for wanted in request.headers.get("accept-language", "").split(","):
        code = wanted.split(";")[0].strip()[:2].lower()
        if code in LANGUAGES:
            return code
    return LANGUAGES[0]


def _here(request: Request) -> dict[str, str]:
    """This address in each language."""
    url = request.url
    path = "/" + url.path.lstrip("/")  # two slashes would name another host
    return {code: f"{path}?{url.include_query_params(lang=code).query}".rstrip("?") for code in LANGUAGES}


def _wording(code: str) -> Wording:
    return tomllib.loads((HERE / "wording" / f"{code}.toml").read_text(encoding="utf-8"))


def _json_for_script(value: Any) -> Markup:
    """Inside <script type=application/ld+json> a `</` would end the element, whatever it stands in."""
    return Markup(orjson.dumps(value).decode().replace("<", "\\u003c"))

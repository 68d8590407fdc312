"""The archive's pages as HTML. Nothing here needs JavaScript."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.chassis.errors import is_transient
from services.chassis.face import TEMPLATES, NetworkFace
from services.chassis.http.serving import RETRY_AFTER
from services.chassis.language import N_, Languages, Translator
from services.chassis.language.templates import speak
from services.notifier.domain.archive.excerpts import excerpt
from services.notifier.handlers.archive_search import SearchPage, SearchRequest
from services.notifier.store.archive.published import EntryList, RelatedEntry, ReleasedEntry

HERE = Path(__file__).parent
LOCALE = HERE.parents[1] / "locale"
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors {frames}"
)
SECONDS_KEPT = 60
"""How long others may keep a page: a withdrawal must reach them."""

GONE = (
    N_("This answer was withdrawn"),
    N_("It no longer stands in the archive, at the wish of the person who asked or of the network."),
)
MISSING = (
    N_("This page does not exist"),
    N_("The address may be incomplete. The search will help you to find the answer."),
)
FAILED = (
    N_("Back in a moment"),
    N_("The archive cannot be read just now. Nothing is lost: try again in a minute."),
)


class ArchivePages:
    """Draws pages. `archive_url` is ours, `ask_url` is where questions are asked."""

    def __init__(self, *, face: NetworkFace, archive_url: str, ask_url: str, zone: str) -> None:
        self._languages = Languages.of(LOCALE, zone)
        known = {
            "network": face.name,
            "face": face,
            "archive_url": archive_url,
            "ask_url": ask_url,
            "json": _json_for_script,
        }
        self._environments = {code: _environment(words, known) for code, words in self._languages.items()}

    def home(
        self,
        request: Request,
        asked: SearchRequest,
        shown: SearchPage,
        lists: tuple[EntryList, ...],
        labels: list[str],
    ) -> HTMLResponse:
        """`labels`: the filters by name."""
        heading = " · ".join(filter(None, (asked.wish.text, *labels)))
        return self._draw(
            request, "home.html", asked=asked, shown=shown, lists=lists, labels=labels, heading=heading
        )

    def entry(
        self, request: Request, entry: ReleasedEntry, related: tuple[RelatedEntry, ...], qa: Any
    ) -> HTMLResponse:
        return self._draw(request, "entry.html", entry=entry, related=related, qa=qa)

    def gone(self, request: Request) -> HTMLResponse:
        return self._notice(request, GONE, 410)

    def missing(self, request: Request, error: Exception | None = None) -> HTMLResponse:
        """Nor is there a page for another method than these have; its status stays."""
        return self._notice(request, MISSING, error.status_code if isinstance(error, HTTPException) else 404)

    def failed(self, request: Request, error: Exception) -> HTMLResponse:
        status = 503 if is_transient(error) else 500
        response = self._notice(request, FAILED, status)
        response.headers.update({"Cache-Control": "no-store", **RETRY_AFTER})
        return response

    def similar(self, request: Request, found: tuple[RelatedEntry, ...]) -> HTMLResponse:
        return self._draw(request, "similar.html", frames="*", found=found)

    def embedded(self, request: Request, label: str, partner: str, shown: SearchPage) -> HTMLResponse:
        return self._draw(request, "embedded.html", frames="*", label=label, partner=partner, shown=shown)

    def _draw(
        self, request: Request, template: str, *, status: int = 200, frames: str = "'none'", **values: Any
    ) -> HTMLResponse:
        words = self.words(request)
        page = self._environments[words.language].get_template(template)
        shown = page.render(others=list(self._others(request, words)), **values)
        headers = {
            "Content-Security-Policy": POLICY.format(frames=frames),
            "Cache-Control": f"public, max-age={SECONDS_KEPT}",
            "Vary": "Accept-Language",
            "X-Content-Type-Options": "nosniff",
            "Referrer-Policy": "no-referrer",
        }
        return HTMLResponse(shown, status_code=status, headers=headers)

    def words(self, request: Request) -> Translator:
        """`?lang=` first, then the first of the browser's languages that we speak."""
        header = request.headers.get("accept-language", "")
        return self._languages.wished(request.query_params.get("lang"), header)

    def _notice(self, request: Request, said: tuple[str, str], status: int) -> HTMLResponse:
        words = self.words(request)
        heading, text = map(words.gettext, said)
        return self._draw(request, "notice.html", status=status, heading=heading, text=text)

    def _others(self, request: Request, words: Translator) -> Iterator[dict[str, str]]:
        """This address in the other languages, each called by its own name."""
        url = request.url
        path = "/" + url.path.lstrip("/")  # two slashes would name another host
        for code, other in self._languages.items():
            if code != words.language:
                name = other.language_name(code)
                address = f"{path}?{url.include_query_params(lang=code).query}"
                yield {"code": code, "name": name[:1].upper() + name[1:], "url": address}


def _environment(words: Translator, known: dict[str, Any]) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in (HERE / "templates", TEMPLATES)]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(known)
    environment.filters["excerpt"] = excerpt
    return speak(environment, words)


def _json_for_script(value: Any) -> Markup:
    """Inside <script type=application/ld+json> a `</` would end the element, whatever it stands in."""
    return Markup(orjson.dumps(value).decode().replace("<", "\\u003c"))

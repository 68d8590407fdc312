"""How pages are made: templates in the reader's language, and the headers that keep them safe."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from services.chassis.face import TEMPLATES, NetworkFace
from services.chassis.language import Languages, Translator
from services.chassis.language.templates import speak
from services.ingest.entrypoints.http.pages.choices import choices_in

ROOT = Path(__file__).parent
LOCALE = Path(__file__).parents[3] / "locale"
FAULTY = 422
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors {frames}"
)
FRAMED = "*", "; script-src 'self'"
"""In a partner's page, whose address we don't know; a script of ours tells that page how high the form is."""
UNFRAMED = "'none'", ""
SEARCHING = "; script-src 'self'; connect-src {archive}; frame-src {archive}"
"""The form asks the public archive, while somebody types, whether it was answered before."""


@dataclass(frozen=True, slots=True)
class OtherLanguage:
    """The same page in another language, called by its own name."""

    code: str
    name: str
    url: str


class SitePages:
    """Renders templates. `zone` is the network's own: people are shown its time. `own` holds templates of the
    network's that stand for ours of the same name."""

    def __init__(
        self,
        public_url: str,
        face: NetworkFace,
        zone: str = "Europe/Paris",
        own: Path | None = None,
    ) -> None:
        self._languages = Languages.of(LOCALE, zone)
        self._public_url = public_url
        folders = [*([own] if own else []), ROOT / "templates", TEMPLATES]
        self._loader = ChoiceLoader([FileSystemLoader(folder) for folder in folders])
        self._archive = origin_of_url(face.archive_url)
        self._known = {
            "public_url": public_url,
            "face": face,
            "network": face.name,
        }
        self._environments = {code: self._environment(words) for code, words in self._languages.items()}

    def words(self, request: Request, wish: str | None = None) -> Translator:
        """In the language wished for, else in the first of the browser's that we speak."""
        wish = wish or request.query_params.get("lang")
        return self._languages.wished(wish, request.headers.get("accept-language", ""))

    def show(
        self,
        template: str,
        words: Translator,
        *,
        status: int = 200,
        embedded: bool = False,
        path: str | None = None,
        **context: Any,
    ) -> HTMLResponse:
        """`path` is the page's own, where it is there in every language."""
        shown = {"embedded": embedded, "faulty": status == FAULTY, "path": path or ""} | context
        shown["other_languages"] = list(self._others(words, path)) if path else []
        html = self._environments[words.language].get_template(template).render(**shown)
        frames, scripts = FRAMED if embedded else UNFRAMED
        searching = SEARCHING.format(archive=self._archive) if shown.get("searching") else ""
        return HTMLResponse(html, status, headers=_safe(frames, searching or scripts))

    def message(self, words: Translator, heading: str, text: str, status: int) -> HTMLResponse:
        """Both are messages, translated here."""
        heading, text = words.gettext(heading), words.gettext(text)
        return self.show("message.html", words, status=status, heading=heading, text=text)

    def _others(self, words: Translator, path: str) -> Iterator[OtherLanguage]:
        for code, other in self._languages.items():
            if code != words.language:
                name = other.language_name(code)
                yield OtherLanguage(
                    code, name[:1].upper() + name[1:], f"{self._public_url}{path}?lang={code}"
                )

    def _environment(self, words: Translator) -> Environment:
        environment = Environment(
            loader=self._loader,
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(**self._known, **choices_in(words))
        return speak(environment, words)


def origin_of_url(url: str) -> str:
    """`https://archive.example`, as a content policy names it."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _safe(frames: str, scripts: str) -> dict[str, str]:
    return {
        "content-security-policy": POLICY.format(frames=frames) + scripts,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }

"""Name, logo, colour and links as pages need them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.chassis.face.colours import NIGHT, WHITE, Accent, accent_of
from services.chassis.face.settings import FaceSettings
from services.chassis.language import N_, Translator

TEMPLATES = Path(__file__).parent / "templates"
BRAND = """.brand { flex-wrap: wrap; max-width: 100%; }
.brand span { flex: 1 1 12rem; }
.brand:has(svg) { flex-wrap: nowrap; }
.brand img { height: auto; width: auto; max-height: 2.6rem; max-width: min(14rem, 100%); }
@media (max-width: 30rem) { .brand { font-size: 1.05rem; line-height: 1.35; } }
@media screen and (prefers-color-scheme: dark) {
  :root:not(.framed) .brand img { background: #fff; padding: .25rem .4rem; border-radius: 6px; }
}
@media (forced-colors: active) { .brand svg { color: CanvasText; --paper: Canvas; } }
"""
"""The logo beside the name, or above a long one; a logo was drawn for a light ground and has one by night."""
STYLE = """:root {{ --accent: {light}; --accent-ink: {white}; }}
@media screen and (prefers-color-scheme: dark) {{
  :root:not(.framed) {{ --accent: {dark}; --accent-ink: {night}; }}
}}
"""
ACCESSIBILITY = {
    "none": N_("Accessibility: not compliant"),
    "partial": N_("Accessibility: partly compliant"),
    "full": N_("Accessibility: fully compliant"),
}
"""The mention that French law asks of every page (decree 2019-768)."""


@dataclass(frozen=True, slots=True)
class FooterLink:
    label: str
    url: str


@dataclass(frozen=True, slots=True)
class NetworkFace:
    """`ask_url`, `archive_url`, `figures_url`: our own public pages; an empty one is not linked to."""

    name: str = "Sésame"
    logo: str = ""
    accent: Accent | None = None
    ask_url: str = ""
    archive_url: str = ""
    figures_url: str = ""
    contact: str = ""
    accessibility_state: str = "none"
    own: dict[str, str] = field(default_factory=dict)
    """Pages of the network's own that stand for ours: legal, privacy, accessibility."""

    @classmethod
    def of(cls, settings: FaceSettings, *, ask_url: str, archive_url: str) -> NetworkFace:
        own = {
            "legal": settings.legal_url,
            "privacy": settings.privacy_url,
            "accessibility": settings.accessibility_url,
        }
        return cls(
            name=settings.network_name,
            logo=settings.logo_source,
            accent=accent_of(settings.network_accent) if settings.network_accent else None,
            ask_url=ask_url.rstrip("/"),
            archive_url=archive_url.rstrip("/"),
            figures_url=settings.figures_url.rstrip("/"),
            contact=settings.network_contact,
            accessibility_state=settings.accessibility_state,
            own={name: url for name, url in own.items() if url},
        )

    def links(self, words: Translator) -> Iterator[FooterLink]:
        """Below every public page, in the reader's language."""
        lang = f"?lang={words.language}"
        yield FooterLink(words.gettext("Ask a question"), f"{self.ask_url}/{lang}")
        if self.archive_url:
            yield FooterLink(words.gettext("Published answers"), f"{self.archive_url}/{lang}")
        if self.figures_url:
            yield FooterLink(words.gettext("Key figures"), f"{self.figures_url}/figures{lang}")
        yield FooterLink(words.gettext("Legal notice"), self._page("legal", lang))
        yield FooterLink(words.gettext("Personal data"), self._page("privacy", lang))
        yield FooterLink(
            words.gettext(ACCESSIBILITY[self.accessibility_state]), self._page("accessibility", lang)
        )
        if self.contact:
            yield FooterLink(words.gettext("Contact"), self.contact_url)

    @property
    def contact_url(self) -> str:
        return self.contact if ":" in self.contact else f"mailto:{self.contact}"

    def _page(self, name: str, query: str) -> str:
        return self.own.get(name) or f"{self.ask_url}/{name}{query}"

    def route(self) -> Route:
        """The style sheet with the network's colours, after a service's own."""
        return Route("/face.css", self._style)

    async def _style(self, _request: Request) -> Response:
        return Response(self.css, media_type="text/css", headers={"cache-control": "public, max-age=3600"})

    @property
    def css(self) -> str:
        if self.accent is None:
            return BRAND
        return BRAND + STYLE.format(light=self.accent.light, dark=self.accent.dark, white=WHITE, night=NIGHT)

"""Addresses of one page's neighbours: files, years, partners, the other language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode

from services.metrics.pages.words import PageLanguage

ASSETS = "/figures/assets"
NOTHING: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True)
class Links:
    """`base` is where the pages are seen from outside, without a slash at its end; empty on the same host.
    `here` is where the network says that they are seen: for what leaves the page, as the embedding code,
    without a base. Never the Host that a caller names: a page is kept for others.
    """

    base: str
    here: str
    shown_year: int
    shown_partner: str
    language: PageLanguage

    def _to(self, path: str, query: Mapping[str, str] = NOTHING, language: PageLanguage | None = None) -> str:
        chosen = language or self.language
        return f"{self.base}{path}?{urlencode({**query, 'lang': chosen})}"

    def _path(self, year: int, partner: str) -> str:
        return f"/figures/{year}/{partner}" if partner else f"/figures/{year}"

    @property
    def style(self) -> str:
        return f"{self.base}{ASSETS}/figures.css"

    @property
    def wide(self) -> str:
        return self._outside(self.file("png"))

    @property
    def embed(self) -> str:
        return self._outside(self._to(self._path(self.shown_year, self.shown_partner), {"embed": "1"}))

    def _outside(self, address: str) -> str:
        return address if self.base else f"{self.here}{address}"

    @property
    def other_language(self) -> str:
        other: PageLanguage = "en" if self.language == "fr" else "fr"
        return self._to(self._path(self.shown_year, self.shown_partner), language=other)

    @property
    def network(self) -> str:
        return self._to(self._path(self.shown_year, ""))

    def file(self, extension: str, **query: str) -> str:
        return self._to(f"{self._path(self.shown_year, self.shown_partner)}.{extension}", query)

    def year(self, year: int) -> str:
        return self._to(self._path(year, self.shown_partner))

    def partner(self, partner: str) -> str:
        return self._to(self._path(self.shown_year, partner))

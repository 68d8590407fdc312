"""How pages are made: templates, words in French and English, and the headers that keep them safe."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

ROOT = Path(__file__).parent
LANGUAGES = ("fr", "en")
FAULTY = 422
PREFERENCE = re.compile(r"([a-z]{2})[a-z-]*\s*(?:;\s*q=([\d.]+))?", re.IGNORECASE)
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'; "
    "frame-ancestors {frames}"
)
FRAMED = "*", "; script-src 'self'"
"""In a partner's page, whose address we don't know; a script of ours tells that page how high the form is."""
UNFRAMED = "'none'", ""
BEFORE_MARKS = re.compile(r" (?=[?!;:»])|(?<=«) ")
"""The spaces of French typography, at which no line may break."""


class SitePages:
    """Renders templates. `zone` is the network's own: people are shown its time."""

    def __init__(self, public_url: str, network: str, zone: str = "Europe/Paris") -> None:
        self._words = {code: _read_words(code) for code in LANGUAGES}
        self._zone = ZoneInfo(zone)
        self._environment = Environment(
            loader=FileSystemLoader(ROOT / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._environment.filters["day"] = self._day
        self._environment.globals.update(public_url=public_url, network=network)

    def words(self, request: Request, wish: str | None = None) -> Mapping[str, Any]:
        """In the language wished for, else in the first of the browser's that we speak."""
        wish = wish or request.query_params.get("lang")
        return self._words[
            wish if wish in LANGUAGES else _preferred(request.headers.get("accept-language", ""))
        ]

    def show(
        self,
        template: str,
        words: Mapping[str, Any],
        *,
        status: int = 200,
        embedded: bool = False,
        **context: Any,
    ) -> HTMLResponse:
        shown = {"embedded": embedded, "faulty": status == FAULTY, "other_url": None} | context
        html = self._environment.get_template(template).render(t=words, **shown)
        return HTMLResponse(html, status, headers=_safe(*(FRAMED if embedded else UNFRAMED)))

    def message(self, words: Mapping[str, Any], name: str, status: int) -> HTMLResponse:
        return self.show(
            "message.html", words, status=status, heading=words[name], text=words[f"{name}_text"]
        )

    def _day(self, moment: datetime | str, words: Mapping[str, Any]) -> str:
        """`3 juin 2026 à 14:05`, in the network's time zone."""
        local = (datetime.fromisoformat(moment) if isinstance(moment, str) else moment).astimezone(self._zone)
        return f"{local.day} {words['months'][local.month - 1]} {local.year} {words['at_hour']} {local:%H:%M}"


def _read_words(code: str) -> Mapping[str, Any]:
    text = (ROOT / "wording" / f"{code}.toml").read_text(encoding="utf-8")
    return tomllib.loads(BEFORE_MARKS.sub("\u00a0", text))


def _preferred(header: str) -> str:
    wishes = [
        (float(quality or 1), code.lower())
        for code, quality in PREFERENCE.findall(header[:500])
        if _number(quality)
    ]
    known = [(quality, code) for quality, code in wishes if code in LANGUAGES]
    return max(known, key=lambda wish: wish[0])[1] if known else LANGUAGES[0]


def _number(quality: str) -> bool:
    return re.fullmatch(r"(?:\d(?:\.\d{0,3})?)?", quality) is not None


def _safe(frames: str, scripts: str) -> dict[str, str]:
    return {
        "content-security-policy": POLICY.format(frames=frames) + scripts,
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
    }

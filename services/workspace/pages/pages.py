"""Renders pages in a person's language, with the headers that keep them safe."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, Protocol
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse
from webauthn.helpers import bytes_to_base64url

from services.chassis.language import N_, Languages, Translator
from services.chassis.language.templates import speak
from services.contracts.links.file_links import NETWORK, addressed
from services.contracts.vocabulary import THEMES
from services.workspace.domain.choosing import ONE_BY_ONE
from services.workspace.domain.due import DueTime, due
from services.workspace.domain.mentions import calls_of
from services.workspace.domain.roles import PermittedAction
from services.workspace.pages.code_texts import CODE_TEXTS
from services.workspace.pages.profile_words import ProfileWords

HERE = Path(__file__).parent
STATIC = HERE / "static"
LOCALE = HERE.parent / "locale"
LANGUAGES = ("fr", "en")

SAFE: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; style-src 'self'; script-src 'self';"
    " img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "cache-control": "no-store",
    "cross-origin-opener-policy": "same-origin",
}

MESSAGES: Mapping[str, tuple[str, str]] = {
    "stale": (
        N_("This page is too old"),
        N_("It was opened before you signed in. Go back, reload it and try again: your drafts are kept."),
    ),
    "forbidden": (
        N_("Access restricted"),
        N_("Your role does not allow this. Ask the lead of your library."),
    ),
    "forbidden_lead": (
        N_("Access restricted"),
        N_("A lead does this for their own library only. Ask the coordinator of the network."),
    ),
    "forbidden_observer": (
        N_("Access restricted"),
        N_("An observer sees the network and changes nothing. Ask the coordinator of the network."),
    ),
    "forbidden_coordinator": (
        N_("Access restricted"),
        N_("Only those who work in the library do this. A coordinator gives questions, and takes them back."),
    ),
    "library_left": (
        N_("Your library has left the network"),
        N_("What it had here is shown no longer. If that is a mistake, write to the network’s coordinator."),
    ),
    "missing": (
        N_("There is nothing here"),
        N_("The address is wrong, or this question is not one of your library’s."),
    ),
    "away": (
        N_("One moment"),
        N_("Something behind this page does not answer. Nothing is lost; try again in a minute."),
    ),
    "failed": (N_("A fault of ours"), N_("This page could not be made. It is noted, and drafts are kept.")),
    "link_over": (
        N_("This link no longer opens"),
        N_("It was used already, or is too old: it opens once. Ask for a new one."),
    ),
    "no_passkey": (
        N_("The passkey was not added"),
        N_("It is known already, or the browser’s answer does not fit. Try again."),
    ),
    "provider_away": (
        N_("The network’s sign-in did not work"),
        N_("It is away, or its answer does not fit. Try again, or ask for a link by e-mail."),
    ),
    "not_invited": (
        N_("You are not invited yet"),
        N_("The network’s sign-in knows you, but nobody has let you in here: ask the lead of your library."),
    ),
    "no_colleague": (
        N_("No such colleague"),
        N_("A question can be handed over to a respondent of the same library only."),
    ),
    "unreadable": (
        N_("This could not be read"),
        N_("What your browser sent is not what this form sends. Go back, reload the page and send it again."),
    ),
    "too_large": (
        N_("This is too large"),
        N_("A form holds 1 MB, with files 31 MB. Go back: what you wrote is kept."),
    ),
    "forgotten": (
        N_("Its asker is forgotten"),
        N_("They had the question erased, with all that was written about it. Nothing more is kept of it."),
    ),
    "proven": (
        N_("Thank you, your address is proven"),
        N_("The coordinator looks at what you wrote and answers by e-mail."),
    ),
    "no_days": (
        N_("Two days are missing"),
        N_("Write the first and the last day, as 2026-12-24, and try again."),
    ),
    "no_notice": (
        N_("A notice is missing"),
        N_("Write what people read instead of the form, and try again."),
    ),
    "no_library": (N_("No such library"), N_("Choose the library in the list, or none.")),
}
"""Name → heading and text of a page that only says something."""


class PageReader(Protocol):
    """Whoever reads the page."""

    @property
    def language(self) -> str: ...

    def may(self, action: PermittedAction, partner: str | None = None) -> bool: ...


class WorkspacePages:
    """`zone` is that of libraries without one of their own."""

    def __init__(
        self,
        network: str,
        zone: ZoneInfo,
        archive_url: str = "",
        file_keys: Sequence[bytes] = (),
        logo: str = "",
    ) -> None:
        self._file_keys = file_keys
        self._languages = Languages.of(LOCALE, zone.key)
        self._zone = zone
        self._records = {
            code: ProfileWords(self._languages[code], partial(_said, self._languages[code]))
            for code in LANGUAGES
        }
        self._environments = {code: self._environment(self._languages[code]) for code in LANGUAGES}
        for environment in self._environments.values():
            environment.globals.update(
                network=network, logo=logo, archive_url=archive_url, languages=LANGUAGES
            )

    def _environment(self, words: Translator) -> Environment:
        environment = Environment(
            loader=FileSystemLoader(HERE / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            auto_reload=False,
        )
        environment.filters["opened_to"] = self._opened_to
        environment.filters["base64url"] = bytes_to_base64url
        environment.filters["calls"] = calls_of
        environment.filters["said"] = partial(_said, words)
        environment.globals["themes"] = THEMES
        environment.globals["ONE_BY_ONE"] = ONE_BY_ONE
        environment.globals["record_words"] = self._records[words.language]
        environment.globals["said_to"] = self._said_to
        environment.globals["due"] = self._due
        environment.globals["hour"] = lambda moment: words.hour(moment) if hasattr(words, "hour") else ""
        return speak(environment, words)

    @property
    def zone(self) -> ZoneInfo:
        """The network's own."""
        return self._zone

    def record_words(self, reader: PageReader | None, request: Request | None) -> ProfileWords:
        """How this reader names what a library's record says in codes."""
        return self._records[self.words_for(reader, request)]

    def _said_to(self, language: str | None, code: str, **values: str) -> str:
        """In the asker's language, where it is one of ours."""
        known = language if language in LANGUAGES else LANGUAGES[0]
        return self._languages[known].gettext(CODE_TEXTS[code], **values)

    def _opened_to(self, files: Sequence[Mapping[str, Any]] | None, partner: str | None) -> list[Any]:
        """With the addresses that open for a library, or for those who see the network; without a key the
        files are named only."""
        if not self._file_keys:
            return [{**file, "url": ""} for file in files or ()]
        return addressed(files or (), self._file_keys, partner or NETWORK)

    def _due(self, moment: datetime, now: datetime, zone: str | None = None) -> DueTime:
        return due(moment, now, ZoneInfo(zone) if zone else self._zone)

    def words_for(self, visitor: PageReader | None, request: Request | None) -> str:
        if visitor is not None:
            return visitor.language if visitor.language in LANGUAGES else LANGUAGES[0]
        if request is None:
            return LANGUAGES[0]
        header = request.headers.get("accept-language", "")
        return self._languages.wished(request.query_params.get("lang"), header).language

    def show(
        self,
        template: str,
        visitor: PageReader | None,
        request: Request | None,
        *,
        status: int = 200,
        **context: Any,
    ) -> HTMLResponse:
        language = self.words_for(visitor, request)
        if language not in self._environments:
            language = LANGUAGES[0]
        page = self._environments[language].get_template(template)
        given = {"fault": "", "visitor": visitor, "path": request.url.path if request else ""} | context
        return HTMLResponse(page.render(given), status, headers=SAFE)

    def message(
        self, visitor: PageReader | None, name: str, status: int, request: Request | None = None
    ) -> HTMLResponse:
        heading, text = MESSAGES[_forbidden_to(visitor) if name == "forbidden" else name]
        ours = name in ("away", "failed")
        said = {"heading": heading, "text": text, "ours": ours}
        return self.show("message.html", visitor, request, status=status, **said)


def _forbidden_to(reader: PageReader | None) -> str:
    """Which message tells them why, and whom they can ask."""
    if reader is None:
        return "forbidden"
    if reader.may("steer the network"):
        return "forbidden_coordinator"
    if reader.may("invite people"):
        return "forbidden_lead"
    return "forbidden_observer" if reader.may("see the network") else "forbidden"


def _said(words: Translator, code: str) -> str:
    """What a code of the workspace's own is called."""
    return words.gettext(CODE_TEXTS[code]) if code in CODE_TEXTS else code

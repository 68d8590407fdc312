"""`Join the network`: a public page where a library applies, and the link by which it proves its address."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from services.contracts.links.signed_links import read_sign_in_token
from services.contracts.vocabulary import THEMES
from services.workspace.domain.joining import WAYS, is_mail
from services.workspace.domain.waits import TooOften
from services.workspace.entrypoints.sign_in.guard import Guard, is_from_here, word, words
from services.workspace.handlers import joining
from services.workspace.pages.profile_words import ProfileWords
from services.workspace.store.coordinator.applications import Application

LONGEST_WORDS = 5_000
FIELDS = ("library", "name", "mail", "languages", "territories", "capacity_per_week", "way", "words")


@dataclass(frozen=True)
class JoinPage:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/join", self.show),
            Route("/join", self.apply, methods=["POST"]),
            Route("/join/{token}", self.look),
            Route("/join/{token}", self.prove, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        return self._page(request, FormData())

    def _page(
        self,
        request: Request,
        form: FormData,
        *,
        status: int = 200,
        faults: tuple[str, ...] = (),
        **context: Any,
    ) -> Response:
        values = {name: words(form, name, LONGEST_WORDS) for name in FIELDS}
        chosen = [value for value in form.getlist("theme") if value in THEMES]
        given = {"asked": False, "minutes": 0} | context
        return self.guard.pages.show(
            "join.html",
            None,
            request,
            status=status,
            faults=faults,
            fault=bool(faults),
            values=values,
            chosen=chosen,
            **given,
        )

    async def apply(self, request: Request) -> Response:
        form = await request.form(max_fields=60, max_files=0)
        if not is_from_here(request):
            return self.guard.pages.message(None, "stale", 403, request)
        if faults := faults_of(form):
            return self._page(request, form, status=422, faults=faults)
        written = read_application(
            form, self.guard.pages.words_for(None, request), self.guard.pages.record_words(None, request)
        )
        try:
            async with self.guard.begin() as unit:
                await joining.apply(unit, written, self.guard.network_of(request))
        except TooOften as often:
            seconds = ceil(often.wait.total_seconds())
            page = self._page(
                request, form, status=429, faults=("too_often",), minutes=max(1, ceil(seconds / 60))
            )
            page.headers["retry-after"] = str(seconds)
            return page
        return self._page(request, form, asked=True)

    async def look(self, request: Request) -> Response:
        """Looks only: mail programs open links before any person does."""
        if read_sign_in_token(self.guard.rules.key, request.path_params["token"]) is None:
            return self.guard.pages.message(None, "link_over", 410, request)
        return self.guard.pages.show("join_prove.html", None, request)

    async def prove(self, request: Request) -> Response:
        application = read_sign_in_token(self.guard.rules.key, request.path_params["token"])
        proven = False
        if application is not None:
            async with self.guard.begin() as unit:
                proven = await joining.prove(unit, application)
        return self.guard.pages.message(
            None, "proven" if proven else "link_over", 200 if proven else 410, request
        )


def faults_of(form: FormData) -> tuple[str, ...]:
    """Codes of what is wanting, in the order of the page."""
    capacity = word(form, "capacity_per_week")
    wanting = {
        "no_library_name": not word(form, "library", 200),
        "no_person": not word(form, "name", 200),
        "no_address": not is_mail(word(form, "mail", 320)),
        "no_number": bool(capacity) and not (capacity.isascii() and capacity.isdigit() and len(capacity) < 5),
        "no_way": word(form, "way") not in WAYS,
    }
    return tuple(code for code, is_wanting in wanting.items() if is_wanting)


def read_application(form: FormData, language: str, names: ProfileWords) -> Application:
    themes = sorted({str(one) for one in form.getlist("theme") if one in THEMES})
    record: dict[str, Any] = {
        "languages": names.read("languages", word(form, "languages")),
        "territories": names.read("territories", word(form, "territories", 2000)),
        "subjects": dict.fromkeys(themes, 4),
        "capacity_per_week": word(form, "capacity_per_week"),
    }
    return Application(
        library=word(form, "library", 200),
        name=word(form, "name", 200),
        mail=word(form, "mail", 320),
        language=language,
        way=word(form, "way"),
        words=words(form, "words", LONGEST_WORDS).strip(),
        record={name: value for name, value in record.items() if value},
    )

"""Coming in by a link in a mail, and going out."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from math import ceil
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.contracts.links.signed_links import read_sign_in_token
from services.workspace.domain.waits import TooOften
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, is_from_here, safe_path, word
from services.workspace.entrypoints.sign_in.identity_provider import IdentityProvider, ProviderFault
from services.workspace.handlers import signing_in
from services.workspace.store import audit, sessions

log = logging.getLogger(__name__)

NEXT = "sesame-next"


@dataclass(frozen=True)
class SignInPage:
    guard: Guard
    provider: IdentityProvider | None = None
    passkeys: bool = False

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/sign-in", self.show),
            Route("/sign-in", self.ask, methods=["POST"]),
            Route("/sign-in/{token}", self.confirm),
            Route("/sign-in/{token}", self.enter, methods=["POST"]),
            self.guard.post("/sign-out", "be here", self.leave),
        ]

    async def show(self, request: Request) -> Response:
        page = self._page(request, asked=False)
        if wish := request.query_params.get("next"):
            page.set_cookie(
                NEXT,
                safe_path(wish),
                max_age=3600,
                httponly=True,
                secure=self.guard.secure,
                samesite="lax",
            )
        return page

    async def ask(self, request: Request) -> Response:
        """The same page for everybody: who works here is not to be learnt from it."""
        form = await request.form(max_fields=5, max_files=0)
        mail = word(form, "mail", 320)
        fault, status = "", 200
        if "@" not in mail or not is_from_here(request):
            fault, status = "no_address", 422
        else:
            try:
                async with self.guard.begin() as unit:
                    await signing_in.ask_for_link(unit, mail, self.guard.network_of(request))
            except TooOften as often:
                return self._too_often(request, mail, often)
        return self._page(request, status=status, asked=not fault, fault=fault, mail=mail)

    def _page(self, request: Request, *, status: int = 200, **context: Any) -> Response:
        given = {"fault": "", "mail": "", "minutes": 0, "provider": self.provider is not None}
        given |= {"passkeys": self.passkeys} | context
        return self.guard.pages.show("sign_in.html", None, request, status=status, **given)

    async def confirm(self, request: Request) -> Response:
        """Looks only: mail programs open links before any person does."""
        sign_in = read_sign_in_token(self.guard.rules.key, request.path_params["token"])
        async with self.guard.begin() as unit:
            opens = sign_in is not None and await sessions.still_opens(unit.db, sign_in, unit.now)
        if not opens:
            return self.guard.pages.message(None, "link_over", 410, request)
        return self.guard.pages.show("enter.html", None, request)

    async def enter(self, request: Request) -> Response:
        if not is_from_here(request):  # another site would sign a person in as somebody else
            return self.guard.pages.message(None, "stale", 403, request)
        agent = request.headers.get("user-agent", "")
        async with self.guard.begin() as unit:
            began = await signing_in.open_link(unit, self.guard.rules, request.path_params["token"], agent)
        if began is None:
            return self.guard.pages.message(None, "link_over", 410, request)
        there = RedirectResponse(safe_path(request.cookies.get(NEXT, "/")), 303)
        there.delete_cookie(NEXT)
        return self.guard.let_in(there, began.cookie)

    async def leave(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        async with self.guard.begin() as unit:
            await sessions.end(unit.db, visitor.session, visitor.person, unit.now)
            await audit.note(unit.db, unit.now, visitor.person, "signed_out")
        there = await self._end_there(request, visitor)
        return self.guard.let_out(RedirectResponse(there or "/sign-in", 303))

    async def _end_there(self, request: Request, visitor: Visitor) -> str | None:
        """Where the provider signs out who came by it; a provider that is away keeps nobody in here."""
        if self.provider is None or visitor.id_token is None:
            return None
        try:
            return await self.provider.end(visitor.id_token, f"{self.provider.home}/sign-in")
        except ProviderFault as fault:
            log.warning("identity provider: %s", fault)
            return None

    def _too_often(self, request: Request, mail: str, often: TooOften) -> Response:
        seconds = ceil(often.wait.total_seconds())
        minutes = ceil(seconds / 60)
        page = self._page(request, status=429, asked=False, fault="too_often", mail=mail, minutes=minutes)
        page.headers["retry-after"] = str(seconds)
        return page

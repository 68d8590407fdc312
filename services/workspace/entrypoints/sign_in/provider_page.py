"""Coming in by the network's identity provider. Whoever it vouches for must have been invited before."""

from __future__ import annotations

import logging
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.workspace.entrypoints.sign_in.guard import Guard, safe_path
from services.workspace.entrypoints.sign_in.identity_provider import Attempt, IdentityProvider, ProviderFault
from services.workspace.entrypoints.sign_in.sign_in_page import NEXT
from services.workspace.handlers import signing_in

log = logging.getLogger(__name__)

ATTEMPT = "sesame-attempt"
ATTEMPT_SECONDS = 600


@dataclass(frozen=True)
class ProviderPage:
    guard: Guard
    provider: IdentityProvider

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/sign-in/provider", self.leave),
            Route("/sign-in/provider/returned", self.returned),
        ]

    async def leave(self, request: Request) -> Response:
        attempt = Attempt.new()
        try:
            there = RedirectResponse(await self.provider.leave_for(attempt), 303)
        except ProviderFault as fault:
            log.warning("identity provider: %s", fault)
            return self.guard.pages.message(None, "provider_away", 502, request)
        there.set_cookie(
            ATTEMPT,
            attempt.write(),
            max_age=ATTEMPT_SECONDS,
            httponly=True,
            secure=self.guard.secure,
            samesite="lax",
            path="/sign-in/provider",
        )
        return there

    async def returned(self, request: Request) -> Response:
        attempt = Attempt.read(request.cookies.get(ATTEMPT, ""))
        if attempt is None:
            return self.guard.pages.message(None, "provider_away", 400, request)
        try:
            identity = await self.provider.come_back(attempt, dict(request.query_params))
        except ProviderFault as fault:
            log.warning("identity provider: %s", fault)
            return self.guard.pages.message(None, "provider_away", 502, request)
        agent = request.headers.get("user-agent", "")
        async with self.guard.begin() as unit:
            began = await signing_in.by_provider(unit, self.guard.rules, identity, agent)
        if began is None:
            return self.guard.pages.message(None, "not_invited", 403, request)
        there = RedirectResponse(safe_path(request.cookies.get(NEXT, "/questions")), 303)
        there.delete_cookie(NEXT)
        there.delete_cookie(ATTEMPT, path="/sign-in/provider")
        return self.guard.let_in(there, began.cookie)

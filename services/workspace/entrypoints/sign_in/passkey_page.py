"""Passkeys: added, named and removed on a person's own page, and used on the page to sign in."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from math import ceil
from uuid import UUID

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route
from webauthn.helpers import base64url_to_bytes

from services.workspace.domain.waits import TooOften
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, is_from_here, safe_path, word
from services.workspace.entrypoints.sign_in.relying_party import PasskeyAnswer, PasskeyFault, RelyingParty
from services.workspace.entrypoints.sign_in.sign_in_page import NEXT
from services.workspace.handlers import passkeys, signing_in
from services.workspace.store import passkeys as kept

log = logging.getLogger(__name__)

LONGEST_NAME = 80
FORM_FIELDS = 5


@dataclass(frozen=True)
class PasskeyPage:
    guard: Guard
    party: RelyingParty

    def routes(self) -> list[BaseRoute]:
        at = "/account/passkeys"
        return [
            Route("/sign-in/passkey/challenge", self.ask, methods=["POST"]),
            Route("/sign-in/passkey", self.enter, methods=["POST"]),
            self.guard.post(f"{at}/challenge", "be here", self.begin),
            self.guard.post(at, "be here", self.add),
            self.guard.post(f"{at}/{{key}}/name", "be here", self.name),
            self.guard.post(f"{at}/{{key}}/remove", "be here", self.remove),
        ]

    async def begin(self, _request: Request, visitor: Visitor, _form: FormData) -> Response:
        async with self.guard.begin() as unit:
            value = await passkeys.challenge(unit, visitor.person)
            known = [row["id"] for row in await kept.of(unit.db, visitor.person)]
        asked = self.party.to_register(visitor.person, visitor.mail, visitor.name, value, known)
        return Response(asked, media_type="application/json")

    async def add(self, _request: Request, visitor: Visitor, form: FormData) -> Response:
        name = word(form, "name", LONGEST_NAME) or "passkey"
        try:
            answered = PasskeyAnswer.read(word(form, "credential", 30_000))
            async with self.guard.begin() as unit:
                _must_be_asked(await kept.answer(unit.db, answered.challenge, visitor.person, unit.now))
                key = self.party.registered(answered, answered.challenge)
                if not await passkeys.add(unit, visitor.person, key, name):
                    raise PasskeyFault("known already, or one too many")
        except PasskeyFault as fault:
            log.warning("passkey not added: %s", fault)
            return self.guard.pages.message(visitor, "no_passkey", 422)
        return RedirectResponse("/account#passkeys", 303)

    async def name(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        if name := word(form, "name", LONGEST_NAME):
            async with self.guard.begin() as unit:
                await kept.name(unit.db, _key(request), visitor.person, name)
        return RedirectResponse("/account#passkeys", 303)

    async def remove(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        async with self.guard.begin() as unit:
            await passkeys.remove(unit, visitor.person, _key(request))
        return RedirectResponse("/account#passkeys", 303)

    async def ask(self, request: Request) -> Response:
        if not is_from_here(request):
            return JSONResponse({"code": "forbidden"}, 403)
        async with self.guard.begin() as unit:
            value = await passkeys.challenge(unit)
        return Response(self.party.to_enter(value), media_type="application/json")

    async def enter(self, request: Request) -> Response:
        """Who it is, the passkey says; tries that fail make the next ones wait."""
        async with request.form(max_fields=FORM_FIELDS, max_files=0) as form:
            raw = word(form, "credential", 30_000)
        if not is_from_here(request):
            return JSONResponse({"code": "forbidden"}, 403)
        network = self.guard.network_of(request)
        try:
            async with self.guard.begin() as unit:
                await signing_in.must_not_wait(unit, ("passkey", network))
            return await self._let_in(request, raw)
        except TooOften as often:
            return _too_often(often)
        except PasskeyFault as fault:
            log.warning("passkey refused: %s", fault)
        try:
            async with self.guard.begin() as unit:
                await signing_in.count_try(unit, ("passkey", network))
        except TooOften as often:
            return _too_often(often)
        return JSONResponse({"code": "refused"}, 403)

    async def _let_in(self, request: Request, raw: str) -> Response:
        answered = PasskeyAnswer.read(raw)
        async with self.guard.begin() as unit:
            asked = await kept.answer(unit.db, answered.challenge, None, unit.now)
        _must_be_asked(asked)
        async with self.guard.begin() as unit:
            known = await kept.one(unit.db, answered.id)
            if known is None:
                raise PasskeyFault("nobody's")
            count = self.party.entered(answered, answered.challenge, known["public_key"], known["sign_count"])
            await kept.used(unit.db, answered.id, count, unit.now)
            person: UUID = known["person"]
            agent = request.headers.get("user-agent", "")
            began = await signing_in.begin(unit, self.guard.rules, person, way="passkey", agent=agent)
        there = JSONResponse({"next": safe_path(request.cookies.get(NEXT, "/"))})
        there.delete_cookie(NEXT)
        return self.guard.let_in(there, began.cookie)


def _must_be_asked(asked: bool) -> None:
    """Raises PasskeyFault for a challenge that was never made, is too old, or was answered."""
    if not asked:
        raise PasskeyFault("a challenge that nobody made, or an old one")


def _key(request: Request) -> bytes:
    try:
        return base64url_to_bytes(request.path_params["key"])
    except ValueError:
        return b""


def _too_often(often: TooOften) -> Response:
    seconds = str(ceil(often.wait.total_seconds()))
    return JSONResponse({"code": "too_often"}, 429, headers={"retry-after": seconds})

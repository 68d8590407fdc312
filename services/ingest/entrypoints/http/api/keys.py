"""Who calls the API: a partner with its key (Authorization: Bearer …), or anybody."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from services.contracts.envelope import JSON_TYPE, NotAnEvent
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.strict_json import read_strictly
from services.ingest.store.access import partner_keys

SCHEME = HTTPBearer(auto_error=False, description="The partner's key, from `./sesame ingest keys add`")
Shown = Annotated[HTTPAuthorizationCredentials | None, Depends(SCHEME)]
"""For the OpenAPI document: what `Callers.of` has read already."""

ApiHandler = Callable[[Request], Coroutine[Any, Any, Response]]


class StrictRequest(Request):
    """Its JSON is read as strictly as an event's, and what is not said to be JSON is not guessed at."""

    async def json(self) -> Any:
        """Raises HTTPException: 415 for another kind of content, 400 with line and column for broken JSON;
        RequestValidationError for names that stand twice."""
        kind = self.headers.get("content-type", "")
        if not JSON_TYPE.fullmatch(kind):
            shown = f"this is {kind}" if kind else "this has no Content-Type"
            raise HTTPException(415, f"send Content-Type: application/json; {shown}")
        try:
            return read_strictly(await self.body())
        except NotAnEvent as fault:
            named = [
                {"type": "value_error", "loc": ("body", *one.path), "msg": one.reason}
                for one in fault.faults
                if one.path
            ]
            raise (RequestValidationError(named) if named else HTTPException(400, fault.reason)) from fault


class Callers:
    def __init__(self, door: DoorContext) -> None:
        self._begin = door.begin
        self.limits = door.limits

    def known_first(self) -> type[APIRoute]:
        """Routes that know who calls, and that they may, before anything of the body is read: FastAPI reads
        it first, and a stranger's bodies would fill the memory."""
        callers = self

        class KnownFirst(APIRoute):
            def get_route_handler(self) -> ApiHandler:
                handle = super().get_route_handler()

                async def known_first(request: Request) -> Response:
                    request.state.caller = await callers.let_in(request)
                    strictly = StrictRequest(request.scope, request.receive)
                    expected = self.body_field
                    if expected and (expected.field_info.is_required() or await strictly.body()):
                        await strictly.json()  # said to be bytes, FastAPI would hand it on as they are
                    return await handle(strictly)

                return known_first

        return KnownFirst

    async def let_in(self, request: Request) -> str | None:
        """Who calls, as `of` says. Raises TooMany."""
        caller = await self.of(request)
        self.limits.check(request, caller)
        return caller

    async def of(self, request: Request) -> str | None:
        """The partner of the key; None when no key was shown. What is shown and is no key of ours is refused,
        not overlooked."""
        credentials = await SCHEME(request)
        if credentials is None:
            if request.headers.get("authorization"):
                why = "Authorization holds no key as it must: write Authorization: Bearer …, or leave it out"
                raise HTTPException(401, why, {"www-authenticate": "Bearer"})
            return None
        async with self._begin() as unit:
            partner = await partner_keys.owner(unit.db, credentials.credentials, unit.now)
        if partner is None:
            why = "this key is unknown or was revoked, or its partner is suspended"
            raise HTTPException(401, why, {"www-authenticate": "Bearer"})
        return partner


async def anybody(request: Request, _: Shown) -> str | None:
    """The calling partner, or None."""
    caller: str | None = request.state.caller
    return caller


async def partner(request: Request, _: Shown) -> str:
    caller: str | None = request.state.caller
    if caller is None:
        raise HTTPException(401, "show your key: Authorization: Bearer …", {"www-authenticate": "Bearer"})
    return caller

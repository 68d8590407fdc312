"""`On our site`: what a library puts into its own pages, and how its programs come in."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import timedelta

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from uuid_utils.compat import uuid4

from services.chassis.messaging.transaction import Unit
from services.workspace.entrypoints.coordinator.steering_forms import coordinator_of
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word
from services.workspace.handlers import directory
from services.workspace.store import libraries
from services.workspace.store.library import program_keys

REQUESTS_FOR = timedelta(days=30)
OF_KEYS = ("key_change.requested", "key_end.requested")
LARGEST_NUMBER = 2**63 - 1


@dataclass(frozen=True)
class LibrarySite:
    """`form` and `archive`: where the public sees them; empty: nothing of them can be put in."""

    guard: Guard
    form: str = ""
    archive: str = ""
    figures: str = ""

    def routes(self) -> list[BaseRoute]:
        return [
            self.guard.get("/libraries/{library}/site", "see the library", self.show),
            self.guard.post("/libraries/{library}/key", "change the library", self.change_key),
            self.guard.post("/libraries/{library}/key/{number:int}/end", "change the library", self.end_key),
        ]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        return await self._page(request, visitor)

    async def change_key(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """The new key stands on this page and nowhere else; whoever sends the form twice sees it once."""
        partner, key = request.path_params["library"], f"sesame-{secrets.token_urlsafe(32)}"
        number = word(form, "number")
        refused = await self._refused(request, visitor)
        if refused is not None:
            return refused
        async with self.guard.begin() as unit:
            if number and not await _is_open(unit, partner, number):
                raise HTTPException(404)
            instead_of = int(number) if number else None
            who = coordinator_of(visitor)
            asked = await directory.change_key(unit, who, word(form, "form"), partner, key, instead_of)
        if not asked:
            return RedirectResponse(f"/libraries/{partner}/site#programs", 303)
        return await self._page(request, visitor, key)

    async def end_key(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        partner, number = request.path_params["library"], request.path_params["number"]
        refused = await self._refused(request, visitor)
        if refused is not None:
            return refused
        async with self.guard.begin() as unit:
            if not await _is_open(unit, partner, str(number)):
                raise HTTPException(404)
            await directory.end_key(unit, coordinator_of(visitor), word(form, "form"), partner, number)
        return RedirectResponse(f"/libraries/{partner}/site#programs", 303)

    async def _refused(self, request: Request, visitor: Visitor) -> Response | None:
        """Raises 404 where this visitor sees no such library."""
        partner = request.path_params["library"]
        async with self.guard.begin() as unit:
            known = await libraries.one(unit.db, partner)
        if known is None or not visitor.may("see the library", partner):
            raise HTTPException(404)
        if not visitor.may("change the library", partner):
            return self.guard.pages.message(visitor, "forbidden", 403)
        return None

    async def _page(self, request: Request, visitor: Visitor, key: str = "") -> Response:
        partner = request.path_params["library"]
        async with self.guard.begin() as unit:
            known = await libraries.one(unit.db, partner)
            requests = await libraries.requests(unit.db, partner, unit.now - REQUESTS_FOR)
            keys = await program_keys.of(unit.db, partner)
            year = unit.now.astimezone(self.guard.pages.zone).year
        if known is None or not visitor.may("see the library", partner):
            raise HTTPException(404)
        return self.guard.pages.show(
            "library_site.html",
            visitor,
            request,
            library=known,
            record=known["record"],
            requests=[row for row in requests if row["type"] in OF_KEYS],
            keys=keys,
            key=key,
            form=str(uuid4()),
            year=year,
            form_url=self.form.rstrip("/"),
            answers_url=self.archive.rstrip("/"),
            figures_url=self.figures.rstrip("/"),
        )


async def _is_open(unit: Unit, partner: str, number: str) -> bool:
    """False for what is no number, too."""
    if not (number.isascii() and number.isdigit()) or int(number) > LARGEST_NUMBER:
        return False
    return await program_keys.is_open(unit.db, partner, int(number))

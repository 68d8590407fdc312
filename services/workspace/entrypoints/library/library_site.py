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

from services.workspace.entrypoints.coordinator.steering_forms import coordinator_of
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word
from services.workspace.handlers import directory
from services.workspace.store import libraries

REQUESTS_FOR = timedelta(days=30)


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
        ]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        return await self._page(request, visitor)

    async def change_key(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """The new key stands on this page and nowhere else; whoever sends the form twice sees it once."""
        partner, key = request.path_params["library"], f"sesame-{secrets.token_urlsafe(32)}"
        async with self.guard.begin() as unit:
            known = await libraries.one(unit.db, partner)
        if known is None or not visitor.may("see the library", partner):
            raise HTTPException(404)
        if not visitor.may("change the library", partner):
            return self.guard.pages.message(visitor, "forbidden", 403)
        async with self.guard.begin() as unit:
            asked = await directory.change_key(
                unit, coordinator_of(visitor), word(form, "form"), partner, key
            )
        if not asked:
            return RedirectResponse(f"/libraries/{partner}/site", 303)
        return await self._page(request, visitor, key)

    async def _page(self, request: Request, visitor: Visitor, key: str = "") -> Response:
        partner = request.path_params["library"]
        async with self.guard.begin() as unit:
            known = await libraries.one(unit.db, partner)
            requests = await libraries.requests(unit.db, partner, unit.now - REQUESTS_FOR)
            year = unit.now.astimezone(self.guard.pages.zone).year
        if known is None or not visitor.may("see the library", partner):
            raise HTTPException(404)
        return self.guard.pages.show(
            "library_site.html",
            visitor,
            request,
            library=known,
            record=known["record"],
            requests=[row for row in requests if row["type"] == "key_change.requested"],
            key=key,
            form=str(uuid4()),
            year=year,
            form_url=self.form.rstrip("/"),
            answers_url=self.archive.rstrip("/"),
            figures_url=self.figures.rstrip("/"),
        )

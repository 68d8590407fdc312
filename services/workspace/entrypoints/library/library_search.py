"""Search: over all that a library had, and over the public archive."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.workspace.entrypoints.library.public_data import PublicData
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor
from services.workspace.store import lists, people
from services.workspace.store.lists import Wish

MOST = 30


@dataclass(frozen=True)
class LibrarySearch:
    guard: Guard
    data: PublicData = field(default_factory=PublicData)

    def routes(self) -> list[BaseRoute]:
        return [self.guard.get("/search", "see lists", self.show)]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        words = (request.query_params.get("q") or "").replace("\0", "")[:200].strip()
        subject = request.query_params.get("subject") or None
        context: dict[str, Any] = {"rows": [], "pages": None, "zones": {}, "names": {}}
        async with self.guard.begin() as unit:
            everywhere = visitor.may("see the network")
            known = await people.libraries_ever(unit.db, None if everywhere else visitor.libraries)
            partners = [row["id"] for row in known]
            context |= {"now": unit.now, "names": {row["id"]: row["name"] for row in known}}
            if words:
                context["rows"] = await lists.found(unit.db, Wish(partners, subject, words, MOST))
        if words:
            context["pages"] = await self.data.search(words)
        return self.guard.pages.show(
            "search.html", visitor, request, **context, words=words, subject=subject or ""
        )

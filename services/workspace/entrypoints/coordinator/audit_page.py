"""`Who did what`: the log of actions, for the coordinator."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.workspace.domain.choosing import library_of
from services.workspace.entrypoints.lists_page import page_number
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor
from services.workspace.store import audit, people

PAGE = 100


@dataclass(frozen=True)
class AuditPage:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        return [self.guard.get("/audit", "see the audit", self.show)]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        asked = request.query_params
        number = page_number(asked.get("page"))
        who = (asked.get("who") or "").replace("\0", "")[:200].strip()
        async with self.guard.begin() as unit:
            known = await people.libraries_ever(unit.db)
            library = library_of(asked.get("library") or "", known)
            rows = await audit.listed(unit.db, who or None, library or None, PAGE + 1, PAGE * (number - 1))
            context: dict[str, Any] = {
                "rows": rows[:PAGE],
                "libraries": known,
                "now": unit.now,
            }
        return self.guard.pages.show(
            "audit.html",
            visitor,
            request,
            **context,
            more=len(rows) > PAGE,
            number=number,
            who=who,
            library=library,
        )

"""A person's own page: language, and the sessions that are open in their name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word
from services.workspace.pages.pages import LANGUAGES
from services.workspace.store import audit, passkeys, people, sessions


@dataclass(frozen=True)
class AccountPage:
    guard: Guard
    passkeys: bool = False

    def routes(self) -> list[BaseRoute]:
        return [
            self.guard.get("/account", "be here", self.show),
            self.guard.post("/account/language", "be here", self.set_language),
            self.guard.post("/account/calls", "be here", self.set_calls),
            self.guard.post("/account/sessions/{session:uuid}/end", "be here", self.end),
            self.guard.post("/account/sessions/end", "be here", self.end_others),
        ]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        seen = None if visitor.may("see the network") else visitor.libraries
        async with self.guard.begin() as unit:
            context: dict[str, Any] = {
                "now": unit.now,
                "sessions": await sessions.of_person(unit.db, visitor.person, unit.now),
                "actions": await audit.latest(unit.db, visitor.person, seen, 30),
                "called_by_mail": await people.is_called_by_mail(unit.db, visitor.person),
                "keys": await passkeys.of(unit.db, visitor.person) if self.passkeys else None,
            }
            works_in = await people.libraries(unit.db, visitor.libraries)
        context["names"] = {row["id"]: row["name"] for row in works_in}
        return self.guard.pages.show("account.html", visitor, request, **context)

    async def set_language(self, _request: Request, visitor: Visitor, form: FormData) -> Response:
        if (language := word(form, "language")) in LANGUAGES:
            async with self.guard.begin() as unit:
                await people.set_language(unit.db, visitor.person, language)
        return RedirectResponse("/account", 303)

    async def set_calls(self, _request: Request, visitor: Visitor, form: FormData) -> Response:
        async with self.guard.begin() as unit:
            wanted = word(form, "by_mail") == "yes"
            await people.set_called_by_mail(unit.db, visitor.person, wanted=wanted)
        return RedirectResponse("/account", 303)

    async def end(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        async with self.guard.begin() as unit:
            await sessions.end(unit.db, request.path_params["session"], visitor.person, unit.now)
            await audit.note(unit.db, unit.now, visitor.person, "ended_session")
        return RedirectResponse("/account", 303)

    async def end_others(self, _request: Request, visitor: Visitor, _form: FormData) -> Response:
        async with self.guard.begin() as unit:
            await sessions.end_all(unit.db, visitor.person, unit.now, but=visitor.session)
            await audit.note(unit.db, unit.now, visitor.person, "ended_sessions")
        return RedirectResponse("/account", 303)

"""The forms of `A question` beside its answer: take, hand over, give back, ask back, decline, note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.chassis.messaging.transaction import Unit
from services.workspace.domain.choosing import library_of
from services.workspace.entrypoints.questions.question_page import respondent_of
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word, words
from services.workspace.handlers import working
from services.workspace.store import audit, facts, people, work
from services.workspace.store.work import Respondent

LONGEST = 50_000


@dataclass(frozen=True)
class WorkForms:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        at = "/questions/{id:uuid}"
        post = self.guard.post
        return [
            post(f"{at}/take", "work on a question", self.take),
            post(f"{at}/hand-over", "work on a question", self.hand_over),
            post(f"{at}/give-back", "work on a question", self.give_back),
            post(f"{at}/ask-back", "work on a question", self.ask_back, lenient=True),
            post(f"{at}/decline", "work on a question", self.decline, lenient=True),
            post(f"{at}/note", "work on a question", self.note, lenient=True),
        ]

    async def take(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        async with self.guard.begin(request.path_params["id"]) as unit:
            who, assignment = await own_respondent(unit, visitor, request.path_params["id"])
            await working.take(unit, who, word(form, "form"), visitor.name, tell=assignment["list"] == "open")
        return back(request)

    async def hand_over(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        async with self.guard.begin() as unit:
            who, _ = await own_respondent(unit, visitor, request.path_params["id"])
            try:
                await working.hand_over(unit, who, UUID(word(form, "to")))
            except (LookupError, ValueError):
                return self.guard.pages.message(visitor, "no_colleague", 422)
        return back(request)

    async def give_back(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        async with self.guard.begin() as unit:
            who, _ = await own_respondent(unit, visitor, request.path_params["id"])
            await working.give_back(unit, who)
        return back(request)

    async def ask_back(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        text = words(form, "text", LONGEST).strip()
        if visitor.over:
            return await self._kept(request, visitor, text)
        async with self.guard.begin(request.path_params["id"]) as unit:
            who, _ = await own_respondent(unit, visitor, request.path_params["id"])
            if text:
                await working.ask_back(unit, who, word(form, "form"), text)
        return back(request)

    async def _kept(self, request: Request, visitor: Visitor, text: str) -> Response:
        """Beside the draft, to be found once they are in again."""
        async with self.guard.begin(request.path_params["id"]) as unit:
            who, _ = await own_respondent(unit, visitor, request.path_params["id"])
            if text:
                await work.keep_beside(unit.db, who, text, unit.now)
        return self.guard.to_sign_in(request)

    async def decline(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        if visitor.over:
            return await self._kept(request, visitor, words(form, "reason", LONGEST).strip())
        async with self.guard.begin(request.path_params["id"]) as unit:
            who, _ = await own_respondent(unit, visitor, request.path_params["id"])
            reason = words(form, "reason", LONGEST).strip()
            named = await _named(unit, form)
            try:
                if named is not None:
                    await working.decline(unit, who, word(form, "form"), reason, named)
            except ValidationError:
                named = None
        if named is None:
            return self.guard.pages.message(visitor, "no_library", 422)
        return RedirectResponse("/questions", 303)

    async def note(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        text = words(form, "text", LONGEST).strip()
        if visitor.over:
            return await self._kept(request, visitor, text)
        async with self.guard.begin(request.path_params["id"]) as unit:
            who, _ = await own_respondent(unit, visitor, request.path_params["id"])
            if text and await working.note(unit, who, word(form, "form"), text, visitor.name):
                await audit.note(
                    unit.db,
                    unit.now,
                    visitor.person,
                    "noted",
                    partner=who.partner,
                    question=request.path_params["id"],
                )
        return back(request, "#notes")


async def own_respondent(unit: Unit, visitor: Visitor, question: UUID) -> tuple[Respondent, Any]:
    """The respondent of the person's own library and its assignment; raises 404 where never asked, 410 where
    the asker is forgotten: a page left open must bring nothing back. `unit` holds the question."""
    if await facts.is_erased(unit.db, question):
        raise HTTPException(410)
    who = await respondent_of(unit, visitor, question)
    assignment = who and await work.ours(unit.db, question, [who.partner])
    if who is None or assignment is None or not visitor.may("work on a question", who.partner):
        raise HTTPException(404)
    return who, assignment


def back(request: Request, anchor: str = "") -> Response:
    return RedirectResponse(f"/questions/{request.path_params['id']}{anchor}", 303)


async def _named(unit: Unit, form: FormData) -> str | None:
    """The id of the library that the question is referred to, chosen in a list or typed by its name; empty
    where none is, None where none is called so."""
    typed = word(form, "refer_to") or word(form, "refer_to_other")
    known = await people.libraries(unit.db) if typed else []
    named = library_of(typed, known)
    return named if not typed or any(one["id"] == named for one in known) else None

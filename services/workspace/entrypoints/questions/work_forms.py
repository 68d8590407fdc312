"""The forms of `A question`: take, hand over, give back, draft, preview, answer, decline, note."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute

from services.chassis.messaging.transaction import Unit
from services.workspace.entrypoints.questions.question_page import respondent_of, shown
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word, words
from services.workspace.handlers import working
from services.workspace.pages.marks import plain
from services.workspace.store import audit, facts, work
from services.workspace.store.work import DraftText, Respondent

LONGEST = 50_000
LONGEST_TEXT = 10_000
"""Of a paragraph that is put in."""
MOST_SOURCES = 50


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
            post(f"{at}/draft", "work on a question", self.draft, lenient=True),
            post(f"{at}/preview", "work on a question", self.preview),
            post(f"{at}/answer", "work on a question", self.answer, lenient=True),
            post(f"{at}/add", "work on a question", self.add, lenient=True),
            post(f"{at}/ask-back", "work on a question", self.ask_back, lenient=True),
            post(f"{at}/decline", "work on a question", self.decline, lenient=True),
            post(f"{at}/note", "work on a question", self.note, lenient=True),
        ]

    async def take(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        async with self.guard.begin(request.path_params["id"]) as unit:
            who, turn = await own_respondent(unit, visitor, request.path_params["id"])
            await working.take(unit, who, word(form, "form"), visitor.name, tell=turn["list"] == "open")
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

    async def draft(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Also of a session that timed out: what was written is saved before anybody must sign in again."""
        async with self.guard.begin(request.path_params["id"]) as unit:
            who, _ = await own_respondent(unit, visitor, request.path_params["id"])
            revision = await _save(unit, who, form)
            await work.look(unit.db, who, unit.now, writing=True)
        if visitor.over:
            return self.guard.to_sign_in(request)
        if request.headers.get("accept", "").startswith("application/json"):
            return JSONResponse({"revision": revision})
        return back(request, "#answer")

    async def preview(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        async with self.guard.begin(request.path_params["id"]) as unit:
            who, _ = await own_respondent(unit, visitor, request.path_params["id"])
            await _save(unit, who, form)
            context = await self._shown(unit, visitor, request)
        return self.guard.pages.show(
            "preview.html",
            visitor,
            request,
            **context,
            attached=[],
            answer=plain(words(form, "text", LONGEST).strip()),
            sources=_sources(form),
            fields=_fields(form),
        )

    async def answer(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        question = request.path_params["id"]
        async with self.guard.begin(question) as unit:
            who, _ = await own_respondent(unit, visitor, question)
            await _save(unit, who, form)
        if visitor.over:
            return self.guard.to_sign_in(request)
        try:
            async with self.guard.begin(question) as unit:
                _, turn = await own_respondent(unit, visitor, question)
                if await working.is_answered(unit, who, turn, word(form, "form")):
                    return await self._again(request, visitor, "meanwhile", 409)
                await working.answer(
                    unit,
                    who,
                    word(form, "form"),
                    plain(words(form, "text", LONGEST).strip()),
                    _sources(form),
                    _effort(form),
                    word(form, "subject") or None,
                )
        except ValidationError as fault:
            return await self._again(request, visitor, fault)
        return back(request)

    async def _again(
        self,
        request: Request,
        visitor: Visitor,
        fault: ValidationError | Literal["meanwhile"],
        status: int = 422,
    ) -> Response:
        """The page with what was written, and which field is to be mended."""
        field = fault if isinstance(fault, str) else _field_of(fault)
        async with self.guard.begin() as unit:
            context = await self._shown(unit, visitor, request)
        return self.guard.pages.show("question.html", visitor, request, status=status, **context, fault=field)

    async def _shown(self, unit: Unit, visitor: Visitor, request: Request) -> dict[str, Any]:
        return await shown(unit, visitor, request.path_params["id"], self.guard.pages.zone)

    async def add(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        question = request.path_params["id"]
        async with self.guard.begin(question) as unit:
            who, _ = await own_respondent(unit, visitor, question)
            await _save(unit, who, form)
        if visitor.over:
            return self.guard.to_sign_in(request)
        text, corrects = plain(words(form, "text", LONGEST).strip()), word(form, "corrects") == "yes"
        try:
            async with self.guard.begin(question) as unit:
                await working.add(unit, who, word(form, "form"), text, _sources(form), corrects=corrects)
        except ValidationError as fault:
            return await self._again(request, visitor, fault)
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
            try:
                await working.decline(unit, who, word(form, "form"), reason, word(form, "refer_to"))
            except ValidationError:
                return self.guard.pages.message(visitor, "no_library", 422)
        return RedirectResponse("/questions", 303)

    async def note(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        text = words(form, "text", LONGEST).strip()
        if visitor.over:
            return await self._kept(request, visitor, text)
        async with self.guard.begin(request.path_params["id"]) as unit:
            who, _ = await own_respondent(unit, visitor, request.path_params["id"])
            if text:
                await working.note(unit, who, text)
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
    """The respondent of the person's own library and its turn; raises 404 where it was never asked, 410 where
    the asker is forgotten: a page left open must bring nothing back. `unit` holds the question."""
    if await facts.is_erased(unit.db, question):
        raise HTTPException(410)
    who = await respondent_of(unit, visitor, question)
    turn = who and await work.ours(unit.db, question, [who.partner])
    if who is None or turn is None or not visitor.may("work on a question", who.partner):
        raise HTTPException(404)
    return who, turn


def _field_of(fault: ValidationError) -> str:
    return str(fault.errors(include_url=False, include_input=False)[0]["loc"][0])


def back(request: Request, anchor: str = "") -> Response:
    return RedirectResponse(f"/questions/{request.path_params['id']}{anchor}", 303)


async def _save(unit: Unit, who: Respondent, form: FormData) -> int:
    seen = word(form, "revision")
    return await work.save_draft(
        unit.db,
        who,
        int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 9 else 0,
        DraftText(
            _with_inserted(words(form, "text", LONGEST), words(form, "insert", LONGEST_TEXT)),
            words(form, "sources", LONGEST),
            word(form, "effort", 1),
            word(form, "subject", 50),
        ),
        unit.now,
    )


def _with_inserted(text: str, chosen: str) -> str:
    """What a button of a similar answer or a standard paragraph adds, where no script puts it in."""
    return "\n\n".join(filter(None, (text.rstrip(), chosen)))[:LONGEST] if chosen else text


def _sources(form: FormData) -> list[str]:
    """One on each line."""
    lines = (line.strip() for line in words(form, "sources", LONGEST).splitlines())
    return [line[:500] for line in lines if line][:MOST_SOURCES]


def _effort(form: FormData) -> int | None:
    given = word(form, "effort")
    return int(given) if given in {"1", "2", "3", "4", "5", "6"} else None


def _fields(form: FormData) -> dict[str, str]:
    return {
        name: words(form, name, LONGEST)
        for name in ("text", "sources", "effort", "subject", "form", "corrects")
    }

"""Writing an answer: draft, files, preview, answer, and what is added to it or corrects it."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Literal

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute

from services.chassis.messaging.transaction import Unit
from services.contracts.partners import AnswerSubmitted
from services.workspace.domain.roles import PermittedAction
from services.workspace.entrypoints.questions.answer_files import (
    MOST_FILES,
    AnswerFiles,
    FilesTaken,
    chosen_in,
)
from services.workspace.entrypoints.questions.question_page import shown
from services.workspace.entrypoints.questions.work_forms import LONGEST, back, own_respondent
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word, words
from services.workspace.handlers import working
from services.workspace.store import work
from services.workspace.store.library import draft_files
from services.workspace.store.work import DraftText, Respondent

LONGEST_TEXT = 10_000
"""Of a paragraph that is put in."""
MOST_SOURCES = 50


@dataclass(frozen=True)
class AnswerForms:
    guard: Guard
    files: AnswerFiles = field(default_factory=AnswerFiles)

    def routes(self) -> list[BaseRoute]:
        at, most, post = "/questions/{id:uuid}", MOST_FILES + 1, self.guard.post
        action: PermittedAction = "work on a question"
        return [
            post(f"{at}/draft", action, self.draft, lenient=True, files=most),
            post(f"{at}/preview", action, self.preview, lenient=True, files=most),
            post(f"{at}/answer", action, self.answer, lenient=True, files=most),
            post(f"{at}/add", action, self.add, lenient=True, files=most),
            post(f"{at}/files/{{file:uuid}}/remove", action, self.remove_file),
        ]

    async def draft(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Also of a session that timed out: what was written is saved before anybody must sign in again."""
        who, revision = await self._saved(request, visitor, form)
        if visitor.over:
            return self.guard.to_sign_in(request)
        if request.headers.get("accept", "").startswith("application/json"):
            return JSONResponse({"revision": revision})
        taken = await self._take_files(visitor, who, form)
        return await self._again(request, visitor, files=taken) if taken.fault else back(request, "#answer")

    async def preview(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        who, _ = await self._saved(request, visitor, form)
        if visitor.over:
            return self.guard.to_sign_in(request)
        if (taken := await self._take_files(visitor, who, form)).fault:
            return await self._again(request, visitor, files=taken)
        async with self.guard.begin() as unit:
            context = await self._shown(unit, visitor, request)
        return self.guard.pages.show(
            "preview.html",
            visitor,
            request,
            **context,
            answer=words(form, "text", LONGEST).strip(),
            sources=_sources(form),
            fields=_fields(form),
        )

    async def answer(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        question = request.path_params["id"]
        who, _ = await self._saved(request, visitor, form)
        if visitor.over:
            return self.guard.to_sign_in(request)
        if (taken := await self._take_files(visitor, who, form)).fault:
            return await self._again(request, visitor, files=taken)
        try:
            written = _written(form)
        except ValidationError as fault:
            return await self._again(request, visitor, _field_of(fault))
        async with self.guard.begin(question) as unit:
            _, assignment = await own_respondent(unit, visitor, question)
            late = await working.is_answered(unit, who, assignment, _form_of(form))
            if not late:
                await working.answer(unit, who, _form_of(form), written)
        return await self._again(request, visitor, "meanwhile", 409) if late else back(request)

    async def add(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        question = request.path_params["id"]
        who, _ = await self._saved(request, visitor, form)
        if visitor.over:
            return self.guard.to_sign_in(request)
        text, corrects = words(form, "text", LONGEST).strip(), word(form, "corrects") == "yes"
        try:
            async with self.guard.begin(question) as unit:
                await working.add(unit, who, _form_of(form), text, _sources(form), corrects=corrects)
        except ValidationError as fault:
            return await self._again(request, visitor, _field_of(fault))
        return back(request)

    async def remove_file(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        """It goes with no answer; its content goes with the question."""
        async with self.guard.begin(request.path_params["id"]) as unit:
            who, _ = await own_respondent(unit, visitor, request.path_params["id"])
            await draft_files.remove(unit.db, who, request.path_params["file"])
        return back(request, "#answer")

    async def _saved(self, request: Request, visitor: Visitor, form: FormData) -> tuple[Respondent, int]:
        """Whose draft it is, and its revision: whatever is wrong with the rest, what was written is kept."""
        async with self.guard.begin(request.path_params["id"]) as unit:
            who, _ = await own_respondent(unit, visitor, request.path_params["id"])
            revision = await _save(unit, who, form)
            await work.keep_presence(unit.db, who, unit.now, writing=True)
        return who, revision

    async def _take_files(self, visitor: Visitor, who: Respondent, form: FormData) -> FilesTaken:
        chosen = chosen_in(form)
        if not chosen:
            return FilesTaken()
        async with self.guard.begin() as unit:
            room = MOST_FILES - len(await draft_files.of(unit.db, who))
        taken = await self.files.hand_over(who.question, who.partner, chosen, room)
        if taken.kept:
            async with self.guard.begin(who.question) as unit:
                await own_respondent(unit, visitor, who.question)  # the search of a file may take a minute
                await draft_files.add(unit.db, who, taken.kept, unit.now)
        return taken

    async def _again(
        self,
        request: Request,
        visitor: Visitor,
        fault: str = "",
        status: Literal[409, 422] = 422,
        files: FilesTaken | None = None,
    ) -> Response:
        """The page with what was written, and which field is to be mended."""
        async with self.guard.begin() as unit:
            context = await self._shown(unit, visitor, request)
        context |= {"fault": fault or "files", "files_fault": files}
        return self.guard.pages.show("question.html", visitor, request, status=status, **context)

    async def _shown(self, unit: Unit, visitor: Visitor, request: Request) -> dict[str, Any]:
        return await shown(unit, visitor, request.path_params["id"], self.guard.pages.zone)


def _form_of(form: FormData) -> str:
    """The same form with the same words is one request; who goes back and writes others asks anew."""
    sent = "\0".join((words(form, "text", LONGEST).strip(), *_sources(form), word(form, "corrects")))
    return f"{word(form, 'form')} {sha256(sent.encode()).hexdigest()[:16]}"


def _written(form: FormData) -> AnswerSubmitted:
    """Raises ValidationError where the contract does not take it."""
    return AnswerSubmitted(
        text=words(form, "text", LONGEST).strip(),
        format="commonmark",
        sources=tuple(_sources(form)),
        effort=_effort(form),
        subject=word(form, "subject") or None,
    )


def _field_of(fault: ValidationError) -> str:
    return str(fault.errors(include_url=False, include_input=False)[0]["loc"][0])


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

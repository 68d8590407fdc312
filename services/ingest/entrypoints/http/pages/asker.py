"""The asker's own page, behind a link nobody can guess: where the question stands, its answer, and what they
may do about it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.chassis.language import Translator
from services.chassis.messaging.transaction import Unit
from services.contracts.links import ASKER
from services.ingest.domain.forms import new_number
from services.ingest.domain.intake import RawSubmission, Refused, UnknownQuestion
from services.ingest.domain.standing import AskerState
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.links import Opened, link_of, open_for_asker
from services.ingest.entrypoints.http.pages.conversation import (
    WITHOUT,
    ShownConversation,
    with_files_for,
)
from services.ingest.entrypoints.http.pages.forms import field, form_key
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.handlers import askers
from services.ingest.handlers.conversation import accept_reopening
from services.ingest.handlers.files import listed
from services.ingest.handlers.spam import refuse_spam_sender
from services.ingest.handlers.submissions import accept_follow_up
from services.ingest.store import askers as words_of_askers
from services.ingest.store import conversation

RECEIVED, ROUTED, ENDED = 1, 2, 3

AskerAction = Callable[[Unit, Opened, FormData], Awaitable[None]]


def asker_routes(door: DoorContext, pages: SitePages) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/q/{token}")
    async def show(request: Request, token: str) -> Response:
        words = pages.words(request)
        link = link_of(door, token, "asker")
        async with door.begin() as unit:
            opened = await open_for_asker(unit, link)
            follow_ups = await words_of_askers.follow_ups(unit.db, link.question_id)
            attachments = await listed(unit, door.intake.public_url, link.question_id)
            messages = await conversation.messages(unit.db, link.question_id)
        shown = ShownConversation(opened.question, opened.asked, follow_ups, messages)
        return pages.show(
            "asker.html",
            words,
            path=f"/q/{token}",
            number=new_number(door.intake.keys, door.now()),
            done=request.query_params.get("done", ""),
            **with_files_for(
                ASKER,
                door.intake.file_keys,
                {"attachments": attachments, **standing(shown, words)},
            ),
        )

    async def follow_up(unit: Unit, opened: Opened, form: FormData) -> None:
        submission = RawSubmission("page", form_key(door, form), field(form, "text").encode(), unit.now)
        await refuse_spam_sender(unit, opened.question.id)
        await accept_follow_up(
            unit, door.intake.wall, submission, opened.question.id, field(form, "text"), "page"
        )

    async def reopen(unit: Unit, opened: Opened, form: FormData) -> None:
        text = field(form, "text")
        submission = RawSubmission("page", form_key(door, form), text.encode(), unit.now)
        await refuse_spam_sender(unit, opened.question.id)
        await accept_reopening(unit, door.intake.wall, submission, opened.question.id, text, "page")

    async def rate(unit: Unit, opened: Opened, form: FormData) -> None:
        stars = field(form, "stars")
        if stars not in tuple("12345"):
            raise Refused("choose 1 to 5", field="stars")
        await askers.rate(unit, opened.question, opened.asked, int(stars), field(form, "comment"))

    async def withdraw(unit: Unit, opened: Opened, _form: FormData) -> None:
        await askers.withdraw(unit, opened.question.id)

    async def erase(unit: Unit, opened: Opened, _form: FormData) -> None:
        await askers.erase(unit, opened.question.id, "wish")

    deeds: dict[str, AskerAction] = {
        "follow-up": follow_up,
        "reopen": reopen,
        "rate": rate,
        "withdraw": withdraw,
        "erase": erase,
    }

    @routes.post("/q/{token}/{deed}")
    async def do(request: Request, token: str, deed: str) -> Response:
        door.limits.check(request)
        link = link_of(door, token, "asker")
        if deed not in deeds:
            raise UnknownQuestion("no such deed")
        form = await request.form()
        async with door.begin(link.question_id) as unit:
            await deeds[deed](unit, await open_for_asker(unit, link), form)
        language = pages.words(request, field(form, "lang")).language
        return RedirectResponse(f"{door.intake.public_url}/q/{token}?done={deed}&lang={language}", 303)

    return routes


ENDED_STATES = frozenset(
    {
        AskerState.ANSWERED,
        AskerState.FOLLOWED_UP,
        AskerState.CLOSED,
        AskerState.DUPLICATE,
        AskerState.NO_REPLY,
        AskerState.WITHDRAWN,
    }
)
MAY_WRITE = frozenset(
    {
        AskerState.RECEIVED,
        AskerState.SEARCHING,
        AskerState.WITH_LIBRARY,
        AskerState.WAITING,
        AskerState.ANSWERED,
        AskerState.FOLLOWED_UP,
        AskerState.NO_REPLY,
    }
)


def standing(shown: ShownConversation, words: Translator) -> dict[str, Any]:
    """What the page says about where the question stands, and what may be done about it."""
    question, state = shown.question, shown.asker_state
    body = json.loads(question.ending) if question.ending else {}
    answered = question.how == "answered"
    over = state in ENDED_STATES
    last = words.gettext("Closed") if over and not answered else words.gettext("Answered")
    reached = ENDED if over else ROUTED if shown.asked else RECEIVED
    return {
        "question": question,
        "question_language": json.loads(question.facets).get("language"),
        "state": state.value,
        "answer": WITHOUT | body if answered else None,
        "explanation": body.get("explanation") if question.how == "closed" else None,
        "partner": shown.asked[-1] if shown.asked else None,
        "clarification": shown.last_clarification,
        "entries": shown.entries(),
        "may_write": state in MAY_WRITE,
        "reached": reached,
        "steps": [words.gettext("Received"), words.gettext("Being looked up"), last],
    }

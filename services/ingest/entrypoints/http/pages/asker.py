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
from services.ingest.domain.forms import new_number
from services.ingest.domain.intake import RawSubmission, Refused, UnknownQuestion
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.links import Opened, link_of, open_for_asker
from services.ingest.entrypoints.http.pages.forms import field, form_key
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.handlers import askers
from services.ingest.handlers.files import listed
from services.ingest.handlers.submissions import accept_follow_up
from services.ingest.store import askers as words_of_askers

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
        return pages.show(
            "asker.html",
            words,
            path=f"/q/{token}",
            number=new_number(door.intake.keys, door.now()),
            done=request.query_params.get("done", ""),
            follow_ups=follow_ups,
            attachments=attachments,
            **standing(opened, words),
        )

    async def follow_up(unit: Unit, opened: Opened, form: FormData) -> None:
        submission = RawSubmission("page", form_key(door, form), field(form, "text").encode(), unit.now)
        await accept_follow_up(
            unit, door.intake.wall, submission, opened.question.id, field(form, "text"), "page"
        )

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


def standing(opened: Opened, words: Translator) -> dict[str, Any]:
    """What the page says about where the question stands."""
    question = opened.question
    ending = json.loads(question.ending) if question.ending else None
    closed = question.how == "closed" or (question.withdrawn_at and question.how is None)
    last = words.gettext("Closed") if closed else words.gettext("Answered")
    return {
        "question": question,
        "question_language": json.loads(question.facets).get("language"),
        "answer": ending if question.how == "answered" else None,
        "closing": (ending or {}) if closed else None,
        "partner": opened.asked[-1] if opened.asked else None,
        "reached": ENDED if ending or closed else ROUTED if opened.asked else RECEIVED,
        "steps": [words.gettext("Received"), words.gettext("Being looked up"), last],
    }

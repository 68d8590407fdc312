"""The asker's own page, behind a link nobody can guess: where the question stands, and its answer."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.contracts.links import read_token
from services.ingest.entrypoints.door import Door
from services.ingest.entrypoints.pages import Pages
from services.ingest.store import questions
from services.ingest.store.questions import Asked, Question

RECEIVED, ROUTED, ENDED = 1, 2, 3


def asker_routes(door: Door, pages: Pages) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/q/{token}")
    async def show(request: Request, token: str) -> Response:
        words = pages.words(request)
        link = read_token(door.intake.keys, token)
        if link is None or link.role != "asker":
            return pages.message(words, "not_found", 404)
        async with door.begin() as unit:
            question = await questions.get(unit.db, link.question_id)
            asked = await questions.partners(unit.db, link.question_id)
        if question is None:
            return pages.message(words, "not_found", 404)
        return pages.show(
            "asker.html",
            words,
            other_url=f"{request.url.path}?lang={words['other_code']}",
            new="new" in request.query_params,
            **standing(question, asked, words),
        )

    return routes


def standing(question: Question, asked: list[Asked], words: Any) -> dict[str, Any]:
    """What the page says about where the question stands."""
    ending = json.loads(question.ending) if question.ending else None
    closed = question.how == "closed"
    last = words["state_closed"] if closed else words["state_answered"]
    return {
        "question": question,
        "answer": ending if question.how == "answered" else None,
        "closing": ending if closed else None,
        "partner": asked[-1] if asked else None,
        "reached": ENDED if ending else ROUTED if asked else RECEIVED,
        "steps": [("received", words["state_received"]), ("routed", words["state_routed"]), ("ended", last)],
    }

"""Where a librarian types in a question asked at the desk, by telephone, or in the Facebook group (which no
program may read or write since 2024: a person pastes the post's link and text, and the answer back)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.ingest.domain.forms import is_desk, new_number
from services.ingest.domain.intake import Submission, UnknownQuestion
from services.ingest.entrypoints.ask_page import EMPTY, find_faults, new_question
from services.ingest.entrypoints.door import Door
from services.ingest.entrypoints.forms import field, form_key
from services.ingest.entrypoints.pages import Pages
from services.ingest.entrypoints.together import Together

FIELDS = (*EMPTY, "channel", "post_url")


def desk_routes(door: Door, pages: Pages, together: Together) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    def form(
        request: Request,
        partner: str,
        words: Mapping[str, Any],
        values: dict[str, str],
        faults: dict[str, str],
    ) -> Response:
        return pages.show(
            "desk.html",
            words,
            status=422 if faults else 200,
            path=request.url.path,
            other_url=f"{request.url.path}?lang={words['other_code']}",
            number=new_number(door.intake.keys, door.now()),
            origin=partner,
            values=dict.fromkeys(FIELDS, "") | values,
            faults=dict.fromkeys(FIELDS, "") | faults,
        )

    @routes.get("/desk/{partner}/{seal}")
    async def desk(request: Request, partner: str, seal: str) -> Response:
        open_desk(door, partner, seal)
        return form(request, partner, pages.words(request), {}, {})

    @routes.post("/desk/{partner}/{seal}")
    async def take(request: Request, partner: str, seal: str) -> Response:
        open_desk(door, partner, seal)
        async with request.form() as filled:
            values = {name: field(filled, name) for name in FIELDS}
            key = form_key(door, filled)
            words = pages.words(request, field(filled, "lang"))
        if faults := desk_faults(values, words):
            return form(request, partner, words, values, faults)
        now = door.now()
        raw = json.dumps(values, ensure_ascii=False).encode()
        new = replace(
            new_question(values | {"origin": partner}, now),
            channel=values["channel"],
            post_url=values["post_url"] or None,
        )
        accepted = await together.accept(Submission("desk", key, raw, now), new)
        page = f"{door.intake.asker_page(accepted.question)}?done=new&lang={words['language']}"
        return RedirectResponse(page, 303)

    return routes


def open_desk(door: Door, partner: str, seal: str) -> None:
    if not is_desk(door.intake.keys, partner, seal):
        raise UnknownQuestion("no such desk")


def desk_faults(values: Mapping[str, str], words: Mapping[str, Any]) -> dict[str, str]:
    faults = find_faults(values, words)
    if not values["mail"].strip():
        faults.pop("mail", None)
    if values["channel"] not in words["channels"]:
        faults["channel"] = words["error_other"]
    link = values["post_url"]
    if link and (urlsplit(link).scheme not in ("http", "https") or len(link) > 500 or " " in link):
        faults["post_url"] = words["error_post"]
    return faults

"""The respondent's page, behind the signed link of the mail: one question, one partner, no account."""

from __future__ import annotations

import json
from typing import Any

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.chassis.language import Translator
from services.chassis.messaging.transaction import Unit
from services.contracts.links import Link
from services.ingest.domain.forms import new_number
from services.ingest.domain.intake import NewAnswer, NewDecline, RawSubmission, Refused, ReusedKey
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.files import MOST_FILES, NOT_ACCEPTED, uploads_of
from services.ingest.entrypoints.http.links import OpenedByPartner, link_of, open_for_partner
from services.ingest.entrypoints.http.pages.forms import field, form_key
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.handlers.files import accept_with_files, listed
from services.ingest.handlers.submissions import accept_answer, accept_decline, accept_take
from services.ingest.store import askers, links, similar

FIELDS = ("text", "sources", "effort", "files")


def respondent_routes(door: DoorContext, pages: SitePages) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    @routes.get("/r/{token}")
    async def show(request: Request, token: str) -> Response:
        return await page(request, token, link_of(door, token, "partner"), FormData(), {})

    async def page(
        request: Request, token: str, link: Link, form: FormData, faults: dict[str, str]
    ) -> Response:
        words = pages.words(request, field(form, "lang") or None)
        async with door.begin() as unit:
            opened = await open_for_partner(unit, link)
            follow_ups = await askers.follow_ups(unit.db, link.question_id)
            seen = await links.partners_seen(unit.db)
            alike = await similar.of_assignment(unit.db, opened.own.assignment_id)
            attachments = await listed(unit, door.intake.public_url, link.question_id)
        return pages.show(
            "respondent.html",
            words,
            status=422 if faults else 200,
            path=f"/r/{token}",
            number=new_number(door.intake.keys, door.now()),
            done=request.query_params.get("done", ""),
            follow_ups=follow_ups,
            attachments=attachments,
            similar=alike,
            faults=dict.fromkeys(FIELDS, "") | faults,
            values={name: field(form, name) for name in FIELDS},
            partners={partner: name for partner, name in seen.items() if partner != opened.own.partner},
            **facts_of(opened, words),
        )

    @routes.post("/r/{token}/answer")
    async def answer(request: Request, token: str) -> Response:
        door.limits.check(request)
        link = link_of(door, token, "partner")
        async with request.form(max_files=MOST_FILES + 1) as form:
            return await answered(request, token, link, form)

    async def answered(request: Request, token: str, link: Link, form: FormData) -> Response:
        words = pages.words(request, field(form, "lang"))
        try:
            async with door.begin(link.question_id) as unit:
                await take_answer(unit, link, form)
        except Refused as refusal:
            if refusal.field not in (*FIELDS, "key"):
                raise
            return await page(request, token, link, form, faults_of(refusal, words))
        return done(token, "answer", words)

    async def take_answer(unit: Unit, link: Link, form: FormData) -> None:
        opened = await open_for_partner(unit, link)
        effort = field(form, "effort")
        new = NewAnswer(
            text=field(form, "text"),
            way="page",
            sources=tuple(filter(None, map(str.strip, field(form, "sources").splitlines()))),
            effort=int(effort) if effort in tuple("123456") else None,
        )
        submission = RawSubmission("page", form_key(door, form), raw_of(form, *FIELDS), unit.now)
        partner = opened.own.partner
        await accept_with_files(
            unit,
            door.intake.public_url,
            uploads_of(form),
            "answer",
            lambda files: accept_answer(unit, submission, link.question_id, partner, new, files),
        )

    @routes.post("/r/{token}/take")
    async def take(request: Request, token: str) -> Response:
        """We are on it."""
        door.limits.check(request)
        link = link_of(door, token, "partner")
        form = await request.form()
        async with door.begin(link.question_id) as unit:
            own = (await open_for_partner(unit, link)).own
            key = f"take/{link.question_id}/{own.assignment_id}"
            submission = RawSubmission("page", key, own.partner.encode(), unit.now)
            await accept_take(unit, submission, link.question_id, own.partner, "page")
        return done(token, "take", pages.words(request, field(form, "lang")))

    @routes.post("/r/{token}/decline")
    async def decline(request: Request, token: str) -> Response:
        door.limits.check(request)
        link = link_of(door, token, "partner")
        form = await request.form()
        async with door.begin(link.question_id) as unit:
            opened = await open_for_partner(unit, link)
            new = NewDecline("page", field(form, "reason") or None, field(form, "refer_to") or None)
            key = f"decline/{link.question_id}/{opened.own.assignment_id}"
            submission = RawSubmission("page", key, opened.own.partner.encode(), unit.now)
            await accept_decline(unit, submission, link.question_id, opened.own.partner, new)
        return done(token, "decline", pages.words(request, field(form, "lang")))

    def done(token: str, deed: str, words: Translator) -> Response:
        return RedirectResponse(f"{door.intake.public_url}/r/{token}?done={deed}&lang={words.language}", 303)

    return routes


def faults_of(refusal: Refused, words: Translator) -> dict[str, str]:
    if refusal.field == "files":
        return {"files": words.gettext(NOT_ACCEPTED)}
    if isinstance(refusal, ReusedKey):
        return {"text": words.gettext("This form was already sent with another text. Load the page again.")}
    return {"text": words.gettext("Write your answer.")}


def raw_of(form: FormData, *names: str) -> bytes:
    return json.dumps({name: field(form, name) for name in names}, ensure_ascii=False).encode()


def facts_of(opened: OpenedByPartner, words: Translator) -> dict[str, Any]:
    """What the page says about the question, for the partner of the link."""
    others = [one.partner_name for one in opened.asked if one.partner != opened.own.partner]
    return {
        "question": opened.question,
        "own": opened.own,
        "others": list(dict.fromkeys(others)),
        "question_language": json.loads(opened.question.facets).get("language"),
        "ended": ended(opened, words),
    }


def ended(opened: OpenedByPartner, words: Translator) -> str | None:
    """Why nothing can be handed in any more; None while something can."""
    if opened.question.how == "answered":
        answer = json.loads(opened.question.ending or "{}")
        name = answer["partner"]["name"]
        return words.gettext("This question already has its answer, from %(library)s.", library=name)
    return None if opened.question.open else words.gettext("This question is closed: nothing is left to do.")

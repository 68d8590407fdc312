"""The respondent's page, behind the signed link of the mail: one question, one partner, no account."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

from fastapi import APIRouter
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.chassis.language import Translator
from services.chassis.messaging.transaction import Unit
from services.contracts.links import Link
from services.contracts.vocabulary import Attachment
from services.ingest.domain.forms import new_number
from services.ingest.domain.intake import NewAnswer, NewDecline, RawSubmission, Refused, ReusedKey, Walled
from services.ingest.domain.replies.folding import folded
from services.ingest.domain.standing import WRITABLE
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.files import MOST_FILES, NOT_ACCEPTED, uploads_of
from services.ingest.entrypoints.http.links import OpenedByPartner, link_of, open_for_partner
from services.ingest.entrypoints.http.pages.conversation import (
    WITHOUT,
    ShownConversation,
    with_files_for,
)
from services.ingest.entrypoints.http.pages.forms import field, form_key
from services.ingest.entrypoints.http.pages.held import HOLDS_OURS, why_held
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.handlers.conversation import (
    accept_addition,
    accept_clarification,
    accept_put_back,
    accept_spam,
)
from services.ingest.handlers.files import accept_with_files, as_event, listed
from services.ingest.handlers.held import act_on
from services.ingest.handlers.submissions import (
    AcceptedSubmission,
    accept_answer,
    accept_decline,
    accept_take,
)
from services.ingest.store import askers, conversation, files, held_replies, links, similar

FIELDS = ("text", "sources", "effort", "files")
FAULTY = (*FIELDS, "ask")


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
            waiting = await held_replies.open_of(unit.db, link.question_id, opened.own.partner)
            held = waiting[0] if waiting else None
            held_files = await files.of(unit.db, list(held.files)) if held else []
            messages = await conversation.messages(unit.db, link.question_id)
        written = {"text": held.text} if held and not form else {}
        return pages.show(
            "respondent.html",
            words,
            status=422 if faults else 200,
            path=f"/r/{token}",
            number=new_number(door.intake.keys, door.now()),
            done=request.query_params.get("done", ""),
            similar=alike,
            faults=dict.fromkeys(FAULTY, "") | faults,
            held=held,
            held_why=why_held(words, held.reason) if held else "",
            values={name: field(form, name) for name in (*FIELDS, "ask")} | written,
            partners={partner: name for partner, name in seen.items() if partner != opened.own.partner},
            **with_files_for(
                opened.own.partner,
                door.intake.file_keys,
                {
                    "attachments": attachments,
                    "held_files": [as_event(door.intake.public_url, file) for file in held_files],
                    **facts_of(
                        opened, ShownConversation(opened.question, opened.asked, follow_ups, messages)
                    ),
                },
            ),
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
            if refusal.field not in (*FIELDS, "key", "ended"):
                raise
            return await page(request, token, link, form, faults_of(refusal, words))
        return done(token, "answer", words)

    @routes.post("/r/{token}/add")
    async def add(request: Request, token: str) -> Response:
        """More of their answer, or its correction; a reply to what the asker wrote after it."""
        door.limits.check(request)
        link = link_of(door, token, "partner")
        form = await request.form()
        words = pages.words(request, field(form, "lang"))
        try:
            async with door.begin(link.question_id) as unit:
                own = (await open_for_partner(unit, link)).own
                sources = tuple(filter(None, map(str.strip, field(form, "sources").splitlines())))
                new = NewAnswer(field(form, "text"), "page", sources)
                once = RawSubmission("page", form_key(door, form), raw_of(form, *FIELDS), unit.now)
                wall, corrects = door.intake.wall, bool(field(form, "corrects"))
                await accept_addition(unit, wall, once, link.question_id, own.partner, new, corrects=corrects)
        except Refused as refusal:
            return await page(request, token, link, form, faults_of(refusal, words))
        return done(token, "add", words)

    @routes.post("/r/{token}/ask-back")
    async def ask_back(request: Request, token: str) -> Response:
        door.limits.check(request)
        link = link_of(door, token, "partner")
        form = await request.form()
        words = pages.words(request, field(form, "lang"))
        try:
            async with door.begin(link.question_id) as unit:
                opened = await open_for_partner(unit, link)
                if not opened.question.open:
                    raise Refused("somebody answered meanwhile", field="ended")
                text = field(form, "ask")
                once = RawSubmission("page", form_key(door, form), text.encode(), unit.now)
                wall, partner = door.intake.wall, opened.own.partner
                await act_on_held(unit, link, partner, form, "clarification")
                await accept_clarification(unit, wall, once, link.question_id, partner, text, "page")
        except Refused as refusal:
            return await page(request, token, link, form, {"ask": faults_of(refusal, words)["text"]})
        return done(token, "ask-back", words)

    @routes.post("/r/{token}/put-back")
    async def put_back(request: Request, token: str) -> Response:
        """They are not on it after all."""
        door.limits.check(request)
        link = link_of(door, token, "partner")
        form = await request.form()
        async with door.begin(link.question_id) as unit:
            own = (await open_for_partner(unit, link)).own
            once = RawSubmission("page", form_key(door, form), own.partner.encode(), unit.now)
            await accept_put_back(unit, once, link.question_id, own.partner, "page")
        return done(token, "put-back", pages.words(request, field(form, "lang")))

    @routes.post("/r/{token}/spam")
    async def spam(request: Request, token: str) -> Response:
        door.limits.check(request)
        link = link_of(door, token, "partner")
        form = await request.form()
        async with door.begin(link.question_id) as unit:
            own = (await open_for_partner(unit, link)).own
            once = RawSubmission("page", f"spam/{link.question_id}", own.partner.encode(), unit.now)
            await accept_spam(unit, once, link.question_id, own.partner, "page")
        return done(token, "spam", pages.words(request, field(form, "lang")))

    async def take_answer(unit: Unit, link: Link, form: FormData) -> None:
        opened = await open_for_partner(unit, link)
        if not opened.question.open or opened.own.answered_at is not None:
            raise Refused("somebody answered meanwhile", field="ended")
        effort = field(form, "effort")
        new = NewAnswer(
            text=field(form, "text"),
            way="page",
            sources=tuple(filter(None, map(str.strip, field(form, "sources").splitlines()))),
            effort=int(effort) if effort in tuple("123456") else None,
        )
        submission = RawSubmission("page", form_key(door, form), raw_of(form, *FIELDS), unit.now)
        partner = opened.own.partner
        mailed = await act_on_held(unit, link, partner, form, "answer")

        async def accept(sent: tuple[Attachment, ...]) -> AcceptedSubmission:
            return await accept_answer(
                unit, door.intake.wall, submission, link.question_id, partner, new, (*mailed, *sent)
            )

        intake = door.intake
        await accept_with_files(unit, intake.public_url, uploads_of(form), "answer", accept, room=intake.room)

    async def act_on_held(
        unit: Unit, link: Link, partner: str, form: FormData, as_: str
    ) -> tuple[Attachment, ...]:
        held = held_number(form)
        return await act_on(unit, door.intake.public_url, link.question_id, partner, held, as_)

    @routes.post("/r/{token}/set-aside")
    async def set_aside(request: Request, token: str) -> Response:
        """A held reply of theirs is nothing for the asker."""
        door.limits.check(request)
        link = link_of(door, token, "partner")
        form = await request.form()
        async with door.begin(link.question_id) as unit:
            opened = await open_for_partner(unit, link)
            await act_on_held(unit, link, opened.own.partner, form, "nothing")
        return done(token, "set-aside", pages.words(request, field(form, "lang")))

    @routes.post("/r/{token}/take")
    async def take(request: Request, token: str) -> Response:
        """We are on it."""
        door.limits.check(request)
        link = link_of(door, token, "partner")
        form = await request.form()
        async with door.begin(link.question_id) as unit:
            own = (await open_for_partner(unit, link)).own
            submission = RawSubmission("page", form_key(door, form), own.partner.encode(), unit.now)
            await act_on_held(unit, link, own.partner, form, "take")
            by = field(form, "by") or None
            await accept_take(unit, submission, link.question_id, own.partner, "page", by)
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
            await act_on_held(unit, link, opened.own.partner, form, "decline")
            await accept_decline(
                unit, door.intake.wall, submission, link.question_id, opened.own.partner, new
            )
        return done(token, "decline", pages.words(request, field(form, "lang")))

    def done(token: str, deed: str, words: Translator) -> Response:
        return RedirectResponse(f"{door.intake.public_url}/r/{token}?done={deed}&lang={words.language}", 303)

    return routes


def faults_of(refusal: Refused, words: Translator) -> dict[str, str]:
    if refusal.field == "files":
        return {"files": words.gettext(NOT_ACCEPTED)}
    if refusal.field == "ended":
        return {
            "text": words.gettext(
                "Somebody answered this question while you were writing. Your text is kept below."
            )
        }
    if isinstance(refusal, Walled):
        return {"text": words.gettext(HOLDS_OURS)}
    if isinstance(refusal, ReusedKey):
        return {"text": words.gettext("This form was already sent with another text. Load the page again.")}
    return {"text": words.gettext("Write your answer.")}


def held_number(form: FormData) -> UUID | None:
    try:
        return UUID(field(form, "held"))
    except ValueError:
        return None


def raw_of(form: FormData, *names: str) -> bytes:
    return json.dumps({name: field(form, name) for name in names}, ensure_ascii=False).encode()


def facts_of(opened: OpenedByPartner, conversation: ShownConversation) -> dict[str, Any]:
    """What the page says about the question, for the partner of the link."""
    others = [one.partner_name for one in opened.asked if one.partner != opened.own.partner]
    shown, quoted = folded(opened.question.text)
    state = conversation.library_state(opened.own)
    body = json.loads(opened.question.ending) if opened.question.ending else {}
    return {
        "question": opened.question,
        "shown": shown,
        "quoted": quoted,
        "own": opened.own,
        "others": list(dict.fromkeys(others)),
        "question_language": json.loads(opened.question.facets).get("language"),
        "state": state.value,
        "answer": WITHOUT | body if opened.question.how == "answered" else None,
        "explanation": body.get("explanation") if opened.question.how == "closed" else None,
        "clarification": conversation.last_clarification,
        "entries": conversation.entries(),
        "writable": state in WRITABLE,
        "ended": state not in WRITABLE,
    }

"""The question page, and the same form inside a partner library's own site."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from uuid_utils.compat import uuid7

from services.chassis.language import N_, Translator
from services.contracts.vocabulary import Asker, Place
from services.ingest.domain.cleaning import clean_line, clean_text
from services.ingest.domain.forms import new_number, opened_at, why_spam
from services.ingest.domain.intake import NewQuestion, RawSubmission, Refused
from services.ingest.domain.mailboxes import PARTNER
from services.ingest.entrypoints.http.batching import IntakeBatches
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.files import MOST_FILES, uploads_of
from services.ingest.entrypoints.http.pages.choices import CHOICES, ELSEWHERE
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.handlers.files import Upload, accept_with_files
from services.ingest.handlers.questions import accept_question
from services.ingest.handlers.spam import hold_spam
from services.ingest.handlers.submissions import AcceptedSubmission

LONGEST_QUESTION, LONGEST_NOTE = 20_000, 5_000
FIELDS = (
    "text",
    "private_note",
    "mail",
    "postcode",
    "country",
    "language",
    "purpose",
    "publish_consent",
    "files",
)
TOO_LONG = N_("This text is too long.")
HELD = (
    N_("Thank you"),
    N_("Your text looks like an automatic one: a person will read it before it goes on."),
)
EMPTY = dict.fromkeys(FIELDS, "")


def ask_routes(door: DoorContext, pages: SitePages, together: IntakeBatches) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    def form(request: Request, words: Translator, values: dict[str, str], faults: dict[str, str]) -> Response:
        return pages.show(
            "ask.html",
            words,
            status=422 if faults else 200,
            embedded=request.url.path.startswith("/embed/"),
            path=request.url.path if request.method == "GET" else "/",
            number=new_number(door.intake.keys, door.now()),
            origin=origin_of(values.get("origin") or request.path_params.get("partner")),
            values=EMPTY | values,
            faults=EMPTY | faults,
        )

    async def accept(
        submission: RawSubmission, new: NewQuestion, uploads: list[Upload]
    ) -> AcceptedSubmission:
        if not uploads:
            return await together.accept(submission, new, caps=door.caps)
        async with door.begin() as unit:
            return await accept_with_files(
                unit,
                door.intake.public_url,
                uploads,
                "question",
                lambda files: accept_question(unit, door.intake, submission, new, files, caps=door.caps),
            )

    @routes.get("/")
    async def ask(request: Request) -> Response:
        await door.paused.raise_if_paused()
        return form(request, pages.words(request), {}, {})

    @routes.get("/embed/{partner}")
    async def embedded(request: Request, partner: str) -> Response:
        """For a frame in the partner's own page: the partner is where the question was asked."""
        await door.paused.raise_if_paused()
        return form(request, pages.words(request), {"origin": partner}, {})

    @routes.post("/questions")
    async def take(request: Request) -> Response:
        door.limits.check(request)
        await door.paused.raise_if_paused()
        async with request.form(max_files=MOST_FILES + 1) as filled:
            return await taken(request, filled)

    async def taken(request: Request, filled: FormData) -> Response:
        values = _values(filled)
        words = pages.words(request, values.get("lang"))
        if faults := find_faults(values, words):
            return form(request, words, values, faults)
        submission, spam = once(door, values)
        if spam:
            async with door.begin() as unit:
                await hold_spam(unit, submission, spam)
            return pages.message(words, *HELD, 202)
        try:
            new = new_question(values, submission.received_at)
            accepted = await accept(submission, new, uploads_of(filled))
        except Refused as refusal:
            if refusal.field != "files":
                raise
            return form(
                request,
                words,
                values,
                {
                    "files": words.gettext(
                        "These files are not accepted: three at most, 10 MB each, pictures, PDF or text."
                    )
                },
            )
        page = f"{door.intake.asker_page(accepted.question)}?done=new&lang={words.language}"
        return RedirectResponse(page, 303)

    return routes


def once(door: DoorContext, values: Mapping[str, str]) -> tuple[RawSubmission, str | None]:
    """The same for a form sent twice; and why it looks like spam, if it does."""
    now = door.now()
    opened = opened_at(door.intake.keys, values["number"])
    key = values["number"] if opened else str(uuid7())
    raw = json.dumps(values, ensure_ascii=False).encode()
    spam = why_spam(
        trap=values["website"], opened=opened, text=values["text"], now=now, quickest=door.quickest_form
    )
    return RawSubmission("form", key, raw, now), spam


def _values(form: FormData) -> dict[str, str]:
    known = (*EMPTY, "number", "lang", "origin", "website")
    return {name: value if isinstance(value := form.get(name, ""), str) else "" for name in known}


def origin_of(partner: str | None) -> str | None:
    return partner if partner and PARTNER.fullmatch(partner) else None


def find_faults(values: Mapping[str, str], words: Translator) -> dict[str, str]:
    """Field → what to mend, in the reader's language, in the order of the form."""
    faults = {}
    text = clean_text(values["text"], LONGEST_QUESTION + 1) or ""
    if not text or len(text) > LONGEST_QUESTION:
        faults["text"] = words.gettext(TOO_LONG) if text else words.gettext("Write your question.")
    if len(values["private_note"]) > LONGEST_NOTE:
        faults["private_note"] = words.gettext(TOO_LONG)
    if not values["mail"].strip() or not _fits(Asker, mail=values["mail"].strip()):
        faults["mail"] = words.gettext("This does not look like an e-mail address such as ada@example.org.")
    if not _fits(Place, postcode=_postcode(values)):
        faults["postcode"] = words.gettext("This does not look like a postcode such as 69001.")
    for name, choices in CHOICES.items():
        if values[name] and values[name] not in choices:
            faults[name] = words.gettext("This is not accepted; mend it and send again.")
    return faults


def _fits(kind: type[Asker] | type[Place], **values: Any) -> bool:
    try:
        kind(**values)
    except ValidationError:
        return False
    return True


def _postcode(values: Mapping[str, str]) -> str | None:
    return re.sub(r"\s+", " ", values["postcode"].strip().upper()) or None


def new_question(values: Mapping[str, str], now: datetime) -> NewQuestion:
    abroad = values["country"] == ELSEWHERE
    return NewQuestion(
        text=values["text"],
        channel="form",
        asked_at=now,
        private_note=clean_text(values["private_note"]),
        language=values["language"] or None,
        purpose=values["purpose"] or None,
        country="FR" if abroad else values["country"] or "FR",
        postcode=None if abroad else _postcode(values),
        place_known=not abroad and bool(values["country"] or values["postcode"]),
        publish_consent=bool(values["publish_consent"]),
        origin=origin_of(values["origin"]),
        mail=clean_line(values["mail"]),
    )

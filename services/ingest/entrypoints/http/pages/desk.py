"""Where a librarian types in a question asked at the desk, by telephone, or in the Facebook group (which no
program may read or write since 2024: a person pastes the post's link and text, and the answer back)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from uuid import UUID

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.chassis.language import Translator
from services.ingest.domain.forms import is_desk, new_number
from services.ingest.domain.intake import NewQuestion, RawSubmission, UnknownQuestion
from services.ingest.domain.mailboxes import PARTNER
from services.ingest.entrypoints.http.batching import IntakeBatches
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.pages.ask import EMPTY, find_faults, new_question
from services.ingest.entrypoints.http.pages.choices import DESK_CHANNELS
from services.ingest.entrypoints.http.pages.forms import field, form_key
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.handlers import group_posts
from services.ingest.handlers.submissions import AcceptedSubmission
from services.ingest.store import links, partner_access

FIELDS = (*EMPTY, "channel", "post_url")


@dataclass(frozen=True, slots=True)
class ReadingRoomDesk:
    """One partner's desk. `path` is its sealed address."""

    partner: str
    path: str


def desk_routes(door: DoorContext, pages: SitePages, together: IntakeBatches) -> APIRouter:
    routes = APIRouter(include_in_schema=False)

    async def show(
        request: Request,
        desk: ReadingRoomDesk,
        words: Translator,
        values: dict[str, str],
        faults: dict[str, str],
    ) -> Response:
        async with door.begin() as unit:
            name = (await links.partners_seen(unit.db)).get(desk.partner, desk.partner)
            posts = await group_posts.to_paste(unit, desk.partner)
        return pages.show(
            "desk.html",
            words,
            status=422 if faults else 200,
            path=desk.path,
            number=new_number(door.intake.keys, door.now()),
            done=request.query_params.get("done", ""),
            name=name,
            ready=[post for post in posts if post.text],
            waiting=[post for post in posts if not post.text],
            values=dict.fromkeys(FIELDS, "") | values,
            faults=dict.fromkeys(FIELDS, "") | faults,
        )

    @routes.get("/desk/{partner}/{seal}")
    async def open_page(request: Request, partner: str, seal: str) -> Response:
        return await show(request, await opened(door, partner, seal), pages.words(request), {}, {})

    @routes.post("/desk/{partner}/{seal}")
    async def take(request: Request, partner: str, seal: str) -> Response:
        desk = await opened(door, partner, seal)
        door.limits.check(request, desk.partner)
        async with request.form() as filled:
            values = {name: field(filled, name) for name in FIELDS}
            key = form_key(door, filled)
            words = pages.words(request, field(filled, "lang"))
        if faults := desk_faults(values, words):
            return await show(request, desk, words, values, faults)
        raw = json.dumps(values, ensure_ascii=False).encode()
        submission = RawSubmission("desk", key, raw, door.now())
        new = asked_at_desk(values, desk.partner, submission)
        if new.channel == group_posts.CHANNEL:
            async with door.begin() as unit:
                await group_posts.accept_group_post(unit, door.intake, submission, new, desk.partner)
            return done(desk, "entered", words)
        return asker_page(await together.accept(submission, new), words)

    def asker_page(accepted: AcceptedSubmission, words: Translator) -> Response:
        page = f"{door.intake.asker_page(accepted.question)}?done=desk&lang={words.language}"
        return RedirectResponse(page, 303)

    @routes.post("/desk/{partner}/{seal}/posted")
    async def posted(request: Request, partner: str, seal: str) -> Response:
        desk = await opened(door, partner, seal)
        door.limits.check(request, desk.partner)
        async with request.form() as filled:
            question, words = (
                _question(field(filled, "question")),
                pages.words(request, field(filled, "lang")),
            )
        async with door.begin(question) as unit:
            await group_posts.mark_posted(unit, question, desk.partner)
        return done(desk, "posted", words)

    def done(desk: ReadingRoomDesk, what: str, words: Translator) -> Response:
        return RedirectResponse(f"{door.intake.public_url}{desk.path}?done={what}&lang={words.language}", 303)

    return routes


async def opened(door: DoorContext, partner: str, seal: str) -> ReadingRoomDesk:
    """Raises UnknownQuestion too while its partner is suspended, and for an address it had before."""
    if not PARTNER.fullmatch(partner):
        raise UnknownQuestion("no such desk")
    async with door.begin() as unit:
        access = await partner_access.get(unit.db, partner)
    if access.shut or not is_desk(door.intake.keys, partner, access.desk, seal):
        raise UnknownQuestion("no such desk")
    return ReadingRoomDesk(partner, f"/desk/{partner}/{seal}")


def asked_at_desk(values: dict[str, str], partner: str, submission: RawSubmission) -> NewQuestion:
    new = new_question(values | {"origin": partner}, submission.received_at)
    return replace(new, channel=values["channel"], post_url=values["post_url"] or None)


def _question(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise UnknownQuestion(f"{text[:40]!r} is no question's id", field="question") from None


def desk_faults(values: Mapping[str, str], words: Translator) -> dict[str, str]:
    faults = find_faults(values, words)
    if not values["mail"].strip():
        faults.pop("mail", None)
    if values["channel"] not in DESK_CHANNELS:
        faults["channel"] = words.gettext("This is not accepted; mend it and send again.")
    link = values["post_url"]
    if link and (urlsplit(link).scheme not in ("http", "https") or len(link) > 500 or " " in link):
        faults["post_url"] = words.gettext("This link does not look like an address such as https://…")
    return faults

"""Where a librarian types in a question asked at the desk, by telephone, or in the Facebook group (which no
program may read or write since 2024: a person pastes the post's link and text, and the answer back)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit
from uuid import UUID

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.chassis.language import Translator
from services.contracts.addresses import is_partner_id
from services.ingest.domain.forms import is_desk, new_number
from services.ingest.domain.intake import NewQuestion, RawSubmission, UnknownQuestion
from services.ingest.entrypoints.http.batching import IntakeBatches
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.pages.choices import DESK_CHANNELS
from services.ingest.entrypoints.http.pages.forms import field, form_key
from services.ingest.entrypoints.http.pages.question_form import EMPTY, find_faults, new_question
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.handlers import group_posts
from services.ingest.handlers.submissions import AcceptedSubmission
from services.ingest.store.access import links, partner_access

FIELDS = (*EMPTY, "channel", "post_url")


@dataclass(frozen=True, slots=True)
class ReadingRoomDesk:
    """One partner's desk. `path` is its sealed address."""

    partner: str
    path: str


@dataclass(frozen=True, slots=True)
class DeskPages:
    door: DoorContext
    pages: SitePages
    together: IntakeBatches

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/desk/{partner}/{seal}", self.show, methods=["GET"]),
            Route("/desk/{partner}/{seal}", self.ask, methods=["POST"]),
            Route("/desk/{partner}/{seal}/posted", self.mark_posted, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        return await self._page(request, await self._desk(request), self.pages.words(request), {}, {})

    async def ask(self, request: Request) -> Response:
        desk = await self._desk(request)
        self.door.limits.check(request, desk.partner)
        async with request.form() as filled:
            values = {name: field(filled, name) for name in FIELDS}
            key = form_key(self.door, filled)
            words = self.pages.words(request, field(filled, "lang"))
        if faults := desk_faults(values, words):
            return await self._page(request, desk, words, values, faults)
        raw = json.dumps(values, ensure_ascii=False).encode()
        submission = RawSubmission("desk", key, raw, self.door.now())
        new = asked_at_desk(values, desk.partner, submission)
        if new.channel == group_posts.CHANNEL:
            async with self.door.begin() as unit:
                await group_posts.accept_group_post(unit, self.door.intake, submission, new, desk.partner)
            return self._done(desk, "entered", words)
        return self._asker_page(await self.together.accept(submission, new), words)

    async def mark_posted(self, request: Request) -> Response:
        desk = await self._desk(request)
        self.door.limits.check(request, desk.partner)
        async with request.form() as filled:
            question = _question(field(filled, "question"))
            words = self.pages.words(request, field(filled, "lang"))
        async with self.door.begin(question) as unit:
            await group_posts.mark_posted(unit, question, desk.partner)
        return self._done(desk, "posted", words)

    async def _desk(self, request: Request) -> ReadingRoomDesk:
        return await opened(self.door, request.path_params["partner"], request.path_params["seal"])

    async def _page(
        self,
        request: Request,
        desk: ReadingRoomDesk,
        words: Translator,
        values: dict[str, str],
        faults: dict[str, str],
    ) -> Response:
        async with self.door.begin() as unit:
            name = (await links.partners_seen(unit.db)).get(desk.partner, desk.partner)
            posts = await group_posts.to_paste(unit, desk.partner)
        return self.pages.show(
            "desk.html",
            words,
            status=422 if faults else 200,
            path=desk.path,
            number=new_number(self.door.intake.keys, self.door.now()),
            done=request.query_params.get("done", ""),
            name=name,
            ready=[post for post in posts if post.text],
            waiting=[post for post in posts if not post.text],
            values=dict.fromkeys(FIELDS, "") | values,
            faults=dict.fromkeys(FIELDS, "") | faults,
        )

    def _asker_page(self, accepted: AcceptedSubmission, words: Translator) -> Response:
        page = f"{self.door.intake.asker_page(accepted.question)}?done=desk&lang={words.language}"
        return RedirectResponse(page, 303)

    def _done(self, desk: ReadingRoomDesk, what: str, words: Translator) -> Response:
        address = f"{self.door.intake.public_url}{desk.path}?done={what}&lang={words.language}"
        return RedirectResponse(address, 303)


async def opened(door: DoorContext, partner: str, seal: str) -> ReadingRoomDesk:
    """Raises UnknownQuestion too while its partner is suspended, and for an address it had before."""
    if not is_partner_id(partner):
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

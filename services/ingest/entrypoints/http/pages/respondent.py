"""The respondent's page, behind the signed link of the mail: one question, one partner, no account."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.chassis.messaging.transaction import Unit
from services.contracts.links.signed_links import Link
from services.contracts.vocabulary import Attachment
from services.ingest.domain.forms import new_number
from services.ingest.domain.intake import NewAnswer, NewDecline, QuestionEnded, RawSubmission, Refused
from services.ingest.domain.replies.reading import partner_named
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.files import (
    HARMFUL,
    MOST_FILES,
    NOT_SEARCHED,
    harmful,
    read_again,
    uploads_of,
)
from services.ingest.entrypoints.http.links import OpenedByPartner, link_of, open_for_partner
from services.ingest.entrypoints.http.pages.chosen_files import keep_chosen, kept_ids, waiting_files
from services.ingest.entrypoints.http.pages.conversation import (
    with_files_for,
)
from services.ingest.entrypoints.http.pages.forms import field, form_key
from services.ingest.entrypoints.http.pages.held import why_held
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.entrypoints.http.pages.respondent_form import (
    FAULTY,
    FIELDS,
    WORDS,
    faults_of,
    held_number,
    raw_of,
    sources_in,
)
from services.ingest.entrypoints.http.pages.respondent_view import must_allow, seen_by_partner
from services.ingest.entrypoints.scanner import ScannerAway
from services.ingest.handlers.conversation import (
    accept_addition,
    accept_clarification,
    accept_put_back,
    accept_spam,
)
from services.ingest.handlers.files.files import keep_files
from services.ingest.handlers.held import act_on
from services.ingest.handlers.submissions import (
    accept_answer,
    accept_decline,
    accept_take,
)
from services.ingest.store import files
from services.ingest.store.access import links
from services.ingest.store.files import File

LibraryAction = Callable[[Unit, Link, FormData], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class RespondentPages:
    door: DoorContext
    pages: SitePages

    def routes(self) -> list[BaseRoute]:
        forms = {
            "answer": self.answer,
            "add": self.add,
            "ask-back": self.ask_back,
            "set-aside": self.set_aside,
        }
        actions: Mapping[str, LibraryAction] = {
            "put-back": self.put_back,
            "spam": self.spam,
            "take": self.take,
            "decline": self.decline,
        }
        return [
            Route("/r/{token}", self.show, methods=["GET"]),
            *(Route(f"/r/{{token}}/{name}", form, methods=["POST"]) for name, form in forms.items()),
            *(
                Route(f"/r/{{token}}/{name}", partial(self._do, name, action), methods=["POST"])
                for name, action in actions.items()
            ),
        ]

    async def show(self, request: Request) -> Response:
        link = link_of(self.door, request.path_params["token"], "partner")
        return await self._page(request, link, FormData(), {})

    async def answer(self, request: Request) -> Response:
        link = self._link(request)
        async with request.form(max_files=MOST_FILES + 1) as form:
            words = self.pages.words(request, field(form, "lang"))
            try:
                if found := await harmful(self.door.scanner, uploads_of(form)):
                    fault = words.gettext(HARMFUL, names=words.list(found))
                    before = await waiting_files(self.door, form)
                    return await self._page(request, link, form, {"files": fault}, before)
                await read_again(form)
                async with self.door.begin(link.question_id) as unit:
                    await self._take_answer(unit, link, form)
            except ScannerAway:
                before = await waiting_files(self.door, form)
                return await self._page(request, link, form, {"files": words.gettext(NOT_SEARCHED)}, before)
            except Refused as refusal:
                if refusal.field not in (*FIELDS, "key", "ended", "over"):
                    raise
                kept = await keep_chosen(self.door, form)
                return await self._page(request, link, form, faults_of(refusal, words), kept)
        return self._done(request, form, "answer")

    async def add(self, request: Request) -> Response:
        """More of their answer, or its correction; a reply to what the asker wrote after it."""
        link = self._link(request)
        form = await request.form()
        try:
            async with self.door.begin(link.question_id) as unit:
                own = (await open_for_partner(unit, link)).own
                new = NewAnswer(field(form, "text"), "page", sources_in(form))
                once = RawSubmission("page", form_key(self.door, form), raw_of(form, *FIELDS), unit.now)
                wall, corrects = self.door.intake.wall, bool(field(form, "corrects"))
                await accept_addition(unit, wall, once, link.question_id, own.partner, new, corrects=corrects)
        except Refused as refusal:
            words = self.pages.words(request, field(form, "lang"))
            return await self._page(request, link, form, faults_of(refusal, words))
        return self._done(request, form, "add")

    async def ask_back(self, request: Request) -> Response:
        link = self._link(request)
        form = await request.form()
        try:
            async with self.door.begin(link.question_id) as unit:
                text = field(form, "ask")
                once = RawSubmission("page", form_key(self.door, form), text.encode(), unit.now)
                opened = await self._allowed(unit, link, "ask-back", once)
                wall, partner = self.door.intake.wall, opened.own.partner
                await self._act_on_held(unit, link, partner, form, "clarification")
                await accept_clarification(unit, wall, once, link.question_id, partner, text, "page")
        except Refused as refusal:
            faults = faults_of(refusal, self.pages.words(request, field(form, "lang")))
            told = {"ask": faults["text"]} if "text" in faults else faults
            return await self._page(request, link, form, told)
        return self._done(request, form, "ask-back")

    async def put_back(self, unit: Unit, link: Link, form: FormData) -> None:
        """They are not on it after all."""
        once = RawSubmission("page", form_key(self.door, form), link.digest.encode(), unit.now)
        own = (await self._allowed(unit, link, "put-back", once)).own
        await accept_put_back(unit, once, link.question_id, own.partner, "page")

    async def spam(self, unit: Unit, link: Link, _form: FormData) -> None:
        once = RawSubmission("page", f"spam/{link.question_id}", link.digest.encode(), unit.now)
        own = (await self._allowed(unit, link, "spam", once)).own
        await accept_spam(unit, once, link.question_id, own.partner, "page")

    async def set_aside(self, request: Request) -> Response:
        """A held reply of theirs is nothing for the asker."""
        link = self._link(request)
        form = await request.form()
        async with self.door.begin(link.question_id) as unit:
            opened = await open_for_partner(unit, link)
            await self._act_on_held(unit, link, opened.own.partner, form, "nothing")
        return self._done(request, form, "set-aside")

    async def take(self, unit: Unit, link: Link, form: FormData) -> None:
        """They are on it."""
        once = RawSubmission("page", form_key(self.door, form), link.digest.encode(), unit.now)
        own = (await self._allowed(unit, link, "take", once)).own
        await self._act_on_held(unit, link, own.partner, form, "take")
        by = field(form, "by") or None
        await accept_take(unit, once, link.question_id, own.partner, "page", by)

    async def decline(self, unit: Unit, link: Link, form: FormData) -> None:
        own = (await open_for_partner(unit, link)).own
        key = f"decline/{link.question_id}/{own.assignment_id}"
        once = RawSubmission("page", key, own.partner.encode(), unit.now)
        await self._allowed(unit, link, "decline", once)
        new = await _decline_of(unit, form)
        await self._act_on_held(unit, link, own.partner, form, "decline")
        await accept_decline(unit, self.door.intake.wall, once, link.question_id, own.partner, new)

    async def _do(self, name: str, action: LibraryAction, request: Request) -> Response:
        link = self._link(request)
        form = await request.form()
        try:
            async with self.door.begin(link.question_id) as unit:
                await action(unit, link, form)
        except QuestionEnded as over:
            words = self.pages.words(request, field(form, "lang"))
            return await self._page(request, link, form, faults_of(over, words))
        return self._done(request, form, name)

    async def _allowed(self, unit: Unit, link: Link, action: str, once: RawSubmission) -> OpenedByPartner:
        return await must_allow(unit, link, action, once, self.door.intake.public_url)

    def _link(self, request: Request) -> Link:
        """Of a form that is sent: raises TooMany, and UnknownQuestion for what is no link of a partner's."""
        self.door.limits.check(request)
        return link_of(self.door, request.path_params["token"], "partner")

    async def _take_answer(self, unit: Unit, link: Link, form: FormData) -> None:
        opened = await open_for_partner(unit, link)
        if opened.question.how == "answered" or opened.own.answered_at is not None:
            raise Refused("somebody answered meanwhile", field="ended")
        if not opened.question.open:
            raise QuestionEnded("the question is over", field="over")
        effort = field(form, "effort")
        new = NewAnswer(
            text=field(form, "text"),
            way="page",
            sources=sources_in(form),
            effort=int(effort) if effort in tuple("123456") else None,
        )
        submission = RawSubmission("page", form_key(self.door, form), raw_of(form, *FIELDS), unit.now)
        partner, intake = opened.own.partner, self.door.intake
        mailed = await self._act_on_held(unit, link, partner, form, "answer")
        waiting = await files.waiting(unit.db, kept_ids(form))
        kept = await keep_files(
            unit, intake.public_url, uploads_of(form), "answer", waiting, room=intake.room
        )
        every = (*mailed, *kept.attachments)
        accepted = await accept_answer(unit, intake.wall, submission, link.question_id, partner, new, every)
        await kept.follow(unit, accepted)

    async def _act_on_held(
        self, unit: Unit, link: Link, partner: str, form: FormData, as_: str
    ) -> tuple[Attachment, ...]:
        held = held_number(form)
        return await act_on(unit, self.door.intake.public_url, link.question_id, partner, held, as_)

    async def _page(
        self,
        request: Request,
        link: Link,
        form: FormData,
        faults: dict[str, str],
        waiting: Sequence[File] = (),
    ) -> Response:
        door, words = self.door, self.pages.words(request, field(form, "lang") or None)
        async with door.begin() as unit:
            seen = await seen_by_partner(unit, link, door.intake.public_url)
        own, held = seen.opened.own, seen.held
        written = {"text": held.text} if held and not form else {}
        return self.pages.show(
            "respondent.html",
            words,
            status=422 if faults else 200,
            path=f"/r/{request.path_params['token']}",
            number=new_number(door.intake.keys, door.now()),
            done=request.query_params.get("done", ""),
            similar=seen.similar,
            faults=dict.fromkeys(FAULTY, "") | faults,
            waiting=waiting,
            held=held,
            held_why=why_held(words, held.reason) if held else "",
            values={name: field(form, name) for name in WORDS} | written,
            partners={partner: name for partner, name in seen.partners.items() if partner != own.partner},
            **with_files_for(own.partner, door.intake.file_keys, seen.facts),
        )

    def _done(self, request: Request, form: FormData, what: str) -> Response:
        language = self.pages.words(request, field(form, "lang")).language
        path = f"/r/{request.path_params['token']}?done={what}&lang={language}"
        return RedirectResponse(f"{self.door.intake.public_url}{path}", 303)


async def _decline_of(unit: Unit, form: FormData) -> NewDecline:
    """The library to ask next is chosen by its id or typed by its name; one that is not known stays in the
    reason, for a person to read."""
    reason, typed = field(form, "reason"), field(form, "refer_to")
    named = partner_named(typed, await links.partners_seen(unit.db)) if typed else None
    told = reason if named or not typed else f"{reason}\n\n{typed}".strip()
    return NewDecline("page", told or None, named)

"""The asker's own page, behind a link nobody can guess: where the question stands, its answer, and what they
may do about it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.chassis.language import Translator
from services.chassis.language.clocks import reads_another_clock
from services.chassis.messaging.transaction import Unit
from services.contracts.links.signed_links import ASKER, Link
from services.ingest.domain.forms import new_number
from services.ingest.domain.intake import QuestionEnded, RawSubmission, Refused, Walled
from services.ingest.domain.states import ASKER_MAY, MAY_WRITE, AskerState
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.links import Opened, link_of, open_for_asker
from services.ingest.entrypoints.http.pages.conversation import (
    WITHOUT,
    ShownConversation,
    with_files_for,
)
from services.ingest.entrypoints.http.pages.forms import field, form_key
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.entrypoints.http.pages.respondent_form import OVER
from services.ingest.handlers import askers
from services.ingest.handlers.conversation import accept_reopening
from services.ingest.handlers.files.files import listed
from services.ingest.handlers.spam import refuse_spam_sender
from services.ingest.handlers.submissions import accept_follow_up
from services.ingest.store import askers as asker_rows
from services.ingest.store.conversations import conversation
from services.ingest.store.session import session_of

RECEIVED, ROUTED, ENDED = 1, 2, 3

AskerAction = Callable[[Unit, Opened, FormData], Awaitable[None]]


STANDS = "stands"
FIELD_OF = {"follow-up": "text", "reopen": "why"}
"""Form → its field, as the page names it."""


@dataclass(frozen=True, slots=True)
class AskerPages:
    door: DoorContext
    pages: SitePages

    def routes(self) -> list[BaseRoute]:
        actions: Mapping[str, AskerAction] = {
            "follow-up": self.follow_up,
            "reopen": self.reopen,
            "rate": self.rate,
            "withdraw": self.withdraw,
            "erase": self.erase,
        }
        return [
            Route("/q/{token}", self.show, methods=["GET"]),
            *(
                Route(f"/q/{{token}}/{name}", partial(self._do, name, action), methods=["POST"])
                for name, action in actions.items()
            ),
        ]

    async def show(self, request: Request) -> Response:
        return await self._page(request)

    async def _page(
        self,
        request: Request,
        fault: str = "",
        written: Mapping[str, str] | None = None,
        lang: str = "",
        fault_at: str = STANDS,
    ) -> Response:
        """`written`: what they had in the form of this name, which was not taken for the `fault`, and
        `fault_at` the part of the page where that is mended."""
        door, words, token = self.door, self.pages.words(request, lang or None), request.path_params["token"]
        link = link_of(door, token, "asker")
        async with door.begin() as unit:
            opened = await open_for_asker(unit, link)
            follow_ups = await asker_rows.follow_ups(unit.db, link.question_id)
            attachments = await listed(unit, door.intake.public_url, link.question_id)
            messages = await conversation.messages(unit.db, link.question_id)
        shown = ShownConversation(opened.question, opened.asked, follow_ups, messages)
        facts = {"attachments": attachments, **state_view(shown, words, door.now())}
        return self.pages.show(
            "asker.html",
            words,
            path=f"/q/{token}",
            status=422 if fault else 200,
            fault=fault,
            fault_at=fault_at,
            written=written or {},
            number=new_number(door.intake.keys, door.now()),
            done=request.query_params.get("done", ""),
            **with_files_for(ASKER, door.intake.file_keys, facts),
        )

    async def follow_up(self, unit: Unit, opened: Opened, form: FormData) -> None:
        text, wall = field(form, "text"), self.door.intake.wall
        submission = RawSubmission("page", form_key(self.door, form), text.encode(), unit.now)
        await refuse_spam_sender(unit, opened.question.id)
        await accept_follow_up(unit, wall, submission, opened.question.id, text, "page")

    async def reopen(self, unit: Unit, opened: Opened, form: FormData) -> None:
        text, wall = field(form, "text"), self.door.intake.wall
        submission = RawSubmission("page", form_key(self.door, form), text.encode(), unit.now)
        await refuse_spam_sender(unit, opened.question.id)
        await accept_reopening(unit, wall, submission, opened.question.id, text, "page")

    async def rate(self, unit: Unit, opened: Opened, form: FormData) -> None:
        stars = field(form, "stars")
        if stars not in tuple("12345"):
            raise Refused("choose 1 to 5", field="stars")
        await askers.rate(unit, opened.question, opened.asked, int(stars), field(form, "comment"))

    async def withdraw(self, unit: Unit, opened: Opened, _form: FormData) -> None:
        await askers.withdraw(unit, opened.question.id)

    async def erase(self, unit: Unit, opened: Opened, _form: FormData) -> None:
        await askers.erase(unit, opened.question.id, "wish")

    async def _do(self, name: str, action: AskerAction, request: Request) -> Response:
        self.door.limits.check(request)
        token = request.path_params["token"]
        link = link_of(self.door, token, "asker")
        form = await request.form()
        words = self.pages.words(request, field(form, "lang"))
        try:
            async with self.door.begin(link.question_id) as unit:
                await action(unit, await self._allowed(unit, link, name, form), form)
        except Refused as refusal:
            if refusal.field not in ("text", "ended"):
                raise
            written = {name: field(form, "text")}
            at = STANDS if isinstance(refusal, QuestionEnded) else FIELD_OF.get(name, STANDS)
            return await self._page(request, fault_of(refusal, words), written, words.language, at)
        language = words.language
        address = f"{self.door.intake.public_url}/q/{token}?done={name}&lang={language}"
        return RedirectResponse(address, 303)

    async def _allowed(self, unit: Unit, link: Link, action: str, form: FormData) -> Opened:
        """Raises QuestionEnded where a form did nothing any more that stood open while the question went on;
        what was sent before is answered as it was then."""
        opened = await open_for_asker(unit, link)
        follow_ups = await asker_rows.follow_ups(unit.db, link.question_id)
        messages = await conversation.messages(unit.db, link.question_id)
        state = ShownConversation(opened.question, opened.asked, follow_ups, messages).asker_state
        once = RawSubmission("page", form_key(self.door, form), field(form, "text").encode(), unit.now)
        if state not in ASKER_MAY[action] and not await session_of(unit).is_known(once):
            raise QuestionEnded(f"the question is {state}: {action} changes nothing any more", field="ended")
        return opened


def fault_of(refusal: Refused, words: Translator) -> str:
    if isinstance(refusal, QuestionEnded):
        return words.gettext(OVER)
    if isinstance(refusal, Walled):
        return words.gettext("Your text holds an address of ours that is for you alone: take it out.")
    return words.gettext("Write your text, of 20,000 characters at most.")


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


def state_view(shown: ShownConversation, words: Translator, now: datetime) -> dict[str, Any]:
    """What the page says about where the question stands, and what may be done about it."""
    question, state = shown.question, shown.asker_state
    body = json.loads(question.ending) if question.ending else {}
    answered = question.how == "answered"
    over = state in ENDED_STATES
    last = words.gettext("Closed") if over and not answered else words.gettext("Answered")
    reached = ENDED if over else ROUTED if shown.asked else RECEIVED
    language, partner = json.loads(question.facets).get("language"), shown.asked[-1] if shown.asked else None
    spoken = {words.language, language or words.language}
    return {
        "question": question,
        "question_language": language,
        "abroad": any(reads_another_clock(words.zone, now, one) for one in spoken),
        "late": partner is not None and partner.promise_at < now,
        "overdue": partner is not None and partner.due_at < now,
        "state": state.value,
        "answer": WITHOUT | body if answered else None,
        "explanation": body.get("explanation") if question.how == "closed" else None,
        "partner": partner,
        "clarification": shown.last_clarification,
        "entries": shown.entries(),
        "may_write": state in MAY_WRITE,
        "reached": reached,
        "steps": [words.gettext("Received"), words.gettext("Being looked up"), last],
    }

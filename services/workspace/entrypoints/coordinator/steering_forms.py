"""The forms of a coordinator: what an action would do is shown first, and then asked of the network."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from uuid_utils.compat import uuid4

from services.chassis.messaging.transaction import Unit
from services.workspace.domain.choosing import library_of
from services.workspace.domain.explained import due_if_asked
from services.workspace.domain.read_model import read_model
from services.workspace.domain.steering import STEERING, possible
from services.workspace.entrypoints.coordinator.network_page import question_ids
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word, words
from services.workspace.handlers import steering
from services.workspace.handlers.steering import Coordinator, SteeringWish
from services.workspace.store import facts, people
from services.workspace.store.coordinator import explanations, network

LONGEST = 20_000
FIELDS = {"which_library": "partner", "no_moment": "promise_at", "no_explanation": "explanation"}
"""What is wrong → the field it is in."""
OF_THE_QUESTIONS = ("no_question", "none_possible")
LONGEST_NOTICE = 2_000


@dataclass(frozen=True)
class SteeringForms:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        post = self.guard.post
        return [
            self.guard.get("/network/check", "steer the network", self.check),
            post("/network/check", "steer the network", self.check),
            post("/network/do", "steer the network", self.do),
            post("/network/intake", "steer the network", self.change_intake),
        ]

    async def check(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Nothing is asked yet: which questions, and what would come of it. A link may say so as well as a
        form."""
        linked: list[tuple[str, str | UploadFile]] = [*request.query_params.multi_items()]
        given = form if request.method == "POST" else FormData(linked)
        return await self._page(request, visitor, given, looking=True)

    async def do(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Each that the form names is asked, also one that changed since it was looked at: the router's
        refusal is seen. What this form asked before, as by a second click, is no fault."""
        wish, questions = read_wish(form, self.guard.pages.zone), question_ids(form)
        async with self.guard.begin() as unit:
            libraries = await people.libraries(unit.db)
            wish = replace(wish, partner=library_of(wish.partner, libraries))
            known = {row["id"] for row in libraries}
            before = await steering.asked_before(unit, word(form, "form"), questions)
            new = [one for one in questions if one not in before]
            fault = fault_of(wish, new, await able_to(unit, wish, new), known, unit.now)
            for question in new if not fault else ():
                await steering.steer(unit, coordinator_of(visitor), word(form, "form"), question, wish)
        if fault and (new or not before):
            return await self._page(request, visitor, form)
        return RedirectResponse(f"/questions/{questions[0]}" if len(questions) == 1 else "/network", 303)

    async def _page(
        self, request: Request, visitor: Visitor, form: FormData, *, looking: bool = False
    ) -> Response:
        """`looking`: a field that was not offered yet is nobody's fault."""
        wish, questions = read_wish(form, self.guard.pages.zone), question_ids(form)
        async with self.guard.begin() as unit:
            libraries = await people.libraries(unit.db)
            wish = replace(wish, partner=library_of(wish.partner, libraries))
            known = {row["id"]: row["name"] for row in libraries}
            able = await able_to(unit, wish, questions)
            context: dict[str, Any] = {
                "rows": await network.in_short(unit.db, able),
                "left_out": await network.in_short(unit.db, [*set(questions) - {*able}]),
                "libraries": libraries,
                "to": known.get(wish.partner, ""),
                "due_at": await self._due(unit, wish, questions),
                "now": unit.now,
            }
            fault = fault_of(wish, questions, able, known.keys(), unit.now)
        if looking and FIELDS.get(fault, fault) not in form:
            fault = fault if fault in OF_THE_QUESTIONS else ""
        return self.guard.pages.show(
            "check.html",
            visitor,
            request,
            status=422 if fault else 200,
            **context,
            wish=wish,
            typed=word(form, "promise_at"),
            fault=fault,
            form=word(form, "form") or str(uuid4()),
        )

    async def _due(self, unit: Unit, wish: SteeringWish, questions: list[UUID]) -> datetime | None:
        """Until when the library would have time, where one question is looked at."""
        if wish.action != "assign" or len(questions) != 1:
            return None
        return due_if_asked(await explanations.latest(unit.db, questions[0]), wish.partner)

    async def change_intake(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        notice = words(form, "notice", LONGEST_NOTICE).strip()
        if word(form, "action") != "open" and not notice:
            return self.guard.pages.message(visitor, "no_notice", 422)
        async with self.guard.begin() as unit:
            paused = notice if word(form, "action") != "open" else None
            await steering.change_intake(unit, coordinator_of(visitor), word(form, "form"), paused)
        return RedirectResponse("/network", 303)


def coordinator_of(visitor: Visitor) -> Coordinator:
    return Coordinator(visitor.person, visitor.name)


def read_wish(form: FormData, zone: ZoneInfo) -> SteeringWish:
    """As far as it can be read; `fault_of` says what is missing."""
    known = next((one for one in STEERING if one == word(form, "action")), STEERING[0])
    return SteeringWish(
        action=known,
        partner=word(form, "partner") if known == "assign" else "",
        promise_at=_moment(word(form, "promise_at"), zone) if known == "extend" else None,
        explanation=words(form, "explanation", LONGEST).strip() if known == "close" else "",
        reason=word(form, "reason"),
    )


async def able_to(unit: Unit, wish: SteeringWish, questions: list[UUID]) -> list[UUID]:
    """Those that this may be asked of as they stand; what is not known here is the router's to judge."""
    heard = await facts.heard(unit.db, questions)
    stands = {question: read_model(heard.get(question, ())) for question in questions}
    return [one for one, known in stands.items() if known is None or wish.action in possible(known)]


def fault_of(
    wish: SteeringWish, questions: list[UUID], able: list[UUID], libraries: Any, now: datetime
) -> str:
    """Code of the first thing that is to be mended. `able`: those that it may be asked of."""
    if not questions:
        return "no_question"
    if not able:
        return "none_possible"
    if wish.action == "assign" and wish.partner not in libraries:
        return "which_library"
    if wish.action == "extend" and (wish.promise_at is None or wish.promise_at <= now):
        return "no_moment"
    if wish.action == "close" and not wish.explanation:
        return "no_explanation"
    return ""


def _moment(typed: str, zone: ZoneInfo) -> datetime | None:
    """As <input type=datetime-local> sends it, by the network's clock."""
    try:
        moment = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)

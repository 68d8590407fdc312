"""`Held`: what could not be taken as it is, shown as text, taken in after all or dropped."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, get_args

from asyncpg import Record
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from uuid_utils.compat import uuid4

from services.chassis.messaging.transaction import Unit
from services.contracts.vocabulary import AnswerToSender
from services.workspace.entrypoints.coordinator.steering_forms import coordinator_of
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word
from services.workspace.handlers import holding, steering
from services.workspace.store.coordinator import held

MOST = 200
LARGEST_NUMBER = 2**63 - 1
REQUESTS_FOR = timedelta(hours=1)
ANSWERS: tuple[AnswerToSender, ...] = get_args(AnswerToSender)


@dataclass(frozen=True)
class HeldPage:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        at = "/held/{number:int}"
        return [
            self.guard.get("/held", "steer the network", self.show_all),
            self.guard.get(at, "steer the network", self.show),
            self.guard.post(f"{at}/release", "steer the network", self.release),
            self.guard.post(f"{at}/drop", "steer the network", self.drop),
        ]

    async def show_all(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        async with self.guard.begin() as unit:
            context: dict[str, Any] = {
                "rows": await held.waiting(unit.db, MOST),
                "requests": await held.requests(unit.db, None, unit.now - REQUESTS_FOR),
            }
        return self.guard.pages.show("held_list.html", visitor, request, **context)

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        number = request.path_params["number"]
        async with self.guard.begin() as unit:
            one = await held.one(unit.db, number) if number <= LARGEST_NUMBER else None
            if one is None:
                raise HTTPException(404)
            if not one["ended"] and one["told_at"] is None:
                await holding.ask_for_words(unit, coordinator_of(visitor), number)
            requests = await held.requests(unit.db, number, unit.now - REQUESTS_FOR)
        return self.guard.pages.show(
            "held.html",
            visitor,
            request,
            one=one,
            requests=requests,
            form=str(uuid4()),
            answers=ANSWERS if _may_be_answered(one) else (),
        )

    async def release(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        number = request.path_params["number"]
        async with self.guard.begin() as unit:
            await _known(unit, number)
            await steering.release_held(unit, coordinator_of(visitor), word(form, "form"), number)
        return RedirectResponse(f"/held/{number}", 303)

    async def drop(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """With a word to its sender only where one can be given: 400 for another wish."""
        number, wanted = request.path_params["number"], word(form, "answer")
        async with self.guard.begin() as unit:
            one = await _known(unit, number)
            answer = next((code for code in ANSWERS if code == wanted), None)
            if wanted and (answer is None or not _may_be_answered(one)):
                raise HTTPException(400)
            who = coordinator_of(visitor)
            await steering.drop_held(unit, who, word(form, "form"), number, answer)
        return RedirectResponse(f"/held/{number}", 303)


async def _known(unit: Unit, number: int) -> Record:
    one = await held.one(unit.db, number) if number <= LARGEST_NUMBER else None
    if one is None:
        raise HTTPException(404)
    return one


def _may_be_answered(one: Record) -> bool:
    """A mail that no machine is thought to have written; ingest looks at its sender once more."""
    return one["door"] == "mail" and one["reason"] not in ("spam", "perhaps_automatic")

"""What counts in a choice: each part in words, its points, and what others would have made of the past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from uuid_utils.compat import uuid4

from services.chassis.messaging.transaction import Unit
from services.contracts.explained import MOST_POINTS, PartWeights
from services.workspace.domain.explained import PARTS
from services.workspace.domain.profile import changed
from services.workspace.domain.weighing import WeightsForm, as_typed, load_rows, read_weights
from services.workspace.entrypoints.coordinator.steering_forms import coordinator_of
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word
from services.workspace.handlers import explaining
from services.workspace.store import people
from services.workspace.store.coordinator import weights

REQUESTS_FOR = timedelta(days=2)
CHANGES = 50


@dataclass(frozen=True)
class WeightsPage:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        return [
            self.guard.get("/weights", "see the network", self.show),
            self.guard.post("/weights", "steer the network", self.change),
            self.guard.post("/weights/tried", "steer the network", self.try_out),
            self.guard.get("/weights/tried/{trial:uuid}", "see the network", self.show_trial),
        ]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        return await self._page(request, visitor)

    async def try_out(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Nothing is changed: the router says what would have been otherwise."""
        read = _read(form)
        if read.faults:
            return await self._page(request, visitor, read)
        trial = _uuid(word(form, "form")) or uuid4()
        async with self.guard.begin() as unit:
            await explaining.try_weights(
                unit, visitor.name, trial, PartWeights(**read.points), _version(word(form, "version"))
            )
        return RedirectResponse(f"/weights/tried/{trial}", 303)

    async def change(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        read = _read(form)
        if read.faults:
            return await self._page(request, visitor, read)
        async with self.guard.begin() as unit:
            await explaining.change_weights(
                unit,
                coordinator_of(visitor),
                word(form, "form"),
                PartWeights(**read.points),
                _version(word(form, "version")),
                word(form, "reason"),
            )
        return RedirectResponse("/weights", 303)

    async def show_trial(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        async with self.guard.begin() as unit:
            trial = await weights.trial(unit.db, request.path_params["trial"])
            if trial is None:
                raise HTTPException(404)
            told = trial["data"] or {}
            moved = told.get("moved", [])
            context: dict[str, Any] = {
                **await self._known(unit, visitor),
                "names": {row["id"]: row["name"] for row in await people.libraries_ever(unit.db)},
                "headings": await weights.headings(unit.db, [UUID(one["question_id"]) for one in moved]),
            }
        return self.guard.pages.show(
            "weights_trial.html",
            visitor,
            request,
            **context,
            trial=trial,
            told=trial["data"],
            loads=load_rows(told),
            typed=as_typed(trial["weights"], comma=visitor.language == "fr"),
            read=None,
        )

    async def _page(self, request: Request, visitor: Visitor, read: WeightsForm | None = None) -> Response:
        async with self.guard.begin() as unit:
            context = await self._known(unit, visitor)
        return self.guard.pages.show(
            "weights.html",
            visitor,
            request,
            status=422 if read else 200,
            fault="weights" if read else "",
            **context,
            typed=read.typed if read else as_typed(context["now"], comma=visitor.language == "fr"),
            read=read,
        )

    async def _known(self, unit: Unit, visitor: Visitor) -> dict[str, Any]:
        history = await weights.history(unit.db, CHANGES)
        return {
            "history": history,
            "now": history[0]["after"] if history else {},
            "version": history[0]["version"] if history else 0,
            "requests": await weights.requests(unit.db, unit.now - REQUESTS_FOR),
            "parts": PARTS,
            "changed": changed,
            "mine": visitor.may("steer the network"),
            "form": str(uuid4()),
        }


def _read(form: FormData) -> WeightsForm:
    return read_weights({part: word(form, part, 40) for part in PARTS}, MOST_POINTS)


def _version(typed: str) -> int:
    return int(typed) if typed.isascii() and typed.isdigit() and len(typed) < 18 else 0


def _uuid(typed: str) -> UUID | None:
    try:
        return UUID(typed)
    except ValueError:
        return None

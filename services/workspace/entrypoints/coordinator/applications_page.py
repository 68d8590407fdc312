"""Libraries that ask to join: looked at, changed, admitted, or refused with a reason."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.contracts.vocabulary import THEMES
from services.workspace.domain import profile
from services.workspace.domain.joining import account_command, is_mail, proposed_id
from services.workspace.entrypoints.coordinator.libraries_page import read_profile
from services.workspace.entrypoints.coordinator.steering_forms import coordinator_of
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word, words
from services.workspace.handlers import joining
from services.workspace.store import libraries
from services.workspace.store.coordinator import applications

MOST = 200
FIELDS = ("role", "languages", "subjects", "territories", "capacity_per_week", "time_zone", "hours")


@dataclass(frozen=True)
class ApplicationsPage:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        at = "/applications/{application:uuid}"
        return [
            self.guard.get("/applications", "steer the network", self.show_all),
            self.guard.get(at, "steer the network", self.show),
            self.guard.post(f"{at}/admit", "steer the network", self.admit),
            self.guard.post(f"{at}/refuse", "steer the network", self.refuse),
        ]

    async def show_all(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        async with self.guard.begin() as unit:
            context: dict[str, Any] = {
                "waiting": await applications.waiting(unit.db, MOST),
                "decided": await applications.decided(unit.db, MOST),
            }
        return self.guard.pages.show("applications.html", visitor, request, **context)

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        return await self._page(request, visitor, {})

    async def _page(
        self, request: Request, visitor: Visitor, typed: dict[str, Any], fault: str = ""
    ) -> Response:
        one = await self._known(request.path_params["application"])
        partner = typed.get("id") or one["partner"] or proposed_id(one["library"])
        async with self.guard.begin() as unit:
            context: dict[str, Any] = {
                "requests": await applications.requests(unit.db, partner),
                "stands": await libraries.one(unit.db, partner) is not None,
                "new": await libraries.came_since(unit.db, partner, one["asked_at"]),
            }
        record = {"name": one["library"], **one["record"], **typed}
        return self.guard.pages.show(
            "application.html",
            visitor,
            request,
            status=422 if fault else 200,
            fault=fault,
            one=one,
            partner=partner,
            record=record,
            command=account_command(partner, one["library"], one["record"]),
            reach=typed.get("reach") or {"way": "mail", "address": one["mail"]},
            fields=FIELDS,
            themes=tuple(dict.fromkeys((*THEMES, *record.get("subjects", {})))),
            profile=profile,
            **context,
        )

    async def _known(self, application: UUID) -> dict[str, Any]:
        """Raises 404 for one that nobody wrote, or has not proven."""
        async with self.guard.begin() as unit:
            one = await applications.one(unit.db, application)
        if one is None or one["state"] == "unproven":
            raise HTTPException(404)
        return one

    async def admit(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        one = await self._known(request.path_params["application"])
        address = word(form, "address", 320)
        names = self.guard.pages.record_words(visitor, request)
        fields = {
            name: value for name, value in read_profile(form, names).items() if value not in ("", [], {})
        }
        fields["reach"] = {"way": "mail", "address": address}
        partner = word(form, "id", 63)
        if one["way"] == "mail" and not is_mail(address):
            return await self._page(request, visitor, {**fields, "id": partner}, "no_address")
        try:
            async with self.guard.begin() as unit:
                await joining.admit(
                    unit, coordinator_of(visitor), word(form, "form"), one["id"], partner, fields
                )
        except ValidationError:
            return await self._page(request, visitor, {**fields, "id": partner}, "no_identifier")
        return RedirectResponse(f"/applications/{one['id']}", 303)

    async def refuse(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        one = await self._known(request.path_params["application"])
        reason = words(form, "reason", 5_000).strip()
        if not reason:
            return await self._page(request, visitor, {}, "no_reason")
        async with self.guard.begin() as unit:
            await joining.refuse(unit, coordinator_of(visitor), one["id"], reason)
        return RedirectResponse("/applications", 303)

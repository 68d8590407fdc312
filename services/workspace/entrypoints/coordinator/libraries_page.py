"""The directory of libraries: as the router uses it, with every change, and when a library is away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from uuid_utils.compat import uuid4

from services.chassis.http.client_addresses import ClientNetwork
from services.chassis.http.guarded_network import fault_of
from services.contracts.vocabulary import THEMES
from services.workspace.domain import profile
from services.workspace.domain.choosing import named_like
from services.workspace.domain.joining import is_mail
from services.workspace.domain.profile import Closed
from services.workspace.domain.waits import TooOften
from services.workspace.entrypoints.coordinator.steering_forms import coordinator_of
from services.workspace.entrypoints.lists_page import page_number
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word
from services.workspace.handlers import directory, signing_in
from services.workspace.pages.profile_words import ProfileWords
from services.workspace.store import libraries
from services.workspace.store.coordinator import applications

PAGE = 100
REQUESTS_FOR = timedelta(days=2)
CHANGES = 50
ONE_LINE = ("name", "role", "capacity_per_week", "time_zone", "email", "alert_email")
STRENGTHS = frozenset(map(str, profile.STRENGTHS))


@dataclass(frozen=True)
class LibrariesPage:
    """`webhook_networks`: private ones that webhooks may lead to."""

    guard: Guard
    webhook_networks: Sequence[ClientNetwork] = ()

    def routes(self) -> list[BaseRoute]:
        at = "/libraries/{library}"
        return [
            self.guard.get("/libraries", "see the library", self.show_all),
            self.guard.get(at, "see the library", self.show),
            self.guard.post(at, "change the library", self.change),
            self.guard.post(f"{at}/away", "change the library", self.close),
            self.guard.post(f"{at}/back", "change the library", self.open),
        ]

    async def show_all(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        sought = (request.query_params.get("q") or "").replace("\0", "")[:200].strip()
        number = page_number(request.query_params.get("page"))
        async with self.guard.begin() as unit:
            theirs = None if visitor.may("see the network") else visitor.libraries
            known = named_like(sought, await libraries.names(unit.db, theirs))
            page = [one["id"] for one in known[PAGE * (number - 1) : PAGE * number]]
            seen = await libraries.listed(unit.db, unit.now, page)
            applying = await applications.number_waiting(unit.db)
            today = unit.now.astimezone(self.guard.pages.zone).date()
        if theirs and len(known) == 1 and not sought:
            return RedirectResponse(f"/libraries/{known[0]['id']}", 303)
        away = {row["id"]: profile.is_away(row["record"], today) for row in seen}
        return self.guard.pages.show(
            "libraries.html",
            visitor,
            request,
            rows=seen,
            away=away,
            all=len(known),
            more=len(known) > PAGE * number,
            number=number,
            sought=sought,
            unwarned={row["id"] for row in seen if profile.unwarned(row["record"])},
            applying=applying,
        )

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        return await self._page(request, visitor, await self._known(visitor, request.path_params["library"]))

    async def _page(
        self,
        request: Request,
        visitor: Visitor,
        known: Mapping[str, Any],
        typed: Mapping[str, Any] = MappingProxyType({}),
        faults: Mapping[str, str] = MappingProxyType({}),
    ) -> Response:
        """`typed`: fields as a form sent them, shown again beside what is wrong with them."""
        name = known["id"]
        async with self.guard.begin() as unit:
            today = unit.now.astimezone(self.guard.pages.zone).date()
            context: dict[str, Any] = {
                "history": await libraries.history(unit.db, name, CHANGES),
                "requests": await libraries.requests(unit.db, name, unit.now - REQUESTS_FOR),
            }
        return self.guard.pages.show(
            "library.html",
            visitor,
            request,
            **context,
            status=422 if faults else 200,
            fault=next(iter(faults.values()), ""),
            faults=faults,
            library=known,
            record={name: one for name, one in {**known["record"], **typed}.items() if one != ""},
            fields=[one for one in profile.SHOWN if one in fields_of(visitor)],
            closures=[one for one in profile.closures(known["record"]) if one.last >= today],
            next_week=profile.next_week(today),
            themes=tuple(dict.fromkeys((*THEMES, *known["record"].get("subjects", {})))),
            profile=profile,
            form=str(uuid4()),
        )

    async def _known(self, visitor: Visitor, name: str) -> dict[str, Any]:
        """Raises 404 for a library that is none, or none of theirs."""
        async with self.guard.begin() as unit:
            known = await libraries.one(unit.db, name)
        if known is None or not visitor.may("see the library", name):
            raise HTTPException(404)
        return known

    async def change(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        known = await self._known(visitor, request.path_params["library"])
        names = self.guard.pages.record_words(visitor, request)
        wanted = {
            name: value for name, value in read_profile(form, names).items() if name in fields_of(visitor)
        }
        if faults := await self._faults(visitor, known, wanted):
            return await self._page(request, visitor, known, wanted, faults)
        return await self._ask(visitor, known, form, profile.difference(known["record"], wanted))

    async def _faults(
        self, visitor: Visitor, known: Mapping[str, Any], wanted: Mapping[str, Any]
    ) -> dict[str, str]:
        """Field → code, of every address that nobody could be reached at; what else is wrong the router says.
        One that stands already is not asked about: the form sends it along."""
        changed = profile.difference(known["record"], wanted)
        faults = {
            name: "no_address"
            for name in ("email", "alert_email")
            if changed.get(name) and not is_mail(changed[name])
        }
        reach = changed.get("reach")
        if reach and reach["way"] not in profile.ways(known["record"]):
            faults["reach"] = "no_such_way"
        elif reach and reach["way"] == "mail" and not is_mail(reach["address"]):
            faults["reach"] = "no_address"
        elif reach and reach["way"] == "webhook":
            if fault := await self._webhook_fault(visitor, reach["address"]):
                faults["reach"] = fault
        elif reach and reach["way"] == "queue":
            faults["reach"] = "queue_stays"
        return faults

    async def _webhook_fault(self, visitor: Visitor, address: str) -> str | None:
        """Nobody learns here what our name server knows of private networks, in words or by many tries."""
        try:
            async with self.guard.begin() as unit:
                await signing_in.count_try(unit, ("webhook", str(visitor.person)))
        except TooOften:
            return "webhook_too_often"
        fault = await fault_of(address, self.webhook_networks)
        if fault in ("private_network", "unknown_host"):
            return "webhook_unreachable"
        return fault and f"webhook_{fault}"

    async def close(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """From now on the router sees it: what the library could not answer before it goes to others."""
        known = await self._known(visitor, request.path_params["library"])
        away = _closed(form)
        if away is None:
            return self.guard.pages.message(visitor, "no_days", 422)
        days = {*profile.closures(known["record"]), away}
        return await self._ask(visitor, known, form, _written(days))

    async def open(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        known = await self._known(visitor, request.path_params["library"])
        first, last = word(form, "first"), word(form, "last")
        days = {
            one
            for one in profile.closures(known["record"])
            if (one.first.isoformat(), one.last.isoformat()) != (first, last)
        }
        return await self._ask(visitor, known, form, _written(days))

    async def _ask(
        self, visitor: Visitor, known: Mapping[str, Any], form: FormData, fields: Mapping[str, Any]
    ) -> Response:
        partner = known["id"]
        if not visitor.may("change the library", partner):
            return self.guard.pages.message(visitor, "forbidden", 403)
        if fields:
            seen = word(form, "version")
            version = int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 18 else None
            async with self.guard.begin() as unit:
                await directory.change(
                    unit, coordinator_of(visitor), word(form, "form"), partner, fields, version
                )
        return RedirectResponse(f"/libraries/{partner}", 303)


def fields_of(visitor: Visitor) -> tuple[str, ...]:
    """What this person may change of a library that is theirs to change."""
    return profile.OF_COORDINATORS if visitor.may("steer the network") else profile.OF_LEADS


def read_profile(form: FormData, names: ProfileWords) -> dict[str, Any]:
    """The fields that the form has, as in a record; whether they are right, the router says."""
    wanted: dict[str, Any] = {
        name: word(form, name)
        for name in ("name", "role", "capacity_per_week", "time_zone", "email", "alert_email")
        if name in form
    }
    for name in ("languages", "territories", "own_forms", "own_addresses"):
        if name in form:
            wanted[name] = names.read(name, word(form, name, 2000))
    if "reach_way" in form:
        wanted["reach"] = {"way": word(form, "reach_way", 20), "address": word(form, "reach_address")}
    if "subjects" in form:
        strengths = {name[8:]: str(value) for name, value in form.items() if name.startswith("subject-")}
        wanted["subjects"] = {name: int(one) for name, one in sorted(strengths.items()) if one in STRENGTHS}
    if "hours" in form:
        slots = {day: word(form, f"hours-{day}").split() for day in profile.WEEKDAYS}
        wanted["hours"] = {day: spans for day, spans in slots.items() if spans} or ""
    return wanted


def _closed(form: FormData) -> Closed | None:
    try:
        first, last = (date.fromisoformat(word(form, name)) for name in ("first", "last"))
    except ValueError:
        return None
    return Closed(first, last, word(form, "why", 200)) if first <= last else None


def _written(days: set[Closed]) -> dict[str, Any]:
    return {"closures": [one.record() for one in sorted(days, key=lambda one: (one.first, one.last))]}

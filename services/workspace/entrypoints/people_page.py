"""`Our people`: who may come in, who is invited, who leaves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from asyncpg import Record
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from services.workspace.domain.choosing import library_of
from services.workspace.domain.joining import is_mail
from services.workspace.domain.roles import OF_A_LIBRARY, ROLES, Member, Role
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word
from services.workspace.handlers import signing_in
from services.workspace.store import people


@dataclass(frozen=True)
class PeoplePage:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        return [
            self.guard.get("/people", "see people", self.show),
            self.guard.post("/people", "invite people", self.invite),
            self.guard.post("/people/{person:uuid}/leave", "invite people", self.let_go),
            self.guard.post("/people/{person:uuid}/role", "invite people", self.change_role),
        ]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        return await self._page(request, visitor)

    async def _page(self, request: Request, visitor: Visitor, fault: str = "", **given: str) -> Response:
        everywhere = visitor.may("steer the network")
        async with self.guard.begin() as unit:
            rows = (
                await people.everybody(unit.db)
                if everywhere
                else await people.of_partners(unit.db, visitor.libraries)
            )
            libraries = await people.libraries(unit.db, None if everywhere else visitor.libraries)
            ever = await people.libraries_ever(unit.db)
            context: dict[str, Any] = {
                "now": unit.now,
                "rows": rows,
                "libraries": libraries,
                "names": {one["id"]: one["name"] for one in ever},
                "gone": {one["id"] for one in ever if one["gone"]},
            }
        roles = ROLES if everywhere else ("respondent", "lead")
        values = {"name": "", "mail": "", "role": "respondent" if libraries else "coordinator"}
        values |= {"library": ""} | given
        return self.guard.pages.show(
            "people.html",
            visitor,
            request,
            status=422 if fault else 200,
            **context,
            roles=roles,
            fault=fault,
            invited=request.query_params.get("done") == "invited",
            values=values,
        )

    async def invite(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        name, mail = word(form, "name", 200), word(form, "mail", 320)
        role, partner = word(form, "role"), word(form, "library")
        given = {"name": name, "mail": mail, "role": role, "library": partner}
        libraries = await self._libraries(visitor)
        partner = library_of(partner, libraries)
        member = Member(cast("Role", role), partner if role in OF_A_LIBRARY else "")
        unknown = "no_library" if member.partner not in {"", *(one["id"] for one in libraries)} else ""
        if fault := _fault(name, mail, member) or unknown:
            return await self._page(request, visitor, fault, **given)
        if not _may_give(visitor, member):
            return self.guard.pages.message(visitor, "forbidden", 403)
        async with self.guard.begin() as unit:
            await signing_in.invite(unit, visitor.person, visitor.name, name, mail, member)
        return RedirectResponse("/people?done=invited", 303)

    async def _libraries(self, visitor: Visitor) -> list[Record]:
        """Those that people may be invited to."""
        async with self.guard.begin() as unit:
            everywhere = visitor.may("steer the network")
            return await people.libraries(unit.db, None if everywhere else visitor.libraries)

    async def change_role(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """Respondent or lead of a library; those of the network are invited."""
        role, partner = word(form, "role"), word(form, "library")
        if not (visitor.may("invite people", partner) if partner else visitor.may("steer the network")):
            return self.guard.pages.message(visitor, "forbidden", 403)
        if partner and role in OF_A_LIBRARY:
            member = Member(role, partner)
            async with self.guard.begin() as unit:
                await signing_in.change_role(unit, visitor.person, request.path_params["person"], member)
        return RedirectResponse("/people", 303)

    async def let_go(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        partner = word(form, "library")
        if not (visitor.may("invite people", partner) if partner else visitor.may("steer the network")):
            return self.guard.pages.message(visitor, "forbidden", 403)
        async with self.guard.begin() as unit:
            await signing_in.let_go(unit, visitor.person, request.path_params["person"], partner)
        return RedirectResponse("/people", 303)


def _fault(name: str, mail: str, member: Member) -> str:
    """Code of the first field that is to be mended."""
    if not name:
        return "no_name"
    if not is_mail(mail):
        return "no_address"
    if member.role not in ROLES or (member.role in OF_A_LIBRARY) != bool(member.partner):
        return "no_library"
    return ""


def _may_give(visitor: Visitor, member: Member) -> bool:
    if member.role in OF_A_LIBRARY:
        return visitor.may("invite people", member.partner)
    return visitor.may("steer the network")

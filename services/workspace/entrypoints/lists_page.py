"""`Our questions`: what is to take, in hand, waiting for the asker, answered, passed on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from asyncpg import Record
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.chassis.messaging.transaction import Unit
from services.workspace.domain.choosing import library_of
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, partners_of
from services.workspace.store import lists, people, work
from services.workspace.store.lists import Wish

LISTS = ("to_take", "in_hand", "waiting", "answered", "passed")
PAGE = 50


@dataclass(frozen=True)
class ListsPage:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        return [self.guard.get("/questions", "see lists", self.show)]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        asked = request.query_params
        chosen = asked.get("list") if asked.get("list") in LISTS else "to_take"
        async with self.guard.begin() as unit:
            of_the_network = not visitor.libraries and visitor.may("see the network")
            known = await people.libraries_ever(unit.db, None if of_the_network else visitor.libraries)
        named = library_of(asked.get("library") or "", known)
        partners = partners_of(tuple(row["id"] for row in known), named)
        number = page_number(asked.get("page"))
        wish = Wish(
            partners,
            asked.get("subject") or None,
            (asked.get("q") or "").replace("\0", "")[:200].strip() or None,
            PAGE + 1,
            PAGE * (number - 1),
        )
        async with self.guard.begin() as unit:
            rows = await _rows(unit, chosen or "to_take", wish, visitor)
            context: dict[str, Any] = {
                "counts": await lists.counts(unit.db, partners),
                "subjects": await lists.subjects(unit.db, partners),
                "libraries": known,
                "mentions": await work.mentioned(unit.db, visitor.person, visitor.libraries),
                "now": unit.now,
            }
        return self.guard.pages.show(
            "lists.html",
            visitor,
            request,
            **context,
            chosen=chosen,
            lists=LISTS,
            zones={row["id"]: row["time_zone"] for row in known},
            names={row["id"]: row["name"] for row in known},
            rows=rows[:PAGE],
            more=len(rows) > PAGE,
            number=number,
            wish=wish,
            library=partners[0] if len(partners) == 1 else "",
        )


async def _rows(unit: Unit, chosen: str, wish: Wish, visitor: Visitor) -> list[Record]:
    if chosen == "to_take":
        return await lists.to_take(unit.db, wish)
    if chosen == "in_hand":
        return await lists.in_hand(unit.db, wish, visitor.person)
    return await lists.other(unit.db, wish, chosen)


def page_number(wish: str | None) -> int:
    """The page asked for; the first one where that is no number."""
    return max(1, min(int(wish), 1000)) if wish and wish.isascii() and wish.isdigit() and len(wish) < 5 else 1

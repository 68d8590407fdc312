"""`The network now`: what needs a person first, and how much each library has."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from asyncpg import Record
from starlette.datastructures import FormData, QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from uuid_utils.compat import uuid4

from services.chassis.messaging.transaction import Unit
from services.workspace.domain.choosing import library_of
from services.workspace.domain.steering import NEEDS, SEVERAL
from services.workspace.entrypoints.lists_page import page_number
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor
from services.workspace.handlers.steering import NETWORK
from services.workspace.store import facts, people
from services.workspace.store.coordinator import applications, network
from services.workspace.store.coordinator.network import NetworkWish, Today

PAGE = 50
REQUESTS_FOR = timedelta(hours=1)
"""How long the network's page shows what became of a request."""


@dataclass(frozen=True)
class NetworkPage:
    """`form_url`: where the public asks."""

    guard: Guard
    form_url: str = ""

    def routes(self) -> list[BaseRoute]:
        return [self.guard.get("/network", "see the network", self.show)]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        asked = request.query_params
        number = page_number(asked.get("page"))
        async with self.guard.begin() as unit:
            known = await people.libraries_ever(unit.db)
            wish = _wish(asked, known, number)
            today = Today(unit.now, self._end_of_day(unit.now))
            counts = await network.counts(unit.db, today)
            need = asked.get("need") if asked.get("need") in NEEDS else first_need(counts)
            rows = await network.rows(unit.db, need or "running", wish, today)
            context: dict[str, Any] = {
                "counts": counts,
                "loads": await network.loads(unit.db, unit.now),
                "libraries": known,
                "requests": await network.requests(unit.db, None, unit.now - REQUESTS_FOR),
                "applying": await applications.number_waiting(unit.db),
                "notice": await public_notice(unit),
                "beginning": None if rows or counts else await network.beginning(unit.db),
                "now": unit.now,
            }
        return self.guard.pages.show(
            "network.html",
            visitor,
            request,
            **context,
            need=need,
            needs=NEEDS,
            several=SEVERAL,
            rows=rows[:PAGE],
            more=len(rows) > PAGE,
            number=number,
            all_chosen=asked.get("choose") == "all",
            wish=wish,
            form=str(uuid4()),
            form_url=self.form_url,
        )

    def _end_of_day(self, now: datetime) -> datetime:
        """Where the network is."""
        zone = self.guard.pages.zone
        tomorrow = now.astimezone(zone).date() + timedelta(days=1)
        return datetime.combine(tomorrow, time(), zone)


def _wish(asked: QueryParams, libraries: Sequence[Record], number: int) -> NetworkWish:
    return NetworkWish(
        library_of(asked.get("library") or "", libraries) or None,
        (asked.get("q") or "").replace("\0", "")[:200].strip() or None,
        PAGE + 1,
        PAGE * (number - 1),
    )


def first_need(counts: dict[str, int]) -> str:
    """The most pressing that there is."""
    return next((need for need in NEEDS if counts.get(need)), "running")


async def public_notice(unit: Unit) -> str | None:
    """What people read instead of the form; None while questions are taken."""
    heard = (await facts.heard(unit.db, [NETWORK])).get(NETWORK, [])
    changes = [one for one in heard if one.type == "intake.changed"]
    latest = max(changes, key=lambda one: (one.at, one.event), default=None)
    return latest.data.get("notice") if latest and latest.data["paused"] else None


def question_ids(form: FormData) -> list[UUID]:
    """Those that were ticked, each once."""
    found: dict[UUID, None] = {}
    for value in form.getlist("question"):
        try:
            found[UUID(str(value))] = None
        except ValueError:
            continue
    return list(found)

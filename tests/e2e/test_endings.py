"""Every way a question leaves a library's program, by AMQP alone: each assignment ends once, and says how."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import repeat
from pathlib import Path
from typing import Any
from uuid import uuid4

import aio_pika

from services.contracts import topology
from tests.e2e.test_conversation import Town, town
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

ENDED, ASSIGNED = "assignment.ended.v1", "question.assigned.v1"


@dataclass
class Coordinator:
    """As the workspace asks in a coordinator's name."""

    exchange: aio_pika.abc.AbstractExchange

    async def wants(self, wish: str, question: str, **data: Any) -> None:
        wire = f"{wish}.requested.v1"
        event = {
            "specversion": "1.0",
            "id": str(uuid4()),
            "source": topology.ASKED_BY_WORKSPACE,
            "type": wire,
            "subject": question,
            "time": datetime.now(UTC).isoformat(),
            "data": {"by": "Cécile", **data},
        }
        body = json.dumps(event).encode()
        message = aio_pika.Message(body, content_type="application/cloudevents+json", delivery_mode=2)
        await self.exchange.publish(message, f"coordinator.{wire}")


@dataclass
class Case:
    """One question, and the library that has it first."""

    town: Town
    coordinator: Coordinator
    question: str
    page: str
    library: str = ""

    @property
    def other(self) -> str:
        return "brest" if self.library == "lyon" else "lyon"

    def told(self, library: str, kind: str) -> list[dict[str, Any]]:
        events = self.town.events[library]
        return [one for one in events if one["type"] == kind and one.get("subject") == self.question]

    async def until(self, library: str, kind: str, number: int = 1) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for rest in repeat(0.1):
                if len(self.told(library, kind)) >= number:
                    return
                await asyncio.sleep(rest)

    async def first(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            for rest in repeat(0.1):
                if had := [name for name in ("lyon", "brest") if self.told(name, ASSIGNED)]:
                    self.library = had[0]
                    return
                await asyncio.sleep(rest)

    async def says(self, kind: str, **data: Any) -> None:
        await self.town.send(self.library, kind, self.question, **data)

    async def answered(self) -> None:
        await self.says("answer", text="Il était près de la poterne des Peupliers.")
        await self.until(self.library, ENDED)

    async def shows(self, state: str) -> None:
        """The asker's page: what is taken at the door is what it has heard of, later than a library maybe."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            for rest in repeat(0.1):
                if f'data-state="{state}"' in (await self.town.http.get(self.page)).text:
                    return
                await asyncio.sleep(rest)

    async def followed_up(self) -> None:
        await self.answered()
        await self.shows("answered")
        await self.town.post(f"{self.page}/follow-up", text="Et qui en était le meunier ?")
        await self.until(self.library, "asker.replied.v1")


async def declined(case: Case) -> None:
    await case.says("decline", reason="Hors de nos fonds.")


async def spam(case: Case) -> None:
    await case.says("decline", reason="Publicité.", spam=True)


async def answered(case: Case) -> None:
    await case.answered()


async def answered_by_another(case: Case) -> None:
    await case.coordinator.wants("assign", case.question, partner=case.other)
    await case.until(case.library, ENDED)
    await case.until(case.other, ASSIGNED)
    await case.says("answer", text="Rue Croulebarbe, au numéro douze.")
    await case.until(case.other, ENDED)


async def reassigned(case: Case) -> None:
    await case.coordinator.wants("assign", case.question, partner=case.other)


async def taken_back(case: Case) -> None:
    await case.coordinator.wants("take_back", case.question)


async def closed(case: Case) -> None:
    await case.coordinator.wants("close", case.question, explanation="Hors de notre champ.")


async def withdrawn(case: Case) -> None:
    await case.town.post(f"{case.page}/withdraw")


async def added(case: Case) -> None:
    await case.followed_up()
    await case.says("addition", text="Le meunier était Jean Lefèvre.")


async def resolved(case: Case) -> None:
    await case.followed_up()
    await case.coordinator.wants("resolve", case.question)


async def asked_again(case: Case) -> None:
    await case.followed_up()
    await case.town.post(f"{case.page}/reopen", text="Ce n'est pas le bon moulin.")


async def follow_up_of_another(case: Case) -> None:
    await case.followed_up()
    await case.coordinator.wants("assign", case.question, partner=case.other)
    await case.until(case.library, ENDED, 2)
    await case.until(case.other, "asker.replied.v1")
    await case.says("addition", text="Le meunier était Jean Lefèvre.")
    await case.until(case.other, ENDED)


CASES: list[tuple[Callable[[Case], Awaitable[None]], list[str], list[str]]] = [
    (declined, ["declined"], []),
    (spam, ["closed"], []),
    (answered, ["answered"], []),
    (answered_by_another, ["reassigned"], ["answered_by_another"]),
    (reassigned, ["reassigned"], []),
    (taken_back, ["taken_back"], []),
    (closed, ["closed"], []),
    (withdrawn, ["withdrawn"], []),
    (added, ["answered", "added"], []),
    (resolved, ["answered", "closed"], []),
    (asked_again, ["answered", "reassigned"], []),
    (follow_up_of_another, ["answered", "reassigned"], ["answered_by_another"]),
]
"""What happens, and what its library, and then the other one, hears of the end of each assignment."""


async def begun(place: Town, coordinator: Coordinator, name: str) -> Case:
    url = place.platform.doors("ingest").url("/api/v1/questions")
    text = f"Où se trouvait le moulin de Croulebarbe ({name}) ?"
    asked = (await place.http.post(url, json={"text": text, "language": "fr"})).json()
    case = Case(place, coordinator, asked["id"], asked["page_url"])
    await case.first()
    return case


async def test_each_assignment_ends_once_and_says_how(
    tmp_path: Path, database: Database, vhost: VirtualHost
) -> None:
    async with (
        town(tmp_path, database, vhost, "queue") as place,
        await aio_pika.connect(vhost.amqp_url) as connection,
        connection.channel() as channel,
    ):
        coordinator = Coordinator(await channel.get_exchange(topology.COORDINATOR))
        cases = [await begun(place, coordinator, play.__name__) for play, _, _ in CASES]
        for case, (play, ours, theirs) in zip(cases, CASES, strict=True):
            await play(case)
            await case.until(case.library, ENDED, len(ours))
            await case.until(case.other, ENDED, len(theirs))
        for case, (play, ours, theirs) in zip(cases, CASES, strict=True):
            for library, reasons in ((case.library, ours), (case.other, theirs)):
                ended = [one["data"] for one in case.told(library, ENDED)]
                assert [one["reason"] for one in ended] == reasons, (play.__name__, library)
                assert len({one["assignment_id"] for one in ended}) == len(ended)

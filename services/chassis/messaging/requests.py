"""What the coordinator asks of a service: done once, and answered, done or refused with a code."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any
from uuid import UUID

import orjson

from services.chassis.messaging import announced
from services.chassis.messaging.announced import Announced
from services.chassis.messaging.readers import EventReader, Subscriptions
from services.chassis.messaging.transaction import Unit
from services.contracts.catalogue import DOES, FORMER
from services.contracts.coordinator import (
    CoordinatorRequest,
    FactsRequested,
    FactsTold,
    RequestDone,
    RequestRefused,
)
from services.contracts.envelope import Event
from services.contracts.topology import coordinator_key
from services.contracts.vocabulary import FactMark, ToldFact

RequestAction = Callable[[Unit, UUID, Any], Awaitable[None]]
"""Carries out one request about a question (the nil UUID: about none). Raises RefusedRequest before it has
written or announced anything."""

LONGEST = 500


class RefusedRequest(Exception):
    """It can't be done, and nothing was changed. `code` is one of `RequestRefused.code`; `value` is its
    parameter, `field` the one of the request that is at fault. The text tells an operator why."""

    def __init__(self, text: str, code: str, *, value: object = None, field: str | None = None) -> None:
        super().__init__(text)
        self.code = code
        self.value = None if value is None else " ".join(str(value).split())[:LONGEST] or None
        self.field = field


def request_reader(service: str, actions: Mapping[type[CoordinatorRequest], RequestAction]) -> EventReader:
    """Understands what the coordinator asks of this service. The broker lets the workspace alone ask."""
    if set(actions) != set(DOES[service]):
        different = sorted(fact.__name__ for fact in set(actions) ^ set(DOES[service]))
        raise RuntimeError(f"{service}: its actions and catalogue.DOES differ in {', '.join(different)}")
    former = {fact: actions[now] for fact, now in FORMER.items() if now in actions}
    subscriptions: Subscriptions = {
        fact: partial(_carry_out, action) for fact, action in (*actions.items(), *former.items())
    }
    return EventReader(subscriptions, key_of=coordinator_key)


async def _carry_out(action: RequestAction, unit: Unit, event: Event[Any]) -> None:
    try:
        await action(unit, event.subject, event.data)
    except RefusedRequest as refusal:
        receipt: RequestDone | RequestRefused = RequestRefused(
            request_id=event.id,
            request_type=event.type,
            code=refusal.code,
            reason=str(refusal),
            field=refusal.field,
            value=refusal.value,
        )
    else:
        receipt = RequestDone(request_id=event.id, request_type=event.type)
    unit.tell_coordinator(receipt, question=event.subject)


PAGE = 500
"""Facts in one event at most."""

MOST_LETTERS = 128 * 1024
"""Of their data, unless one alone has more: far below the largest body that the broker takes."""


async def tell_page(unit: Unit, question: UUID, wish: FactsRequested) -> None:
    """What comes after the mark, from the table: the outbox has long forgotten it. The workspace asks for the
    next page when it has this one: whatever there is to tell, outbox and queue hold no more of it, and what
    happens meanwhile takes its turn."""
    mark = (wish.after.question, wish.after.event) if wish.after else (UUID(int=0), "")
    found = await announced.page(unit.db, *mark, PAGE)
    page = list(_that_fit(found))
    whole = len(page) == PAGE or len(page) < len(found)
    fact = FactsTold(
        rebuild=wish.rebuild,
        service=unit.service,
        facts=tuple(page),
        after=FactMark(question=page[-1].question, event=page[-1].event) if whole else None,
    )
    unit.tell_coordinator(fact, question=question)


def _that_fit(found: Sequence[Announced]) -> Iterator[ToldFact]:
    letters = 0
    for row in found:
        letters += len(row.data)
        if letters > MOST_LETTERS and letters > len(row.data):
            return
        yield ToldFact(
            question=row.question, event=row.event, type=row.type, at=row.at, data=orjson.loads(row.data)
        )

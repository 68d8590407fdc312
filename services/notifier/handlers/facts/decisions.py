"""What handlers of facts share: deciding what is to be sent, once for all of a batch, and reading a fact."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import orjson
from pydantic import BaseModel

from services.chassis.errors import TooEarly
from services.chassis.messaging.transaction import Unit
from services.chassis.telemetry import trace
from services.contracts.reasons import Released
from services.contracts.vocabulary import Facets, Reach
from services.notifier.domain.plan import OF_WORDS, WORD_OF_THE_END, Planned, Requester
from services.notifier.domain.question_state import QuestionState
from services.notifier.store import deliveries, questions
from services.notifier.store.session import directly

STILL_SENT = sorted(WORD_OF_THE_END)
SENT_AFTER_ERASURE = sorted(WORD_OF_THE_END - OF_WORDS)


@dataclass(frozen=True, slots=True)
class CoordinatorAddress:
    """Whom to tell what no partner can mend, when the event names nobody."""

    address: str


def decide(unit: Unit, planned: list[Planned]) -> None:
    """Written down in one statement for all events of the unit."""
    gathered = unit.pending(write_down, list[tuple[Planned, str | None]])
    gathered += [(one, trace.current()) for one in planned]


async def write_down(unit: Unit, gathered: list[tuple[Planned, str | None]]) -> None:
    """After the questions themselves."""
    traceparents = [traceparent for _, traceparent in gathered]
    planned = [planned for planned, _ in gathered]
    await deliveries.decide(await directly(unit), planned, traceparents, unit.now)


async def release(unit: Unit, question: UUID, released: Released | None) -> None:
    if released is not None:
        await questions.release(await directly(unit), question, released.assignment_id, released.outcome)


def requester_of(reach: Reach | None, facets: Facets) -> Requester | None:
    if reach is None or facets.origin is None:
        return None
    return Requester(facets.origin, reach.way, where_of(facets.origin, reach))


def at_coordinator(coordinator: CoordinatorAddress, reach: Reach | None) -> str:
    return reach.address if reach and reach.way == "mail" else coordinator.address


def where_of(partner: str, reach: Reach) -> str:
    """A queue is named after its partner, whatever the event says: nobody reads another's."""
    return partner if reach.way == "queue" else reach.address


def json_of(value: BaseModel) -> str:
    return value.model_dump_json(exclude_none=True)


def json_list(values: tuple[BaseModel, ...]) -> str:
    return orjson.dumps([value.model_dump(mode="json", exclude_none=True) for value in values]).decode()


def known_or_early(state: QuestionState | None, question: UUID) -> QuestionState:
    """Raises TooEarly where the question is not known yet."""
    if state is None:
        raise TooEarly(question)
    return state

"""What a coordinator asks of the network: one request for each question, done by the service that owns it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from services.chassis.messaging.outgoing import OutgoingMessage
from services.chassis.messaging.transaction import Unit
from services.chassis.telemetry import trace
from services.contracts import coordinator, topology
from services.contracts.coordinator import CoordinatorRequest
from services.contracts.envelope import Event
from services.contracts.vocabulary import AnswerToSender
from services.workspace.domain.steering import SteeringAction
from services.workspace.handlers.asking import SOURCE
from services.workspace.store import audit
from services.workspace.store.coordinator import network

NETWORK = UUID(int=0)
"""The subject of what concerns no question."""

LONGEST_LINE = 500

BARE: Mapping[str, type[CoordinatorRequest]] = {
    "route": coordinator.RouteRequested,
    "take_back": coordinator.TakeBackRequested,
    "resolve": coordinator.ResolveRequested,
    "reopen": coordinator.ReopenRequested,
    "spam": coordinator.SpamRequested,
}
"""Actions that take nothing."""


@dataclass(frozen=True, slots=True)
class Coordinator:
    person: UUID
    name: str


@dataclass(frozen=True, slots=True)
class SteeringWish:
    """One action and what it takes."""

    action: SteeringAction
    partner: str = ""
    promise_at: datetime | None = None
    explanation: str = ""
    reason: str = ""

    def request(self, by: str) -> CoordinatorRequest:
        """Raises ValidationError where the contract does not take it."""
        by, reason = by[:LONGEST_LINE], " ".join(self.reason.split())[:LONGEST_LINE] or None
        match self.action:
            case "assign":
                return coordinator.AssignRequested(by=by, reason=reason, partner=self.partner)
            case "extend" if self.promise_at is not None:
                return coordinator.ExtendRequested(by=by, reason=reason, promise_at=self.promise_at)
            case "close":
                return coordinator.CloseRequested(by=by, reason=reason, explanation=self.explanation)
            case "extend":
                raise ValueError("extend: promise_at is missing")
            case action:
                return BARE[action](by=by, reason=reason)

    @property
    def about(self) -> str | None:
        """The action's parameter in short."""
        if self.promise_at is not None:
            return self.promise_at.isoformat()
        return self.partner or None


async def steer(unit: Unit, who: Coordinator, form: str, question: UUID, wish: SteeringWish) -> UUID | None:
    """None where this form asked it of this question before."""
    return await ask(unit, who, form_of(form, question), wish.request(who.name), question, wish.about)


async def asked_before(unit: Unit, form: str, questions: Sequence[UUID]) -> set[UUID]:
    """Those of which this form asked already."""
    return await network.asked_before(unit.db, [form_of(form, one) for one in questions])


def form_of(form: str, question: UUID) -> str:
    """One form may ask of many questions, of each once."""
    return f"{form}-{question}"


async def change_intake(unit: Unit, who: Coordinator, form: str, notice: str | None) -> UUID | None:
    """Pause with a public notice; without one, take questions again."""
    fact = coordinator.IntakeChangeRequested(by=who.name[:LONGEST_LINE], notice=notice)
    return await ask(unit, who, form, fact, None, "paused" if notice else "open")


async def release_held(unit: Unit, who: Coordinator, form: str, number: int) -> UUID | None:
    """Take it in after all."""
    fact = coordinator.HeldReleaseRequested(by=who.name[:LONGEST_LINE], number=number)
    return await ask(unit, who, form, fact, None, str(number))


async def drop_held(
    unit: Unit, who: Coordinator, form: str, number: int, answer: AnswerToSender | None
) -> UUID | None:
    """Forget it for good, and tell its sender why, or nothing."""
    fact = coordinator.HeldDropRequested(by=who.name[:LONGEST_LINE], number=number, answer=answer)
    detail = f"{number} {answer}" if answer else None
    return await ask(unit, who, form, fact, None, str(number), detail)


async def ask(
    unit: Unit,
    who: Coordinator,
    form: str,
    fact: CoordinatorRequest,
    question: UUID | None,
    about: str | None,
    detail: str | None = None,
) -> UUID | None:
    """Asked once for each form, whatever is clicked twice: None where it was asked before. `detail`: for the
    list of who did what, where it says more than `about`."""
    request, kind = uuid7(), topology.unversioned(fact.wire)
    if not await network.ask(unit.db, request, question, who.person, kind, form, about, unit.now):
        return None
    _send(unit, request, fact, question or NETWORK)
    await audit.note(unit.db, unit.now, who.person, kind, question=question, detail=detail or about)
    return request


def ask_unnamed(unit: Unit, fact: CoordinatorRequest, question: UUID = NETWORK) -> None:
    """What the workspace needs to show something: nobody did anything, and nobody waits for its receipt."""
    _send(unit, uuid7(), fact, question)


def _send(unit: Unit, request: UUID, fact: CoordinatorRequest, subject: UUID) -> None:
    event = Event(
        id=str(request),
        source=SOURCE,
        type=fact.wire,
        subject=subject,
        time=unit.now,
        traceparent=trace.child(trace.current()),
        data=fact,
    )
    key = topology.coordinator_key(type(fact))
    unit.send(OutgoingMessage.event(topology.COORDINATOR, key, event.id, event.encode()))

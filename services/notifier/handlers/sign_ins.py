"""Mails that the workspace asks for: to let people of the network in, of which it said only the sign-in's id,
to a library's old address, to a colleague, and to the sender of what was dropped."""

from __future__ import annotations

from collections.abc import Mapping

from services.chassis.messaging.transaction import Unit
from services.contracts.envelope import Event
from services.contracts.ingest import HeldAnswered
from services.contracts.workspace import (
    ApplicantTold,
    ColleagueCalled,
    LibraryReaddressed,
    SignInRequested,
)
from services.notifier.domain.delivery import delivery_id
from services.notifier.domain.kinds import DeliveryKind
from services.notifier.domain.plan import Planned
from services.notifier.handlers.digests import NO_QUESTION
from services.notifier.store import deliveries

AboutPeople = ApplicantTold | LibraryReaddressed | ColleagueCalled | HeldAnswered | SignInRequested


async def _mail(
    unit: Unit, event: Event[AboutPeople], kind: str, once: object, details: Mapping[str, str | None]
) -> None:
    """One to whom the event names, about no question; `once`: of what it is the only one of its kind."""
    planned = Planned(
        delivery_id(NO_QUESTION, kind, once),
        NO_QUESTION,
        kind,
        "mail",
        destination=event.data.mail,
        details=details,
    )
    await deliveries.decide(unit.db, [planned], [event.traceparent], unit.now)


async def applicant_told(unit: Unit, event: Event[ApplicantTold]) -> None:
    """Once to each address, of each application."""
    fact = event.data
    details = {
        "sign_in": str(event.subject),
        "name": fact.name,
        "language": fact.language,
        "library": fact.library,
        "expires_at": fact.expires_at.isoformat() if fact.expires_at else None,
        "reason": fact.reason,
    }
    await _mail(unit, event, fact.kind, f"{event.subject} {fact.mail.lower()}", details)


async def library_readdressed(unit: Unit, event: Event[LibraryReaddressed]) -> None:
    """Once of each change to each address."""
    fact = event.data
    details = {
        "language": fact.language,
        "library": fact.library,
        "actor": fact.actor,
        "changed_at": fact.changed_at.isoformat(),
    }
    await _mail(unit, event, "readdressed", f"{fact.partner} {fact.version} {fact.mail.lower()}", details)


async def colleague_called(unit: Unit, event: Event[ColleagueCalled]) -> None:
    """Once of each note: where the question is, and nothing that stands in it."""
    fact = event.data
    details = {
        "question": str(event.subject),
        "number": str(event.subject)[-8:],
        "name": fact.name,
        "language": fact.language,
        "called_by": fact.called_by,
        "theme": fact.theme,
        "expires_at": None,
    }
    await _mail(unit, event, DeliveryKind.CALLED, f"{fact.note_id} {fact.person_id}", details)


async def held_answered(unit: Unit, event: Event[HeldAnswered]) -> None:
    """Once of each held mail, and no word of it: whoever sent it is named by its envelope alone."""
    fact = event.data
    details = {
        "language": fact.language or "",
        "answer": fact.answer,
        "received_at": fact.received_at.isoformat(),
        "message_id": fact.message_id,
    }
    await _mail(unit, event, DeliveryKind.TURNED_AWAY, f"{fact.number} {details['received_at']}", details)


async def sign_in_requested(unit: Unit, event: Event[SignInRequested]) -> None:
    """Nothing that opens a door is written down: the link is made when the mail is."""
    fact = event.data
    details = {
        "sign_in": str(event.subject),
        "name": fact.name,
        "language": fact.language,
        "expires_at": fact.expires_at.isoformat(),
        "invited_by": fact.invited_by,
    }
    await _mail(unit, event, fact.kind, event.subject, details)

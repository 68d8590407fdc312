"""Requests: what a person wants of the network, as their library's own submission to ingest."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from services.chassis.messaging.outgoing import OutgoingMessage
from services.chassis.messaging.transaction import Unit
from services.chassis.telemetry import trace
from services.contracts import topology
from services.contracts.coordinator import RequestDone, RequestRefused
from services.contracts.envelope import Submission
from services.contracts.partners import SubmissionAccepted, SubmissionRefused
from services.contracts.vocabulary import Fact
from services.workspace.store import audit, work
from services.workspace.store.work import Receipt, Respondent

SOURCE = topology.ASKED_BY_WORKSPACE


async def ask(unit: Unit, who: Respondent, form: str, fact: Fact) -> UUID | None:
    """Asked once for each form, whatever is clicked twice: None where it was asked before."""
    request = uuid7()
    kind = topology.unversioned(fact.wire)
    if not await work.ask(unit.db, request, who, kind, form, unit.now):
        return None
    event = Submission[Any](
        id=str(request),
        source=SOURCE,
        type=fact.wire,
        subject=str(who.question),
        time=unit.now,
        traceparent=trace.child(trace.current()),
        data=fact,
    )
    key = topology.partner_key(who.partner, type(fact))
    unit.send(OutgoingMessage.event(topology.INBOX, key, event.id, event.encode()))
    await audit.note(unit.db, unit.now, who.person, kind, partner=who.partner, question=who.question)
    return request


async def accepted(unit: Unit, receipt: SubmissionAccepted) -> None:
    """A receipt that names no request of ours changes nothing."""
    _record(unit, receipt.original_id, "accepted")


async def refused(unit: Unit, receipt: SubmissionRefused) -> None:
    _record(unit, receipt.original_id, "refused", receipt.code, receipt.field, receipt.value)


async def done(unit: Unit, receipt: RequestDone) -> None:
    """What a coordinator asked."""
    _record(unit, receipt.request_id, "accepted")


async def not_done(unit: Unit, receipt: RequestRefused) -> None:
    _record(unit, receipt.request_id, "refused", receipt.code, receipt.field, receipt.value)


def _record(unit: Unit, request: str | None, state: str, *why: str | None) -> None:
    try:
        id_ = UUID(request or "")
    except ValueError:  # of no request of ours
        return
    unit.pending(record_receipts, list[Receipt]).append(Receipt(id_, state, *why))


async def record_receipts(unit: Unit, receipts: list[Receipt]) -> None:
    await work.record_receipts(unit.db, receipts, unit.now)

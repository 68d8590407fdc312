"""Doors: what became of what we asked, on `sesame.partners`, by keys of our own."""

from __future__ import annotations

from functools import partial
from typing import Any, cast
from uuid import UUID

from services.chassis.messaging.incoming import IncomingMessage
from services.chassis.messaging.readers import Work
from services.contracts import topology
from services.contracts.catalogue import TO_COORDINATOR
from services.contracts.coordinator import FactsTold, PartnerAdmitRequested, RequestDone, RequestRefused
from services.contracts.envelope import Envelope, Event, Notice, decode
from services.contracts.partners import SubmissionAccepted, SubmissionRefused
from services.workspace.handlers import asking, joining, rebuilding

READERS = {
    **{fact.wire: cast("type[Envelope[Any]]", Notice.__class_getitem__(fact)) for fact in topology.RECEIPTS},
    **{fact.wire: cast("type[Envelope[Any]]", Event.__class_getitem__(fact)) for fact in TO_COORDINATOR},
}


class ReceiptReader:
    """Understands the receipts of what the coordinator and people of libraries asked, and what is told again
    on request; receipts of no request of ours change nothing."""

    def read(self, message: IncomingMessage) -> Work:
        event = decode(message.body, READERS)
        match event.data:
            case SubmissionAccepted() as receipt:
                do = partial(_accepted, receipt)
            case SubmissionRefused() as receipt:
                do = partial(_refused, receipt)
            case RequestDone() as receipt:
                do = partial(_done, receipt)
            case RequestRefused() as receipt:
                do = partial(_not_done, receipt)
            case FactsTold() as page:
                do = partial(_told, page)
            case other:
                raise TypeError(f"{event.type}: read as {type(other).__name__}, not as a receipt")
        return Work(
            message=message,
            source=f"receipt{event.source}",
            id=event.id,
            name=event.type,
            question=None,
            traceparent=event.traceparent,
            do=do,
            also=_questions(event.data),
        )


def _questions(fact: object) -> frozenset[UUID]:
    """Those that a page of facts is of."""
    return frozenset(told.question for told in fact.facts) if isinstance(fact, FactsTold) else frozenset()


async def _accepted(receipt: SubmissionAccepted, unit: Any) -> None:
    await asking.accepted(unit, receipt)


async def _refused(receipt: SubmissionRefused, unit: Any) -> None:
    await asking.refused(unit, receipt)


async def _done(receipt: RequestDone, unit: Any) -> None:
    await asking.done(unit, receipt)
    if receipt.request_type == PartnerAdmitRequested.wire:
        await joining.admitted(unit, UUID(receipt.request_id))


async def _not_done(receipt: RequestRefused, unit: Any) -> None:
    await asking.not_done(unit, receipt)
    if receipt.request_type == PartnerAdmitRequested.wire:
        await joining.not_admitted(unit, UUID(receipt.request_id))


async def _told(page: FactsTold, unit: Any) -> None:
    await rebuilding.told(unit, page)

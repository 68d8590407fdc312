"""Doors: what became of what we asked, on `sesame.partners`, as partner systems read it."""

from __future__ import annotations

from functools import partial
from typing import Any, cast

from services.chassis.messaging.incoming import IncomingMessage, Work
from services.contracts import topology
from services.contracts.envelope import Envelope, Notice, decode
from services.contracts.partners import SubmissionAccepted, SubmissionRefused
from services.workspace.handlers import asking

READERS = {
    fact.wire: cast("type[Envelope[Any]]", Notice.__class_getitem__(fact)) for fact in topology.RECEIPTS
}


class ReceiptReader:
    """Understands the receipts of every library; those of no request of ours change nothing."""

    def read(self, letter: IncomingMessage) -> Work:
        event = decode(letter.body, READERS)
        match event.data:
            case SubmissionAccepted() as receipt:
                do = partial(_accepted, receipt)
            case SubmissionRefused() as receipt:
                do = partial(_refused, receipt)
            case other:
                raise TypeError(f"{event.type}: read as {type(other).__name__}, not as a receipt")
        return Work(
            letter=letter,
            source=f"receipt{event.source}",
            id=event.id,
            name=event.type,
            question=None,
            traceparent=event.traceparent,
            do=do,
        )


async def _accepted(receipt: SubmissionAccepted, unit: Any) -> None:
    await asking.accepted(unit, receipt)


async def _refused(receipt: SubmissionRefused, unit: Any) -> None:
    await asking.refused(unit, receipt)

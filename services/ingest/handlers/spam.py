"""What a program seems to have sent: held for a person, never thrown away unseen."""

from __future__ import annotations

from services.chassis.messaging.transaction import Unit
from services.ingest.domain.intake import RawSubmission
from services.ingest.store import submissions


async def hold_spam(unit: Unit, submission: RawSubmission, why: str) -> None:
    if await submissions.add(unit.db, submission, "quarantined", None) is None:
        await submissions.quarantine(unit.db, submission, f"spam: {why}", None, ())

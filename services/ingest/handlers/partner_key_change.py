"""A new key for a library's programs, asked for at the workspace: the key itself never comes by here."""

from __future__ import annotations

from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.coordinator import KeyChangeRequested, RequestDone, RequestRefused
from services.contracts.envelope import Event
from services.ingest.store.access import partner_access, partner_keys

LABEL = "workspace"
NOBODY = UUID(int=0)


async def change_key(unit: Unit, event: Event[KeyChangeRequested]) -> None:
    """Done at once; refused for a library that is shut out."""
    asked, request = event.data, event.id
    if (await partner_access.get(unit.db, asked.partner)).shut:
        reason = f"partner {asked.partner} is suspended or removed"
        refused = RequestRefused(
            request_id=request, request_type=event.type, code="impossible", reason=reason
        )
        unit.tell_coordinator(refused, question=NOBODY)
        return
    await partner_keys.change(unit.db, bytes.fromhex(asked.digest), asked.partner, LABEL, unit.now)
    unit.tell_coordinator(RequestDone(request_id=request, request_type=event.type), question=NOBODY)

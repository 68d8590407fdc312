"""The row that a fact is counted by: its moment, its facets, and the event that it came with."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from services.chassis.errors import Poison
from services.contracts.envelope import Event
from services.contracts.vocabulary import Facets, PartnerName
from services.metrics.domain.facts import FACETS, Counted

EARLIEST, LATEST = 1990, 2200


def counted(
    kind: str,
    event: Event[Any],
    facets: Facets | None,
    *,
    at: datetime | None = None,
    partner: PartnerName | str = "",
    detail: str = "",
    number: int | None = None,
    promise_at: datetime | None = None,
    waited_seconds: float = 0,
    waited_working_seconds: float | None = None,
) -> Counted:
    id_, name = (partner.id, partner.name) if isinstance(partner, PartnerName) else (partner, "")
    row = Counted(
        kind=kind,
        at=at or event.time,
        event=_event_id(event),
        partner=id_,
        partner_name=name,
        detail=detail,
        number=number,
        promise_at=promise_at,
        waited_seconds=waited_seconds or None,
        waited_working_seconds=waited_working_seconds if waited_seconds else None,
    )
    return _countable(row if facets is None else _cut_by(row, facets))


def _countable(row: Counted) -> Counted:
    """Raises Poison for a moment that no figure is kept of: it would be dead here, alone, and not stop the
    counting of all others."""
    for name in ("at", "received_at", "promise_at"):
        moment: datetime | None = getattr(row, name)
        if moment is not None and not EARLIEST <= moment.year <= LATEST:
            raise Poison(f"{name}: the year {moment.year}; figures are kept of {EARLIEST} to {LATEST}")
    return row


def _cut_by(row: Counted, facets: Facets) -> Counted:
    """Waiting for the asker is no part of the time to answer: the question counts as come so much later."""
    said: dict[str, Any] = {facet.name: getattr(facets, facet.name) or "" for facet in FACETS}
    waited = timedelta(seconds=row.waited_seconds or 0)
    return row._replace(received_at=facets.received_at + waited, **said)


def _event_id(event: Event[Any]) -> UUID:
    """Our own events carry UUIDs; whatever else CloudEvents allows is hashed into one with its source."""
    try:
        return UUID(event.id)
    except ValueError:
        return uuid5(NAMESPACE_URL, f"{event.source}#{event.id}")

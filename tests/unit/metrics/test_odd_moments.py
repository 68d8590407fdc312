"""One fact with an impossible moment dies alone: it does not stop the counting of all others."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from services.chassis.errors import Poison
from services.contracts.envelope import Event
from services.contracts.ingest import QuestionReceived
from services.contracts.vocabulary import Facets
from services.metrics.handlers.facts import received


def question(received_at: datetime) -> Event[QuestionReceived]:
    fact = QuestionReceived(text="Où ?", facets=Facets(channel="mail", received_at=received_at))
    now = datetime(2026, 11, 27, tzinfo=UTC)
    return Event(
        id=str(UUID(int=1)),
        source="/sesame/ingest",
        type=fact.wire,
        subject=UUID(int=2),
        time=now,
        data=fact,
    )


@pytest.mark.parametrize("year", [1, 1989, 2201, 9999])
def test_an_impossible_moment_is_named_and_not_counted(year: int) -> None:
    with pytest.raises(Poison, match=f"at: the year {year}"):
        received(question(datetime(year, 1, 1, tzinfo=UTC)))


def test_any_moment_that_people_live_in_is_counted() -> None:
    assert received(question(datetime(2026, 3, 2, tzinfo=UTC))).kind == "received"

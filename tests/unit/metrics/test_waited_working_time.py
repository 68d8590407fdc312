"""Working time leaves out the working time of a wait for the asker, as the promise does: counted by hand."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from services.chassis.working_time import IsHoliday, WorkingClock, working_days
from services.contracts.envelope import Event
from services.contracts.notifier import QuestionPublished
from services.contracts.router import QuestionAnswered
from services.contracts.vocabulary import Facets, Fact, PartnerName
from services.metrics.domain.increments import NETWORK, STAGES, tally
from services.metrics.domain.times import NetworkTime
from services.metrics.handlers.facts import NOTES
from services.router.domain.question.conversation import AskerWord, asked_back, replied, waited, waits
from services.router.domain.question.conversation import waited_working as waited_working_of

PARIS, CAIRO = ZoneInfo("Europe/Paris"), ZoneInfo("Africa/Cairo")
LYON = PartnerName(id="lyon", name="Lyon")
Waits = Sequence[tuple[str, str]]

FREE = frozenset({date(2026, 5, 1)})
"""A Friday."""

WRITTEN = ("2026-11-18T10:00", [("2026-11-20T10:00", "2026-11-23T10:00")], "2026-11-23T12:00")
"""Asked on Wednesday, back on Friday, replied to and answered on Monday: the one in docs/metrics.md."""

LIVES = [
    pytest.param(PARIS, *WRITTEN, 50, id="over a weekend"),
    pytest.param(
        PARIS,
        "2026-04-29T10:00",
        [("2026-04-30T10:00", "2026-05-04T10:00")],
        "2026-05-04T12:00",
        26,
        id="over a holiday and a weekend",
    ),
    pytest.param(
        PARIS,
        "2026-03-26T10:00",
        [("2026-03-27T10:00", "2026-03-30T10:00")],
        "2026-03-30T12:00",
        26,
        id="over the weekend on which summer time begins",
    ),
    pytest.param(
        CAIRO,
        "2026-04-22T10:00",
        [("2026-04-23T10:00", "2026-04-24T10:00")],
        "2026-04-24T12:00",
        26,
        id="over a working day of 23 hours",
    ),
    pytest.param(
        CAIRO,
        "2026-10-28T10:00",
        [("2026-10-28T11:00", "2026-10-28T12:00")],
        "2026-10-30T10:00",
        48,
        id="before a working day of 25 hours",
    ),
    pytest.param(
        PARIS,
        "2026-11-20T10:00",
        [("2026-11-21T10:00", "2026-11-22T10:00")],
        "2026-11-23T10:00",
        24,
        id="of no working time",
    ),
    pytest.param(
        PARIS,
        "2026-11-16T10:00",
        [
            ("2026-11-17T10:00", "2026-11-18T10:00"),
            ("2026-11-18T09:00", "2026-11-18T11:00"),
            ("2026-11-20T20:00", "2026-11-23T04:00"),
        ],
        "2026-11-23T10:00",
        87,
        id="three times, two of them at once",
    ),
    pytest.param(PARIS, "2026-11-20T10:00", [], "2026-11-23T10:00", 24, id="never"),
]


def told(zone: ZoneInfo, asked: str, conversation: Waits, answered: str, *, said: bool) -> list[Fact]:
    """As router and notifier announce it; without the working time as a copy of before would."""
    start, end = _at(zone, asked), _at(zone, answered)
    spans = waits(
        replied(
            asked_back(uuid4(), UUID(int=1), "lyon", _at(zone, since), timedelta(days=14)),
            [AskerWord(uuid4(), _at(zone, until))],
        )
        for since, until in conversation
    )
    clock = WorkingClock(working_days(zone, _is_free))
    worked = waited_working_of(spans, start, end, clock).total_seconds()
    shared = {
        "answer_id": uuid4(),
        "partner": LYON,
        "answered_at": end,
        "promise_at": end,
        "waited_seconds": waited(spans, start, end).total_seconds(),
        "waited_working_seconds": worked if said else None,
        "facets": Facets(channel="form", received_at=start),
    }
    return [
        QuestionAnswered.model_validate({**shared, "assignment_id": uuid4(), "text": "Là."}),
        QuestionPublished.model_validate({**shared, "place": "asker", "way": "mail", "published_at": end}),
    ]


_is_free: IsHoliday = FREE.__contains__


def _at(zone: ZoneInfo, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone)


def working_hours(zone: ZoneInfo, facts: Sequence[Fact]) -> dict[str, float]:
    """Of each that is counted, by what it is counted as."""
    rows = [
        NOTES[type(fact)](
            Event(id=str(uuid4()), source="/test", type=fact.wire, subject=uuid4(), time=_NOW, data=fact)
        )
        for fact in facts
    ]
    counters = tally(rows, NetworkTime(zone, _is_free))
    return {
        key.measure: n / 3600
        for key, n in counters.items()
        if key.partner == NETWORK and key.facet == f"{STAGES.get(key.measure)}_working_seconds"
    }


_NOW = datetime(2026, 11, 27, 12, tzinfo=PARIS)


@pytest.mark.parametrize(("zone", "asked", "conversation", "answered", "hours"), LIVES)
def test_working_time_is_that_of_the_promise(
    zone: ZoneInfo, asked: str, conversation: Waits, answered: str, hours: int
) -> None:
    facts = told(zone, asked, conversation, answered, said=True)
    assert working_hours(zone, facts) == {"answered": hours, "published": hours}


def test_a_wait_whose_working_time_nobody_said_counts_as_before_the_question() -> None:
    assert working_hours(PARIS, told(PARIS, *WRITTEN, said=False)) == {"answered": 12, "published": 12}

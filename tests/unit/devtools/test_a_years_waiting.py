"""What the simulated year reckons of waiting for askers, and that it sees what is reckoned otherwise."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from devtools.commands.year import HOLIDAY, ZONE
from devtools.simulation.conversations import Conversations
from services.chassis.working_time import WorkingClock, working_days
from services.contracts.envelope import Event
from services.contracts.ingest import QuestionFollowedUp
from services.contracts.router import QuestionAnswered, QuestionPaused, QuestionResumed
from services.contracts.vocabulary import Facets, Fact, PartnerName

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
FACETS = Facets(channel="form", received_at=MONDAY)
LYON = PartnerName(id="lyon", name="Lyon")
QUESTION = uuid4()


def heard(fact: Fact, at: datetime) -> Event[Any]:
    return Event(id=str(uuid4()), source="/test", type=fact.wire, subject=QUESTION, time=at, data=fact)


def asked_back_over_a_weekend(put_off: timedelta, waited: timedelta) -> Conversations:
    """Promised for Thursday; asked back on Wednesday, replied on Monday, answered on Tuesday, all at noon."""
    talk = Conversations(WorkingClock(working_days(ZONE, HOLIDAY)))
    talk._promises[QUESTION] = MONDAY + 3 * DAY
    asked_at = MONDAY + 2 * DAY
    paused = QuestionPaused(
        clarification_id=uuid4(),
        assignment_id=uuid4(),
        partner=LYON,
        text="Quelle rive ?",
        asked_at=asked_at,
        ends_at=asked_at + 14 * DAY,
        facets=FACETS,
    )
    talk.hear(heard(paused, asked_at))
    word = QuestionFollowedUp(follow_up_id=uuid4(), text="!", way="page", facets=FACETS)
    talk.hear(heard(word, MONDAY + 7 * DAY))
    resumed = QuestionResumed(promise_at=MONDAY + 3 * DAY + put_off, facets=FACETS)
    talk.hear(heard(resumed, MONDAY + 7 * DAY))
    answered = QuestionAnswered(
        answer_id=uuid4(),
        assignment_id=uuid4(),
        partner=LYON,
        text="Là.",
        answered_at=MONDAY + 8 * DAY,
        promise_at=resumed.promise_at,
        waited_seconds=waited.total_seconds(),
        facets=FACETS,
    )
    talk.hear(heard(answered, answered.answered_at))
    return talk


def test_a_promise_is_put_off_by_the_working_time_of_the_wait() -> None:
    talk = asked_back_over_a_weekend(put_off=5 * DAY, waited=5 * DAY)
    assert (talk.resumed, talk.put_off_rightly, talk.waited_rightly) == (1, 1, 1)


@pytest.mark.parametrize("put_off", [timedelta(0), 4 * DAY, 6 * DAY])
def test_a_promise_that_is_put_off_by_more_or_less_is_seen(put_off: timedelta) -> None:
    assert asked_back_over_a_weekend(put_off, waited=5 * DAY).put_off_rightly == 0


def test_an_answer_that_says_otherwise_how_long_was_waited_is_seen() -> None:
    assert asked_back_over_a_weekend(put_off=5 * DAY, waited=4 * DAY).waited_rightly == 0

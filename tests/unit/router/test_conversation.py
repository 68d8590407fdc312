"""The clocks stand still from a question back to its reply, in whatever order that is told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.chassis.working_time import Span, WorkingClock, working_days
from services.router.domain.deadlines import Terms
from services.router.domain.question.conversation import (
    AskerWord,
    Clarification,
    asked_back,
    deadline_after,
    promise_after,
    replied,
    waited,
    waits,
)

START = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
"""A Friday: two days of no work come soon."""

CLOCK = WorkingClock(working_days(ZoneInfo("Europe/Paris"), lambda _day: False))
STEP = timedelta(minutes=30)
FAR = START + timedelta(days=200)
TERMS = Terms()

MOMENTS = st.integers(0, 48 * 12).map(lambda steps: START + steps * STEP)


@st.composite
def histories(draw: st.DrawFn) -> list[Clarification]:
    """Up to four waits, some overlapping, each replied to."""
    found = []
    for _ in range(draw(st.integers(0, 4))):
        since, until = sorted((draw(MOMENTS), draw(MOMENTS)))
        asked = asked_back(uuid4(), UUID(int=1), "dijon", since, timedelta(days=14))
        found.append(replied(asked, [AskerWord(uuid4(), until)]))
    return found


def is_waiting(moment: datetime, spans: list[Span]) -> bool:
    return any(since <= moment < until for since, until in spans)


def counted_by_hand(start: datetime, allowed: timedelta, spans: list[Span]) -> datetime:
    """Half an hour after half an hour: each counts if it is worked in and not waited in."""
    moment, left = start, allowed
    while left > timedelta(0):
        if not is_waiting(moment, spans):
            left -= CLOCK.between(moment, moment + STEP)
        moment += STEP
    return moment


@given(history=histories(), halves=st.integers(1, 200))
def test_a_due_time_is_as_counted_by_hand(history: list[Clarification], halves: int) -> None:
    allowed = halves * STEP
    due = deadline_after(START, allowed, FAR, waits(history), CLOCK, TERMS).due_at
    by_hand = counted_by_hand(START, allowed, waits(history))
    spent = [(START, due)] if not waits(history) else stretches(START, due, waits(history))
    assert sum((CLOCK.between(*one) for one in spent), timedelta(0)) >= allowed
    assert due <= max(by_hand, *(until for _, until in waits(history)), START)


def stretches(start: datetime, end: datetime, spans: list[Span]) -> list[Span]:
    """Between start and end without the spans."""
    found, since = [], start
    for began, ended in spans:
        if began >= end:
            break
        found.append((since, max(since, began)))
        since = max(since, ended)
    return [*found, (since, max(since, end))]


@given(history=histories(), halves=st.integers(1, 200))
def test_a_promise_is_put_off_by_exactly_the_working_time_that_was_waited(
    history: list[Clarification], halves: int
) -> None:
    promised = CLOCK.after(START, halves * STEP)
    promise = promise_after(promised, START, waits(history), CLOCK)
    ran = sum((CLOCK.between(*one) for one in stretches(START, promise, waits(history))), timedelta(0))
    assert ran == halves * STEP


@given(history=histories(), data=st.data())
def test_the_order_in_which_it_is_told_changes_nothing(
    history: list[Clarification], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(history))
    assert waits(shuffled) == waits(history)


@given(words=st.lists(MOMENTS, max_size=5), asked=MOMENTS, data=st.data())
def test_the_first_word_after_it_was_asked_is_the_reply(
    words: list[datetime], asked: datetime, data: st.DataObject
) -> None:
    clarification = asked_back(uuid4(), UUID(int=1), "dijon", asked, timedelta(days=14))
    told = clarification
    heard: list[AskerWord] = []
    for moment in data.draw(st.permutations(words)):
        heard.append(AskerWord(uuid4(), moment))
        told = replied(told, heard)
    since = [moment for moment in words if moment >= asked]
    assert told.ended_at == (min(since) if since else None)
    assert told.outcome == ("replied" if since else None)


@given(history=histories())
def test_what_was_waited_is_the_length_of_its_stretches(history: list[Clarification]) -> None:
    spans = waits(history)
    assert all(one[1] < other[0] for one, other in pairwise(spans))
    assert waited(spans, START, FAR) == sum((until - since for since, until in spans), timedelta(0))
    assert waited(spans, FAR, FAR) == timedelta(0)

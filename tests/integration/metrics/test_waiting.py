"""The time that the network waited for an asker is no part of how long it took: counted by hand."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from services.contracts import notifier, router
from services.metrics.domain.figures import YearFigures
from services.metrics.handlers import year_figures
from services.metrics.handlers.folding import fold
from tests.integration.metrics.test_counts_once import copies
from tests.support import metrics_facts as made
from tests.support.metrics_network import TIMES, TODAY
from tests.support.servers import Database

HOUR = timedelta(hours=1)
PROMISE_HOURS = 72
LIVES = ((20, 0), (30, 24), (40, 48), (50, 0), (71, 24), (80, 0))
"""Hours until the answer without the waiting, and hours waited. Within one working week."""
KEPT = 5
"""Mailed an hour later: the last one alone after the promise."""
MEDIAN_HOURS = (40, 50)


def life(hours: int, waited: int) -> tuple[router.QuestionAnswered, notifier.QuestionPublished]:
    """As router and notifier announce it: the promise is put off by what was waited."""
    cut, partner, answer = made.facets(), made.name("bpi"), uuid4()
    answered_at = made.MONDAY + (hours + waited) * HOUR
    promise_at = made.MONDAY + (PROMISE_HOURS + waited) * HOUR
    answered = router.QuestionAnswered(
        answer_id=answer,
        assignment_id=uuid4(),
        partner=partner,
        text="Sostrate de Cnide.",
        answered_at=answered_at,
        promise_at=promise_at,
        waited_seconds=waited * 3600,
        waited_working_seconds=waited * 3600,
        facets=cut,
    )
    published = notifier.QuestionPublished(
        place="asker",
        way="mail",
        answer_id=answer,
        partner=partner,
        answered_at=answered_at,
        published_at=answered_at + HOUR,
        promise_at=promise_at,
        waited_seconds=waited * 3600,
        waited_working_seconds=waited * 3600,
        facets=cut,
    )
    return answered, published


async def counted(database: Database, lives: tuple[tuple[int, int], ...]) -> YearFigures:
    async with copies(database("metrics"), 1) as (one,):
        for hours, waited in lives:
            facts = (made.received(made.facets(), "bpi"), *life(hours, waited))
            await one.hear([made.event(fact) for fact in facts])
        await fold(one.pool, TIMES)
        return await year_figures.read(one.pool, 2026, today=max(TODAY, date(2026, 6, 30)))


async def test_promise_kept_and_median_leave_the_waiting_out(database: Database) -> None:
    figures = await counted(database, LIVES)
    median = figures.durations["answer_calendar"].median
    assert median is not None
    assert MEDIAN_HOURS[0] <= median / 3600 <= MEDIAN_HOURS[1]
    assert (figures.kept, figures.headlines["delivered"].n) == (KEPT, len(LIVES))


@pytest.mark.parametrize(
    "timed", ["answer_calendar", "answer_working", "deliver_calendar", "deliver_working"]
)
async def test_with_and_without_waiting_every_duration_is_the_same(database: Database, timed: str) -> None:
    lives = 2 * LIVES
    waited = (await counted(database, lives)).durations[timed]
    twice = (await counted(database, tuple((hours, 0) for hours, _ in lives))).durations[timed]
    assert tuple(2 * count for count in waited.counts) == twice.counts
    assert (waited.median, waited.ninetieth) == (twice.median, twice.ninetieth)

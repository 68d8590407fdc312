"""A reopened question goes on: who is asked since is told, and what is answered since reaches the asker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import UUID

import pytest

from services.contracts.vocabulary import Fact
from services.notifier.domain.outgoing import DeliveryAttempt
from tests.integration.notifier.test_any_order import QUESTION, hourly
from tests.support import notifier_facts as made
from tests.support.bench import Bench, bench
from tests.support.notifier_bench import SUBSCRIPTIONS, WAYS, Outside, send_all
from tests.support.servers import Database


@pytest.fixture
async def on(database: Database) -> AsyncIterator[Bench]:
    async with bench(database("notifier"), "notifier") as on:
        yield on


async def sent_of(on: Bench, life: list[Fact], *, at_once: bool = False) -> list[tuple[str, str | None]]:
    """What goes out of this life and to whom; `at_once`: nothing leaves before all of it has come."""
    outside = Outside()
    letters = [hourly(number, fact) for number, fact in enumerate(life)]
    for batch in [letters] if at_once else [[letter] for letter in letters]:
        await on.handling(SUBSCRIPTIONS).settle(batch)
        await send_all(on, dict.fromkeys(WAYS, outside))
    return [(one.kind, partner_of(one)) for one in outside.taken]


def partner_of(delivery: DeliveryAttempt) -> str | None:
    return delivery.assignment.partner if delivery.assignment else None


def answered_by_lyon(question: UUID, hours: int, *, name: str = "answer") -> Fact:
    at = made.MOMENT + timedelta(hours=hours)
    return made.answered(question, 2, "lyon", name=name, at=at, publish_consent=True)


@pytest.mark.parametrize("at_once", [False, True])
async def test_reopened_after_a_closing_the_next_partner_is_asked_and_its_answer_goes_out(
    on: Bench, at_once: bool
) -> None:
    life = [
        made.received(publish_consent=True),
        made.routed(QUESTION, 1, "bpi"),
        made.closed(),
        made.reopened(),
        made.routed(QUESTION, 2, "lyon", "mail"),
        answered_by_lyon(QUESTION, 5),
    ]
    sent = await sent_of(on, life, at_once=at_once)
    assert ("assigned", "lyon") in sent
    assert ("ended", "lyon") not in sent
    assert ("answer", None) in sent
    assert ("ended", "bpi") in sent
    assert await on.pool.fetchval("SELECT state FROM archive_entry") == "held"


async def test_reopened_after_an_answer_the_next_partner_is_asked_and_reminded(on: Bench) -> None:
    life = [
        made.received(),
        made.routed(QUESTION, 1, "bpi", "mail"),
        made.answered(QUESTION, at=made.MOMENT + timedelta(hours=2)),
        made.reopened(),
        made.routed(QUESTION, 2, "lyon", "mail"),
        made.reminded(QUESTION, 2, "lyon"),
    ]
    sent = await sent_of(on, life)
    assert [kind for kind, partner in sent if partner == "lyon"] == ["assigned", "reminder"]


async def test_reopened_and_nobody_left_the_coordinator_is_told(on: Bench) -> None:
    life = [made.received(), made.routed(QUESTION, 1), made.closed(), made.reopened(), made.unroutable()]
    assert ("unroutable", None) in await sent_of(on, life)


async def test_an_extended_promise_that_is_broken_again_is_told_again(on: Bench) -> None:
    extended = made.promise_broken(made.PROMISE + timedelta(days=1))
    life = [made.received(), made.routed(QUESTION, 1), made.promise_broken(), extended]
    sent = await sent_of(on, life)
    assert sorted(kind for kind, partner in sent if partner is None) == [
        "acknowledgement",
        "late",
        "late",
        "promise",
        "promise",
    ]


async def test_a_second_closing_is_told_the_asker_with_its_own_words(on: Bench) -> None:
    life = [made.received(), made.routed(QUESTION, 1), made.closed(), made.reopened(), made.closed()]
    assert [kind for kind, _ in await sent_of(on, life)].count("closed") == 2

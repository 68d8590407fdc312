"""What was given up and who is silenced is told to the workspace, and mended when a coordinator asks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import orjson
import pytest

from services.contracts import coordinator, topology
from services.contracts.notifier import AddressLifted, AddressSilenced, DeliveryResumed
from services.contracts.vocabulary import Fact
from services.notifier.entrypoints.requests import requests
from tests.integration.notifier.test_silences import DESK, silence
from tests.support.bench import Bench, bench
from tests.support.notifier_archive import request_of
from tests.support.notifier_bench import KEYS, OUTCOMES, RULES, SUBSCRIPTIONS
from tests.support.servers import Database

NOBODY = UUID(int=0)


async def ask(on: Bench, *wishes: coordinator.CoordinatorRequest) -> list[dict[str, Any]]:
    """The receipts."""
    handling = on.handling(SUBSCRIPTIONS, {topology.COORDINATOR: requests(RULES, OUTCOMES, KEYS)})
    await handling.settle([request_of(wish) for wish in wishes])
    rows = await on.pool.fetch(
        "SELECT body FROM outbox WHERE exchange = $1 AND routing_key LIKE 'coordinator.%' ORDER BY id",
        topology.PARTNERS,
    )
    return [orjson.loads(row["body"])["data"] for row in rows]


async def announced(on: Bench, kind: type[Fact]) -> list[Any]:
    return [event.data for event in await on.announced() if isinstance(event.data, kind)]


async def test_a_silence_is_told_once_by_its_library_and_never_by_its_address(database: Database) -> None:
    async with bench(database("notifier"), "notifier") as on:
        await silence(on)
        await silence(on)
        [fact] = await announced(on, AddressSilenced)
        body = fact.model_dump_json().lower()
    assert (fact.library, fact.status) == ("bpi", "5.1.1")
    assert DESK.lower() not in body


async def test_it_is_lifted_when_that_is_asked_and_the_second_time_refused(database: Database) -> None:
    async with bench(database("notifier"), "notifier") as on:
        await silence(on)
        [fact] = await announced(on, AddressSilenced)
        wish = coordinator.LiftRequested(by="Claire", name=fact.name)
        receipts = await ask(on, wish, wish)
        assert [one.name for one in await announced(on, AddressLifted)] == [fact.name]
        assert await on.pool.fetchval("SELECT count(*) FROM silenced_address") == 0
    assert [one.get("code") for one in receipts] == [None, "nothing_silenced"]


@pytest.mark.parametrize("state", ["given_up", "waiting"])
async def test_what_was_given_up_waits_again_when_that_is_asked(database: Database, state: str) -> None:
    async with bench(database("notifier"), "notifier") as on:
        await silence(on)
        delivery = await on.pool.fetchval("UPDATE delivery SET state = $1 RETURNING id", state)
        receipts = await ask(on, coordinator.RetryRequested(by="Claire", delivery_id=delivery))
        resumed = [one.delivery_id for one in await announced(on, DeliveryResumed)]
        assert await on.pool.fetchval("SELECT state FROM delivery WHERE id = $1", delivery) == "waiting"
    assert resumed == ([delivery] if state == "given_up" else [])
    assert [one.get("code") for one in receipts] == ([None] if resumed else ["nothing_failed"])


async def test_who_is_silenced_is_told_again_by_the_same_name(database: Database) -> None:
    async with bench(database("notifier"), "notifier") as on:
        await silence(on)
        await ask(on, coordinator.OutgoingListRequested(by="workspace rebuild"))
        first, again = await announced(on, AddressSilenced)
    assert first == again

"""The directory is told to the workspace, whoever changed it, and changed when a coordinator asks."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from services.contracts import coordinator
from services.contracts.router import PartnerChanged
from services.router.handlers import directory
from tests.integration.router.test_requests import asks, receipts
from tests.support.router_network import Network, library, network
from tests.support.servers import Database

NOBODY = UUID(int=0)
DIJON, LYON = library("dijon"), library("lyon")


async def told(net: Network) -> list[PartnerChanged]:
    async with net.bench.transactions.begin() as unit:
        await directory.tell(unit)
    return await net.announced(PartnerChanged)


async def change(net: Network, fields: dict[str, Any], version: int | None = None) -> dict[str, Any]:
    wish = coordinator.PartnerChangeRequested(by="Claire", partner="lyon", fields=fields, version=version)
    await net.settle([asks(wish, NOBODY)])
    return (await receipts(net))[-1]


async def test_every_change_is_told_once_whoever_made_it(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        first = await told(net)
        assert await told(net) == first
        await net.import_partners([library("dijon", capacity_per_week=3)])
        later = (await told(net))[len(first) :]
    assert {(one.partner, one.actor, one.before) for one in first} == {
        ("dijon", "test", None),
        ("lyon", "test", None),
    }
    assert [(one.partner, (one.after or {}).get("capacity_per_week")) for one in later] == [
        ("dijon", 3),
        ("lyon", None),
    ]
    assert later[1].after is None


async def test_a_change_that_was_asked_for_is_effective_and_told_with_its_hand(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        closed = [{"first": "2026-11-23", "last": "2026-12-23"}]
        done = await change(net, {"closures": closed, "languages": ["fr", "ar"]})
        assert done["key"] == "coordinator.request.done.v1"
        question = await net.ask()
        held = await net.value("SELECT partner FROM assignment WHERE question = $1", question)
        last = (await told(net))[-1]
    assert held == "dijon"
    assert (last.actor, last.after and last.after["closures"]) == ("Claire", closed)


@pytest.mark.parametrize(
    ("fields", "field", "value"),
    [
        ({"time_zone": "Europe/Lyon"}, "time_zone", "Europe/Lyon"),
        ({"hours": {"mon": ["18:00-9:00"]}}, "hours", "{'mon': ['18:00-9:00']}"),
        ({"nonsense": 1}, "nonsense", "1"),
        ({"name": ""}, "name", None),
        ({"id": "other"}, "id", "other"),
        ({"email": "nobody"}, "email", "nobody"),
        ({"reach": {"way": "mail", "address": "x"}}, "reach", "{'way': 'mail', 'address': 'x'}"),
        (
            {"reach": {"way": "webhook", "address": "bm.example"}},
            "reach",
            "{'way': 'webhook', 'address': 'bm.example'}",
        ),
    ],
)
async def test_what_no_record_may_say_is_refused_with_field_and_value(
    database: Database, fields: dict[str, Any], field: str, value: str | None
) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        before = await net.value("SELECT record FROM partner WHERE id = 'lyon'")
        receipt = await change(net, fields)
        assert await net.value("SELECT record FROM partner WHERE id = 'lyon'") == before
    assert (receipt["code"], receipt["field"], receipt.get("value")) == ("faulty_field", field, value)


async def test_two_who_change_the_same_library_do_not_undo_each_other(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        version = await net.value("SELECT version FROM partner WHERE id = 'lyon'")
        await change(net, {"capacity_per_week": "5"}, version)
        receipt = await change(net, {"capacity_per_week": "50"}, version)
    assert receipt["code"] == "changed_meanwhile"


async def test_a_workspace_that_begins_from_nothing_is_told_all_of_it(database: Database) -> None:
    async with network(database("router"), [DIJON, LYON]) as net:
        before = await told(net)
        await net.settle([asks(coordinator.DirectoryRequested(by="workspace"), NOBODY)])
        assert (await told(net))[len(before) :] == before

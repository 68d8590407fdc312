"""What a partner's program says before this copy of ingest has heard that it is asked."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from uuid_utils.compat import uuid7

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts import topology
from services.contracts.ingest import (
    AdditionReceived,
    AnswerReceived,
    ClarificationRequested,
    QuestionDeclined,
    QuestionTaken,
)
from services.contracts.router import FollowUpRouted
from services.contracts.vocabulary import Fact, PartnerName, Reach
from services.ingest.entrypoints.mail.quarantine_metrics import quarantine_metrics
from services.ingest.handlers import askers
from services.ingest.handlers.facts import early
from services.ingest.store.access import partner_access
from tests.integration.ingest.test_partner_api import bearer
from tests.integration.ingest.test_partner_events import asked, cloud, send
from tests.support.bench import MOMENT
from tests.support.ingest_doors import FACETS, Ingest, answered_by, hears, ingest, ingest_at, routed_to
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

KEPT = "SELECT count(*) FROM early_submission"
KEY = "partner.lyon.answer.submitted.v1"
ANSWER = {"text": "Au bord du Rhône."}


class LaterClock:
    """So much later than it is."""

    def __init__(self) -> None:
        self.ahead = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def answer(question: UUID, **attributes: Any) -> dict[str, Any]:
    return cloud("answer.submitted.v1", ANSWER, subject=str(question), **attributes)


async def no_longer_kept(door: Ingest) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        while True:
            if not await door.fetchval(KEPT):
                return
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(
    ("kind", "data", "fact"),
    [
        ("answer", ANSWER, AnswerReceived),
        ("decline", {"reason": "Fermée."}, QuestionDeclined),
        ("take", {}, QuestionTaken),
        ("clarification", {"text": "Quel moulin ?"}, ClarificationRequested),
    ],
)
async def test_what_comes_before_the_routed_fact_is_taken_with_it(
    database: Database, vhost: VirtualHost, kind: str, data: dict[str, Any], fact: type[Fact]
) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door)
        await send(door, "lyon", cloud(f"{kind}.submitted.v1", data, subject=str(question)))
        assert (await door.announced(fact), await door.told("lyon")) == ([], [])
        await hears(door, question, routed_to("grenoble"))
        assert await door.told("lyon") == []
        await hears(door, question, routed_to("lyon"))
        (taken,) = await door.announced(fact)
        (told,) = await door.told("lyon")
        assert await door.fetchval(KEPT) == 0
    assert (taken.subject, taken.data.model_dump()["partner"]) == (question, "lyon")
    assert (told["type"], told["data"]["taken_for"]) == ("submission.accepted.v1", kind)


async def test_by_http_who_is_too_early_waits_and_reads_that_it_is_in(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question, key = await asked(door), await bearer(door, "lyon")
        path, once = f"/api/v1/questions/{question}", {**key, "idempotency-key": "1"}
        early_ones = [
            asyncio.create_task(door.http.post(f"{path}/takes", headers=once)),
            asyncio.create_task(door.http.post(f"{path}/answers", json=ANSWER, headers=once)),
            asyncio.create_task(door.http.post(f"{path}/answers", json=ANSWER, headers=once)),
        ]
        await hears(door, question, routed_to("grenoble"))
        assert not any(one.done() for one in early_ones)
        await hears(door, question, routed_to("lyon"))
        answered = await asyncio.gather(*early_ones)
        assert len(await door.announced(AnswerReceived)) == len(await door.announced(QuestionTaken)) == 1
    assert [one.status_code for one in answered] == [202] * 3
    assert sorted(one.json()["again"] for one in answered[1:]) == [False, True]


async def test_what_waits_is_counted_with_its_age(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door)
        await send(door, "lyon", answer(question))
        families = await quarantine_metrics(door.running.chassis.pool, 1)()
    values = {sample.name: sample.value for family in families for sample in family.samples}
    assert values["sesame_ingest_early_submissions"] == 1
    assert values["sesame_ingest_early_oldest_seconds"] > 0


async def test_an_addition_before_the_follow_up_is_routed_is_taken_with_it(
    database: Database, vhost: VirtualHost
) -> None:
    follow_up = FollowUpRouted(
        assignment_id=uuid7(),
        follow_up_id=uuid7(),
        partner=PartnerName(id="lyon", name="Lyon"),
        reach=Reach(way="mail", address="desk@bib.example"),
        attempt=2,
        due_at=MOMENT,
        promise_at=MOMENT,
        facets=FACETS,
    )
    async with ingest(database, vhost) as door:
        question = await asked(door)
        await hears(door, question, routed_to("grigny"), answered_by("grigny"))
        await send(door, "lyon", cloud("addition.submitted.v1", ANSWER, subject=str(question)))
        assert await door.told("lyon") == []
        await hears(door, question, follow_up)
        assert len(await door.announced(AdditionReceived)) == 1


async def test_in_binary_mode_it_is_kept_whole(database: Database, vhost: VirtualHost) -> None:
    headers = {
        "cloudEvents:specversion": "1.0",
        "cloudEvents:id": "7",
        "cloudEvents:source": b"/desk",
        "cloudEvents:type": "answer.submitted.v1",
    }
    async with ingest(database, vhost) as door:
        question = await asked(door)
        letter = IncomingMessage(
            topology.INBOX,
            KEY,
            "application/json",
            "m",
            b'{"text": "L\xc3\xa0."}',
            headers | {"cloudEvents:subject": str(question)},
        )
        async with door.running.chassis.begin(question) as unit:
            unit.again(letter)
        assert await door.fetchval(KEPT) == 1
        await hears(door, question, routed_to("lyon"))
        (taken,) = await door.announced(AnswerReceived)
    assert taken.data.text == "Là."


async def test_never_asked_it_is_refused_after_its_term_with_the_same_reason(
    database: Database, vhost: VirtualHost
) -> None:
    clock = LaterClock()
    async with ingest_at(clock, database, vhost) as door:
        question = await asked(door)
        await send(door, "lyon", answer(question, id="b"))
        clock.ahead = early.TERM
        await no_longer_kept(door)
        (told,) = await door.told("lyon")
        assert await door.announced(AnswerReceived) == []
    assert told["type"] == "submission.refused.v1"
    assert (told["data"]["code"], told["data"]["field"]) == ("unknown_question", "subject")
    assert "was asked of you, or not yet" in told["data"]["reason"]
    assert told["data"]["original_id"] == "b"


async def test_of_an_unknown_or_withdrawn_question_it_is_refused_at_once(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        withdrawn = await asked(door)
        async with door.running.chassis.begin(withdrawn) as unit:
            await askers.withdraw(unit, withdrawn)
        for question in (uuid4(), withdrawn):
            await send(door, "lyon", answer(question, id=str(question)))
        told = await door.told("lyon")
        assert await door.fetchval(KEPT) == 0
    assert [one["data"]["code"] for one in told] == ["unknown_question"] * 2


async def test_the_same_twice_is_one_answer_and_told_twice(database: Database, vhost: VirtualHost) -> None:
    """As after a kill between commit and acknowledgement: the broker brings it again."""
    async with ingest(database, vhost) as door:
        question = await asked(door)
        for _ in range(2):
            await send(door, "lyon", answer(question))
        routed = routed_to("lyon")
        await hears(door, question, routed)
        await hears(door, question, routed)
        await send(door, "lyon", answer(question))
        assert len(await door.announced(AnswerReceived)) == 1
        assert [one["type"] for one in await door.told("lyon")] == ["submission.accepted.v1"] * 3


async def test_a_partner_suspended_meanwhile_is_not_heard_and_what_it_sent_is_not_lost(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door)
        await send(door, "lyon", answer(question))
        async with door.running.chassis.begin() as unit:
            await partner_access.suspend(unit.db, "lyon", unit.now)
        await hears(door, question, routed_to("lyon"))
        assert await door.announced(AnswerReceived) == []
        dead = "SELECT headers FROM outbox WHERE exchange = $1"
        assert "partner.lyon.answer.submitted.v1" in await door.fetchval(dead, topology.DEAD)
        noted = "SELECT count(*) FROM asked WHERE partner = 'lyon'"
        assert await door.fetchval(noted) == 1


async def test_no_program_fills_the_table_at_its_neighbours_cost(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door)
        async with door.running.chassis.begin(question) as unit:
            for number in range(early.MOST_OF_ONE + 2):
                body = json.dumps(answer(question, id=str(number))).encode()
                unit.again(IncomingMessage(topology.INBOX, KEY, "application/json", "m", body))
        assert await door.fetchval(KEPT) == early.MOST_OF_ONE
        assert [one["data"]["code"] for one in await door.told("lyon")] == ["unknown_question"] * 2
        await send(door, "nantes", answer(question))
        assert await door.fetchval(KEPT) == early.MOST_OF_ONE + 1


async def test_with_its_asker_what_waits_is_forgotten(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door)
        await send(door, "lyon", answer(question))
        async with door.running.chassis.begin(question) as unit:
            await askers.erase(unit, question, "wish")
        assert await door.fetchval(KEPT) == 0

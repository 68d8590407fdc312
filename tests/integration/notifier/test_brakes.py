"""How much mail one may cause: to one mailbox, to all, to the coordinator. docs/abuse.md has the figures."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import pytest
from prometheus_client import CollectorRegistry

from services.contracts.vocabulary import Asker
from services.notifier.domain.delivery import Failed, Sent
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.handlers.brakes import MailBrakes
from services.notifier.handlers.delivery_metrics import DeliveryMetrics
from services.notifier.handlers.outcomes import Outcomes
from services.notifier.sending.coordinator import QUARTER, CoordinatorMail
from services.notifier.store import claims, deliveries
from tests.support import notifier_facts as made
from tests.support.bench import Bench, bench, letter_of
from tests.support.notifier_bench import COORDINATOR, SUBSCRIPTIONS
from tests.support.servers import Database

KEYS = (b"a key of sixteen letters and more",)
LEASE = timedelta(seconds=30)


@pytest.fixture
async def on(database: Database) -> AsyncIterator[Bench]:
    async with bench(database("notifier"), "notifier") as on:
        yield on


async def acknowledged(on: Bench, addresses: Sequence[str]) -> None:
    """One question each, routed: an acknowledgement waits."""
    questions = [(uuid4(), address) for address in addresses]
    letters = [
        letter_of(fact, question)
        for question, address in questions
        for fact in (made.received(asker=Asker(mail=address)), made.routed(question))
    ]
    await on.handling(SUBSCRIPTIONS).settle(letters)


async def sending(on: Bench, brakes: MailBrakes, later: timedelta = timedelta()) -> list[DeliveryAttempt]:
    """What a worker would send, noted as sent."""
    async with on.transactions.begin() as unit:
        unit.now += later
        due = await claims.claim(unit.db, "mail", unit.now, 1000, LEASE)
        going = await brakes.let_through(unit, due)
        await deliveries.sent(unit.db, [one.id for one in going], [None] * len(going), unit.now)
    return going


def brakes(per_mailbox: int = 3, per_hour: int = 600) -> MailBrakes:
    return MailBrakes(KEYS, DeliveryMetrics(CollectorRegistry()), per_mailbox, per_hour)


def braked(brakes: MailBrakes, which: str) -> float:
    [family] = brakes.metrics.braked.collect()
    return sum(
        one.value for one in family.samples if one.labels["brake"] == which and one.name.endswith("_total")
    )


async def test_a_mailbox_gets_three_acknowledgements_a_day_whatever_its_tag_and_case(on: Bench) -> None:
    addresses = [
        "Victim@mail.example",
        "victim@MAIL.example",
        *(f"victim+{n}@mail.example" for n in range(8)),
    ]
    await acknowledged(on, addresses)
    brake = brakes()
    assert len(await sending(on, brake)) == 3
    assert braked(brake, "mailbox") == 7
    await acknowledged(on, ["victim@mail.example", "other@mail.example"])
    assert [one.destination for one in await sending(on, brake)] == ["other@mail.example"]
    await acknowledged(on, ["victim@mail.example"])
    assert len(await sending(on, brake, timedelta(hours=25))) == 1


async def test_over_the_hour_of_the_network_mail_waits_and_is_sent_then(on: Bench) -> None:
    await acknowledged(on, [f"{n}@mail.example" for n in range(10)])
    brake = brakes(per_hour=4)
    assert len(await sending(on, brake)) == 4
    assert braked(brake, "network") == 6
    assert await sending(on, brake, timedelta(minutes=6)) == []
    assert len(await sending(on, brake, timedelta(minutes=70))) == 4


async def test_what_is_tried_again_counts_once(on: Bench) -> None:
    await acknowledged(on, ["victim@mail.example"] * 3)
    brake = brakes()
    for later in range(4):
        async with on.transactions.begin() as unit:
            unit.now += timedelta(minutes=later)
            due = await claims.claim(unit.db, "mail", unit.now, 100, LEASE)
            assert len(await brake.let_through(unit, due)) == 3


class Mailbox:
    """The coordinator's; `down` times it does not take a mail."""

    def __init__(self, down: int = 0) -> None:
        self.mails: list[list[UUID]] = []
        self.down = down

    async def send_together(self, notes: Sequence[DeliveryAttempt]) -> Sent | Failed:
        assert {one.destination for one in notes} == {COORDINATOR}
        if self.down:
            self.down -= 1
            return Failed("away")
        self.mails.append([one.question.id for one in notes])
        return Sent()


async def unroutable(on: Bench, number: int) -> None:
    questions = [uuid4() for _ in range(number)]
    facts = [
        letter_of(fact, one) for one in questions for fact in (made.received(asker=None), made.unroutable())
    ]
    await on.handling(SUBSCRIPTIONS).settle(facts)


def telling(on: Bench, mailbox: Mailbox, rest: timedelta = QUARTER) -> CoordinatorMail:
    outcomes = Outcomes(COORDINATOR, DeliveryMetrics(CollectorRegistry()))
    begin = on.transactions.begin
    return CoordinatorMail(begin, mailbox, outcomes, brakes(), attempt_seconds=30, lease=LEASE, rest=rest)


async def put_back(on: Bench, by: timedelta) -> None:
    """As if what was sent had been sent so much earlier."""
    moment: datetime = await on.pool.fetchval("SELECT max(done_at) FROM delivery")
    await on.pool.execute("UPDATE delivery SET done_at = $1 WHERE state = 'sent'", moment - by)


async def test_coordinator_hears_of_all_in_one_mail_a_quarter_of_an_hour(on: Bench) -> None:
    mailbox = Mailbox()
    await unroutable(on, 86)
    await telling(on, mailbox).send()
    await unroutable(on, 5)
    for _ in range(3):
        await telling(on, mailbox).send()
    assert [len(mail) for mail in mailbox.mails] == [86]
    await put_back(on, QUARTER)
    await telling(on, mailbox).send()
    assert [len(mail) for mail in mailbox.mails] == [86, 5]


async def test_what_the_coordinators_server_did_not_take_comes_with_the_next(on: Bench) -> None:
    mailbox = Mailbox(down=1)
    await unroutable(on, 2)
    await telling(on, mailbox).send()
    await unroutable(on, 1)
    await telling(on, mailbox).send()
    assert mailbox.mails == []
    await on.pool.execute("UPDATE delivery SET next_at = decided_at WHERE state = 'waiting'")
    await telling(on, mailbox).send()
    assert [len(mail) for mail in mailbox.mails] == [3]

"""Whoever had a question hears once that it is theirs no more, and why; what they wrote comes back."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import timedelta

import pytest

from services.contracts import ingest
from services.contracts.notifier import AssignmentEnded
from services.contracts.vocabulary import Fact
from services.notifier.domain.kinds import DeliveryKind
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.sending.senders.partner_events import FACTS
from tests.integration.notifier.test_any_order import QUESTION, hourly
from tests.support import notifier_facts as made
from tests.support.bench import Bench, bench
from tests.support.notifier_bench import SUBSCRIPTIONS, WAYS, Outside, send_all
from tests.support.servers import Database

ASKED = [made.received(), made.routed(QUESTION, 1, "bpi", "queue")]
FOLLOWED_UP = [
    *ASKED,
    made.answered(QUESTION, at=made.MOMENT + timedelta(hours=1)),
    made.written(QUESTION, 1),
    made.follow_up_routed(QUESTION, 1, 2, "bpi", "queue"),
]
WITHDRAWN = ingest.QuestionWithdrawn()

LIVES: Mapping[str, tuple[list[Fact], list[str]]] = {
    "closed": ([*ASKED, made.closed()], ["closed"]),
    "spam": ([*ASKED, made.spam()], ["closed"]),
    "withdrawn": ([*ASKED, WITHDRAWN], ["withdrawn"]),
    "no reply": ([*ASKED, made.paused(QUESTION), made.no_reply(QUESTION)], ["no_reply"]),
    "overdue": ([*ASKED, made.overdue(QUESTION)], ["overdue"]),
    "answered": (
        [*ASKED, made.answered(QUESTION, at=made.MOMENT + timedelta(hours=2))],
        ["answered"],
    ),
    "passed on": ([*ASKED, made.routed(QUESTION, 2, "lyon", "mail")], ["reassigned"]),
    "follow-up resolved": ([*FOLLOWED_UP, made.resolved(QUESTION, 2)], ["answered", "closed"]),
    "follow-up withdrawn": ([*FOLLOWED_UP, WITHDRAWN], ["answered", "withdrawn"]),
}


@pytest.fixture
async def on(database: Database) -> AsyncIterator[Bench]:
    async with bench(database("notifier"), "notifier") as on:
        yield on


async def sent_of(on: Bench, life: list[Fact]) -> list[DeliveryAttempt]:
    """What goes out of this life, each fact sent before the next is heard."""
    outside = Outside()
    for number, fact in enumerate(life):
        await on.handling(SUBSCRIPTIONS).settle([hourly(number, fact)])
        await send_all(on, dict.fromkeys(WAYS, outside))
    return outside.taken


@pytest.mark.parametrize("name", LIVES)
async def test_a_program_hears_of_each_of_its_assignments_once_how_it_ended(on: Bench, name: str) -> None:
    life, reasons = LIVES[name]
    told = [
        FACTS[one.kind](one, None)
        for one in await sent_of(on, life)
        if one.kind == DeliveryKind.ENDED and one.destination == "bpi"
    ]
    ended = [fact for fact in told if isinstance(fact, AssignmentEnded)]
    assert [fact.reason for fact in ended] == reasons
    assert len({fact.assignment_id for fact in ended}) == len(ended)


@pytest.mark.parametrize("end", [made.closed(), WITHDRAWN])
async def test_who_answers_a_question_that_is_over_reads_so_with_what_they_wrote(
    on: Bench, end: Fact
) -> None:
    late = made.refused(QUESTION).model_copy(
        update={"reason": "closed", "text": "Il était rue Croulebarbe.", "accepted_partner": None}
    )
    sent = await sent_of(on, [*ASKED, end, late])
    assert [one.details["text"] for one in sent if one.kind == DeliveryKind.REFUSED] == [
        "Il était rue Croulebarbe."
    ]


async def test_of_what_was_refused_nothing_goes_out_once_its_asker_is_erased(on: Bench) -> None:
    late = made.refused(QUESTION)
    sent = await sent_of(on, [*ASKED, ingest.AskerErased(reason="wish"), late])
    assert DeliveryKind.REFUSED not in {one.kind for one in sent}


@pytest.mark.parametrize("heard", ["first", "last"])
async def test_people_whose_time_is_over_read_one_mail_and_not_that_nothing_is_left_to_do(
    on: Bench, heard: str
) -> None:
    over = made.overdue(QUESTION)
    passed_on = made.routed(QUESTION, 2, "lyon", "queue").model_copy(
        update={"released": made.ended(QUESTION, 1, "bpi", "overdue")}
    )
    life = [over, passed_on] if heard == "first" else [passed_on, over]
    sent = await sent_of(on, [made.received(), made.routed(QUESTION, 1, "bpi", "mail"), *life])
    to_bpi = [one.kind for one in sent if one.assignment and one.assignment.partner == "bpi"]
    assert sorted(to_bpi) == [DeliveryKind.ASSIGNED, DeliveryKind.OVERDUE]

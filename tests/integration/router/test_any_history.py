"""Whatever happens to a handful of questions, what must hold of all of them holds."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.messaging.transaction import Unit
from services.contracts.ingest import (
    QuestionTaken,
    QuestionWithdrawn,
    ReopeningRequested,
    SpamReported,
    TakeWithdrawn,
)
from services.contracts.router import QuestionPaused, QuestionReopened, QuestionResumed, QuestionRouted
from services.router.domain.hours.calendars import Closure
from services.router.domain.partner import Partner
from services.router.domain.question.state_machine import ImpossibleMove
from services.router.entrypoints.timers import Timers
from services.router.handlers import coordinator
from services.router.handlers.coordinator import Actor, Refusal
from tests.support.router_network import (
    MONDAY,
    Network,
    OwnClock,
    adds,
    answer,
    asks_back,
    decline,
    library,
    network,
    writes,
)
from tests.support.servers import Database

NAMES = ("dijon", "lyon", "brest", "lille")
PARTNERS = [library(name, capacity_per_week=2) for name in NAMES]
ANNE = Actor("Anne")

EMPTY = """
TRUNCATE question, assignment, decision, history, load, inbox, outbox, waiting, partner;
UPDATE network SET book = NULL
"""

OPEN_TWICE = """
SELECT count(*) FROM (
    SELECT FROM assignment WHERE ended_at IS NULL GROUP BY question HAVING count(*) > 1
) AS held_twice
"""
LOADS_OFF = """
SELECT count(*) FROM load FULL JOIN (
    SELECT partner, count(*) AS held FROM assignment WHERE ended_at IS NULL GROUP BY partner
) AS open_ones USING (partner)
WHERE coalesce(load.open, 0) <> coalesce(open_ones.held, 0)
"""
LYING_ABOUT = """
SELECT count(*) FROM question
WHERE state <> 'followed_up' AND (state IN ('assigned', 'taken', 'waiting_for_asker')) <> EXISTS (
    SELECT FROM assignment WHERE question = question.id AND ended_at IS NULL
) OR state IN ('received', 'reopened')
"""
MACHINE_WENT_BACK = """
SELECT count(*) FROM decision JOIN assignment USING (question)
WHERE chosen = partner AND outcome IN ('declined', 'overdue') AND ended_at < decided_at
"""


@dataclass(frozen=True)
class Step:
    """One thing that happens; which question and which partner are drawn beforehand."""

    what: str
    question: int
    partner: str


WAITS_WRONGLY = """
SELECT count(*) FROM question
WHERE (state = 'waiting_for_asker') <> (asker_look_at IS NOT NULL)
    OR promise_at < coalesce(promised_at, promise_at)
"""
HEARD = (
    "answer",
    "decline",
    "take",
    "put back",
    "withdraw",
    "ask back",
    "ask back",
    "write",
    "write",
    "add",
    "ask again",
    "spam",
)
BY_HAND = ("assign", "take-back", "close", "reopen", "route", "resolve")
WHAT = ("ask", "ask", "wait", "wait", "shut", *HEARD, *BY_HAND)

STEPS = st.lists(
    st.builds(Step, st.sampled_from(WHAT), st.integers(0, 4), st.sampled_from(NAMES)), max_size=25
)


async def happen(net: Network, step: Step, asked: list[UUID]) -> None:
    if step.what == "ask":
        asked.append(await net.ask())
    elif step.what == "wait":
        net.clock.wait(timedelta(hours=9))
        await Timers(net.context, net.bench.pool, net.bench.transactions.begin, net.clock).fire()
    elif step.what == "shut":
        await net.import_partners([shut(partner, net, step) for partner in PARTNERS])
    elif step.question < len(asked):
        await to_one(net, step, asked[step.question])


def shut(partner: Partner, net: Network, step: Step) -> Partner:
    today: date = net.clock.moment.date()
    closure = Closure(today, today + timedelta(days=step.question * 2), "works")
    return replace(partner, closures=(closure,)) if partner.id == step.partner else partner


async def to_one(net: Network, step: Step, question: UUID) -> None:
    heard = {
        "answer": answer(step.partner),
        "decline": decline(step.partner),
        "take": QuestionTaken(partner=step.partner, way="page"),
        "put back": TakeWithdrawn(partner=step.partner, way="page"),
        "withdraw": QuestionWithdrawn(),
        "ask back": asks_back(step.partner),
        "write": writes("Celui de Bourgogne."),
        "add": adds(step.partner),
        "ask again": ReopeningRequested(reopening_id=uuid4(), text="Ce n'est pas cela.", way="page"),
        "spam": SpamReported(partner=step.partner, way="page"),
    }
    if step.what in heard:
        await net.tell(heard[step.what], question)
        return
    try:
        async with net.bench.transactions.begin(question) as unit:
            await by_hand(net, step, unit, question)
    except (ImpossibleMove, Refusal):
        return


async def by_hand(net: Network, step: Step, unit: Unit, question: UUID) -> None:
    if step.what == "assign":
        await coordinator.assign(net.context, unit, question, ANNE, step.partner)
    elif step.what == "close":
        await coordinator.close(net.context, unit, question, ANNE, "hors de notre champ")
    else:
        action = {
            "take-back": coordinator.take_back,
            "reopen": coordinator.reopen,
            "route": coordinator.route,
            "resolve": coordinator.resolve,
        }[step.what]
        await action(net.context, unit, question, ANNE)


@settings(max_examples=25)
@given(steps=STEPS)
async def test_no_question_is_held_twice_or_lies_about_and_loads_are_right(
    database: Database, steps: list[Step]
) -> None:
    async with network(database("router"), PARTNERS, clock=OwnClock(MONDAY), remind_open_hours=2) as net:
        await net.bench.pool.execute(EMPTY)
        await net.import_partners(PARTNERS)
        asked: list[UUID] = []
        for step in steps:
            await happen(net, step, asked)
        assert await net.bench.dead() == []
        for wrong in (OPEN_TWICE, LOADS_OFF, LYING_ABOUT, MACHINE_WENT_BACK, WAITS_WRONGLY):
            assert await net.value(wrong) == 0, wrong
        await quotas_hold(net)


TALK = st.lists(
    st.tuples(
        st.sampled_from(("wait", "wait", "ask back", "ask back", "write", "write", "answer", "reopen")),
        st.integers(1, 60),
    ),
    max_size=20,
)
HOUR = timedelta(hours=1)
PROMISE_HOURS = 24
STILL = "SELECT state = 'waiting_for_asker' FROM question WHERE id = $1"
HAS_IT = "SELECT partner FROM assignment WHERE question = $1 AND ended_at IS NULL"
PROMISED = "SELECT promise_at FROM question WHERE id = $1"


@settings(max_examples=40)
@given(steps=TALK)
async def test_the_promise_is_as_counted_by_hand_after_any_waiting_and_reopening(
    database: Database, steps: list[tuple[str, int]]
) -> None:
    """And no due time lies beyond it, while it stands."""
    async with network(
        database("router"), PARTNERS, clock=OwnClock(MONDAY), promise_hours=PROMISE_HOURS
    ) as net:
        await net.bench.pool.execute(EMPTY)
        await net.import_partners(PARTNERS)
        question = await net.ask()
        for what, hours in steps:
            await talk(net, question, what, hours)
            if await net.value(STILL, question):
                continue
            promise_at = await net.value(PROMISED, question)
            assert promise_at == await by_hand_counted(net, question)
            due = "SELECT due_at FROM assignment WHERE question = $1 AND ended_at IS NULL"
            due_at = await net.value(due, question)
            assert due_at is None or due_at <= promise_at or promise_at <= net.clock.moment
        assert await net.bench.dead() == []


async def talk(net: Network, question: UUID, what: str, hours: int) -> None:
    partner = await net.value(HAS_IT, question)
    if what == "wait":
        net.clock.wait(hours * HOUR)
        await Timers(net.context, net.bench.pool, net.bench.transactions.begin, net.clock).fire()
    elif what == "write":
        await net.tell(writes("Celui de Bourgogne."), question)
    elif what == "reopen":
        try:
            async with net.bench.transactions.begin(question) as unit:
                await coordinator.reopen(net.context, unit, question, ANNE)
        except (ImpossibleMove, Refusal):
            return
    elif partner is not None:
        await net.tell(asks_back(partner) if what == "ask back" else answer(partner), question)


async def by_hand_counted(net: Network, question: UUID) -> datetime:
    """Hour after hour from when it was asked, or asked again last: each counts if it is of a working day and
    not waited in."""
    moment, left, waits, since = MONDAY, PROMISE_HOURS, list[tuple[datetime, datetime]](), None
    for event in await net.events(question):
        match event.data:
            case QuestionPaused():
                since = since or event.data.asked_at
            case QuestionResumed() if since is not None:
                waits.append((since, event.time))
                since = None
            case QuestionReopened():
                moment, since = event.time, None
    while left:
        waited = any(began <= moment < ended for began, ended in waits)
        left -= int(not waited and bool(net.context.working_days.between(moment, moment + HOUR)))
        moment += HOUR
    return moment


async def quotas_hold(net: Network) -> None:
    """In one week the machine gave nobody more than it takes; a person may."""
    given: dict[tuple[str, date], int] = {}
    for event in await net.events():
        if isinstance(event.data, QuestionRouted) and event.data.reasons[0].code != "manual":
            week = event.time.date() - timedelta(days=event.time.weekday())
            key = (event.data.partner.id, week)
            given[key] = given.get(key, 0) + 1
    assert max(given.values(), default=0) <= 2

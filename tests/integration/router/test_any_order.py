"""Any order and any duplication of the router's input events ends in the same state and the same facts."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts.ingest import AskerErased, QuestionFollowedUp, QuestionTaken, QuestionWithdrawn
from services.contracts.router import (
    AnswerAdded,
    AnswerCorrected,
    AnswerRefused,
    QuestionAnswered,
    QuestionClosed,
    QuestionPaused,
    QuestionRouted,
)
from services.contracts.vocabulary import Fact
from tests.support.bench import letter_of
from tests.support.router_network import (
    MONDAY,
    Network,
    adds,
    answer,
    asks_back,
    decline,
    library,
    network,
    received,
    writes,
)
from tests.support.servers import Database

CHAIN = ("dijon", "lyon", "brest", "lille")
"""In the order in which they are asked: by strength alone, for load and fairness weigh nothing here."""

PARTNERS = [library(name, subjects={"histoire": 5 - rank}) for rank, name in enumerate(CHAIN)]
ONLY_MERIT: dict[str, Any] = {"weights": {"load": 0, "fairness": 0}}

EMPTY = """
TRUNCATE question, assignment, decision, history, load, inbox, outbox, waiting;
UPDATE network SET book = NULL
"""
STATE = """
SELECT state, accepted_partner, text, learned,
    (SELECT array_agg(partner || ' ' || coalesce(outcome, 'open') ORDER BY attempt)
     FROM assignment WHERE question = question.id) AS asked
FROM question WHERE id = $1
"""
LOADS = "SELECT partner, asked, open FROM load ORDER BY partner"

TRIED = settings(max_examples=60)


@st.composite
def lives(draw: st.DrawFn) -> list[Fact]:
    """One question: some decline, perhaps one takes and answers it, the asker writes again or is erased."""
    declines = draw(st.integers(0, 3))
    facts: list[Fact] = [received(MONDAY, subject="histoire"), *map(decline, CHAIN[:declines])]
    if draw(st.booleans()):
        facts.append(QuestionTaken(partner=CHAIN[declines], way="page"))
    if draw(st.booleans()):
        facts.append(answer(CHAIN[declines], subject="arts"))
    if draw(st.booleans()):
        facts.append(QuestionFollowedUp(follow_up_id=uuid4(), text="J'ai oublié l'année : 1832.", way="mail"))
    if draw(st.booleans()):
        facts.append(AskerErased(reason="wish"))
    return facts


@st.composite
def histories(draw: st.DrawFn) -> tuple[list[IncomingMessage], list[list[IncomingMessage]]]:
    """Letters of up to three questions in natural order; and shuffled, doubled and cut in batches."""
    letters = [
        letter_of(fact, question)
        for question, facts in ((uuid4(), draw(lives())) for _ in range(draw(st.integers(1, 3))))
        for fact in facts
    ]
    doubled = letters + draw(st.lists(st.sampled_from(letters), max_size=4))
    shuffled = draw(st.permutations(doubled))
    cut = draw(st.integers(1, len(shuffled)))
    return letters, [shuffled[at : at + cut] for at in range(0, len(shuffled), cut)]


async def outcome(net: Network, batches: list[list[IncomingMessage]]) -> Any:
    """State and facts after these batches, but for the ids that are made anew each time."""
    await net.bench.pool.execute(EMPTY)
    for batch in batches:
        await net.settle(batch)
    events = await net.events()
    facts = [(event.subject, event.type, _nameless(event.data)) for event in events]
    questions = sorted({event.subject for event in events})
    states = [tuple(await net.bench.pool.fetchrow(STATE, question) or ()) for question in questions]
    loads = [tuple(row) for row in await net.bench.pool.fetch(LOADS)]
    return questions, states, loads, sorted(facts, key=repr)


def _nameless(fact: Fact) -> str:
    told = fact.model_dump(mode="json", exclude_none=True)
    told.pop("assignment_id", None)
    if "released" in told:
        told["released"].pop("assignment_id")
    return repr(told)


@TRIED
@given(history=histories())
async def test_any_order_ends_in_the_same_state_and_facts(
    database: Database, history: tuple[list[IncomingMessage], list[list[IncomingMessage]]]
) -> None:
    letters, batches = history
    async with network(database("router"), PARTNERS, **ONLY_MERIT) as net:
        natural = await outcome(net, [[letter] for letter in letters])
        assert await outcome(net, batches) == natural
        assert await net.bench.dead() == []


def talk() -> list[tuple[Fact, int]]:
    """A library asks back twice, answers, is asked more, adds and corrects; with the minute of each."""
    return [
        (received(MONDAY, subject="histoire"), 0),
        (asks_back("dijon"), 10),
        (writes("Celui de Bourgogne."), 300),
        (asks_back("dijon"), 400),
        (writes("En 1832."), 1000),
        (answer("dijon"), 1100),
        (writes("Et le plan d'après ?"), 2000),
        (adds("dijon"), 2100),
        (adds("dijon", corrects=True), 2200),
    ]


CONVERSED = """
SELECT state, promise_at, accepted_partner, conversation::text FROM question WHERE id = $1
"""


@TRIED
@given(data=st.data())
async def test_a_conversation_in_any_order_stops_the_clocks_alike(
    database: Database, data: st.DataObject
) -> None:
    """What is said to the asker and how long they are waited for; what a library asks back
    comes before its answer, for it has the question no more after that."""
    question = uuid4()
    letters = [letter_of(fact, question, time=MONDAY + timedelta(minutes=minute)) for fact, minute in talk()]
    doubled = data.draw(st.lists(st.sampled_from(letters), max_size=4))
    before, after = letters[1:5], letters[5:]
    shuffled = [
        letters[0],
        *data.draw(st.permutations(before)),
        *data.draw(st.permutations([*after, *doubled])),
    ]
    cut = data.draw(st.integers(1, len(shuffled)))
    async with network(database("router"), PARTNERS, **ONLY_MERIT) as net:
        ends = []
        for batches in (
            [[letter] for letter in letters],
            [shuffled[at : at + cut] for at in range(0, len(shuffled), cut)],
        ):
            await net.bench.pool.execute(EMPTY)
            for batch in batches:
                await net.settle(batch)
            row = await net.bench.pool.fetchrow(CONVERSED, question)
            assert row is not None
            said = {
                kind: sorted(fact.text for fact in await net.announced(kind, question))
                for kind in (QuestionPaused, QuestionAnswered, AnswerAdded, AnswerCorrected)
            }
            assert await net.announced(AnswerRefused, question) == []
            ends.append((row["state"], row["accepted_partner"], sums_of(row["conversation"]), said))
            assert await net.value("SELECT sum(open) FROM load") in (0, None)
        assert ends[0] == ends[1]
        assert await net.bench.dead() == []


def sums_of(conversation: str) -> list[tuple[str, str, str]]:
    """When it was waited for the asker."""
    asked = orjson.loads(conversation)["clarifications"]
    return sorted((one["asked_at"], str(one["ended_at"]), str(one["outcome"])) for one in asked)


@TRIED
@given(order=st.permutations(range(4)), cut=st.integers(1, 4))
async def test_of_competing_answers_one_counts_and_the_others_are_told_which(
    database: Database, order: list[int], cut: int
) -> None:
    """Which of two it is, the order decides, and nothing else can: the first was announced."""
    question = uuid4()
    facts: list[Fact] = [
        received(MONDAY, subject="histoire"),
        decline("dijon"),
        answer("dijon"),
        answer("lyon"),
    ]
    letters = [letter_of(facts[number], question) for number in order]
    async with network(database("router"), PARTNERS, **ONLY_MERIT) as net:
        await outcome(net, [letters[at : at + cut] for at in range(0, 4, cut)])
        (answered,) = await net.announced(QuestionAnswered)
        (refused,) = await net.announced(AnswerRefused)
        routed = await net.announced(QuestionRouted)
    assert refused.accepted_answer_id == answered.answer_id != refused.answer_id
    assert answered.assignment_id in {fact.assignment_id for fact in routed}


@TRIED
@given(order=st.permutations(range(4)), cut=st.integers(1, 4))
async def test_a_withdrawn_question_ends_withdrawn_whatever_came_before_or_after(
    database: Database, order: list[int], cut: int
) -> None:
    """What was announced before the asker's wish stays said; after it nothing is routed or answered."""
    question = uuid4()
    facts: list[Fact] = [
        received(MONDAY, subject="histoire"),
        decline("dijon"),
        answer("lyon"),
        QuestionWithdrawn(),
    ]
    letters = [letter_of(facts[number], question) for number in order]
    async with network(database("router"), PARTNERS, **ONLY_MERIT) as net:
        await outcome(net, [letters[at : at + cut] for at in range(0, 4, cut)])
        said = [event.data for event in await net.events()]
        assert await net.value("SELECT state FROM question") == "withdrawn"
    (closed,) = [at for at, fact in enumerate(said) if isinstance(fact, QuestionClosed)]
    assert all(isinstance(fact, AnswerRefused) for fact in said[closed + 1 :])

"""Any order and any repetition of what the others announce ends in the same state, and announces nothing."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4, uuid5

from hypothesis import given, settings
from hypothesis import strategies as st

from services.chassis.messaging.incoming import IncomingMessage
from services.contracts.notifier import QuestionPublished, SimilarAnswer, SimilarFound
from services.contracts.router import QuestionClosed, QuestionReopened, QuestionRouted
from services.contracts.vocabulary import Fact, PartnerName
from services.ingest.entrypoints.subscriptions import SUBSCRIPTIONS
from tests.support.bench import MOMENT, Bench, bench, letter_of
from tests.support.ingest_doors import FACETS, answered_by, routed_to
from tests.support.servers import Database

PUBLISHED = QuestionPublished(
    place="archive",
    way="archive",
    answer_id=uuid4(),
    partner=PartnerName(id="grigny", name="Grigny"),
    url="https://sesame.example/archive/1",
    answered_at=MOMENT,
    published_at=MOMENT,
    promise_at=MOMENT,
    facets=FACETS,
)
SIMILAR = SimilarFound(
    assignment_id=uuid4(),
    partner=PartnerName(id="grigny", name="Grigny"),
    similar=tuple(SimilarAnswer(title=f"Moulins {n}", url=f"https://a.example/a/{n}") for n in (2, 1)),
)
LIFE: list[Fact] = [
    routed_to("lyon"),
    routed_to("grigny"),
    answered_by("grigny"),
    PUBLISHED,
    QuestionReopened(facets=FACETS),
    QuestionClosed(reason="duplicate", facets=FACETS),
    QuestionReopened(facets=FACETS),
    answered_by("lyon", at=MOMENT + timedelta(hours=7)),
    SIMILAR,
]

orders = st.permutations(range(len(LIFE))).flatmap(
    lambda order: st.lists(st.sampled_from(range(len(LIFE))), max_size=4).map(lambda again: [*order, *again])
)


def letters(question: UUID) -> list[IncomingMessage]:
    return [
        letter_of(own(fact, question), question, id_=f"{question}/{n}", time=MOMENT + timedelta(hours=n))
        for n, fact in enumerate(LIFE)
    ]


def own(fact: Fact, question: UUID) -> Fact:
    """An assignment belongs to one question."""
    if not isinstance(fact, QuestionRouted | SimilarFound):
        return fact
    return fact.model_copy(update={"assignment_id": uuid5(question, fact.partner.id)})


async def state(tried: Bench, question: UUID) -> list[Any]:
    """Everything the tables say of the question, but for the counter that only orders rows."""
    queries = (
        "SELECT partner, partner_name, digest, attempt, due_at, promise_at FROM asked"
        " WHERE question = $1 ORDER BY partner",
        "SELECT how, body, ended_at FROM ending WHERE question = $1",
        "SELECT url FROM archived WHERE question = $1",
        "SELECT title, url FROM offered WHERE question = $1 ORDER BY number",
    )
    return [[tuple(row) for row in await tried.pool.fetch(query, question)] for query in queries]


async def outcome(url: str, order: list[int], *, apart: bool) -> list[Any]:
    question = uuid4()
    async with bench(url, "ingest") as tried:
        handling = tried.handling(SUBSCRIPTIONS)
        come = [letters(question)[number] for number in order]
        for batch in [[letter] for letter in come] if apart else [come]:
            await handling.settle(batch)
        assert await tried.announced() == []
        assert await tried.dead() == []
        return await state(tried, question)


@settings(max_examples=25)
@given(order=orders, apart=st.booleans())
def test_any_order_and_any_repetition_ends_in_the_same_state(
    database: Database, order: list[int], apart: bool
) -> None:
    expected = asyncio.run(outcome(database("ingest"), list(range(len(LIFE))), apart=True))
    assert asyncio.run(outcome(database("ingest"), order, apart=apart)) == expected

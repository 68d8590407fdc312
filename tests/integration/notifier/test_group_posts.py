"""Answers for a group: told to the workspace with the text to paste, out when a person says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest

from services.contracts.coordinator import PostedRequested
from services.contracts.ingest import AnswerPosted, QuestionWithdrawn
from services.contracts.notifier import PostNoted, QuestionPublished
from services.contracts.vocabulary import Fact
from services.notifier.handlers import group_posts
from tests.integration.notifier.test_failures_told import announced
from tests.support import notifier_facts as made
from tests.support.notifier_archive import Archive, archive
from tests.support.servers import Database

STANDS = "https://group.example/7"


@pytest.fixture
async def here(database: Database) -> AsyncIterator[Archive]:
    async with archive(database) as here:
        yield here


WAITED = {"waited_seconds": 93_600.0, "waited_working_seconds": 46_800.0}


def life(question: UUID, answer: str = made.ANSWER) -> list[Fact]:
    asker = made.ASKER.model_copy(update={"mail": None, "post_url": STANDS})
    facets = made.FACETS.model_copy(update={"channel": "facebook_group"})
    answered = made.answered(question).model_copy(update={"facets": facets, "text": answer, **WAITED})
    return [made.received(asker=asker), answered]


async def noted(here: Archive) -> list[PostNoted]:
    """The latest word of each delivery."""
    await group_posts.tell(here.on.transactions.begin, here.outcomes, here.rules.wall)
    told: list[PostNoted] = await announced(here.on, PostNoted)
    latest = {one.delivery_id: one for one in sorted(told, key=lambda one: one.version)}
    return list(latest.values())


async def test_what_is_to_be_posted_is_told_with_its_text(here: Archive) -> None:
    question = uuid4()
    await here.hear(question, *life(question))
    [one] = await noted(here)
    assert one.text is not None
    assert "plan des moulins" in one.text
    assert one.url == STANDS


@pytest.mark.parametrize(
    ("said", "out"), [(None, STANDS), ("https://group.example/7#2", "https://group.example/7#2")]
)
async def test_what_stands_in_the_group_is_out_once(here: Archive, said: str | None, out: str) -> None:
    question = uuid4()
    await here.hear(question, *life(question))
    [one] = await noted(here)
    wish = PostedRequested(by="Claire", delivery_id=one.delivery_id, url=said)
    receipts = await here.ask(wish, wish)
    assert [receipt.get("code") for receipt in receipts] == [None, "nothing_to_post"]
    [published] = await announced(here.on, QuestionPublished)
    assert (published.way, published.url) == ("facebook_group", out)
    assert published.model_dump(include=set(WAITED)) == WAITED
    assert [one.text for one in await noted(here)] == [None]


async def test_what_is_no_address_is_refused_and_nothing_is_out(here: Archive) -> None:
    question = uuid4()
    await here.hear(question, *life(question))
    [one] = await noted(here)
    [receipt] = await here.ask(PostedRequested(by="Claire", delivery_id=one.delivery_id, url="javascript:1"))
    assert (receipt["code"], receipt["field"]) == ("faulty_field", "url")
    assert await announced(here.on, QuestionPublished) == []


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 0, 1), (2, 1, 0)])
async def test_answer_posted_at_a_librarys_desk_is_out(here: Archive, order: tuple[int, ...]) -> None:
    question = uuid4()
    facts = [*life(question), AnswerPosted(answer_id=made.part(question, "answer"), partner="bpi")]
    await here.hear(question, *(facts[number] for number in order))
    assert [one.text for one in await noted(here)] == [None]
    [published] = await announced(here.on, QuestionPublished)
    assert (published.way, published.url) == ("facebook_group", STANDS)


async def test_what_its_asker_takes_back_is_not_to_be_posted(here: Archive) -> None:
    question = uuid4()
    await here.hear(question, *life(question), QuestionWithdrawn())
    assert [one.text for one in await noted(here)] == [None]


async def test_what_the_wall_stops_is_never_shown(here: Archive) -> None:
    question = uuid4()
    await here.hear(question, *life(question, f"Vous écriviez : {made.NOTE}"))
    assert [one.text for one in await noted(here)] == [None]

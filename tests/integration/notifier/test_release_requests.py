"""The archive at the workspace: told as it changes, shown with its marks, released as is asked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.contracts import coordinator
from services.contracts.notifier import EntryNoted, EntryShown, QuestionPublished
from services.notifier.handlers import release_requests
from tests.integration.notifier.test_failures_told import announced, ask
from tests.support.notifier_archive import Archive, archive
from tests.support.servers import Database

MILLS = "Où se trouvaient les moulins de la Bièvre ? Odile Marchand, 06 12 34 56 78"
SOURCES = ("Atlas de Paris, 1878", "Entretien avec o.vaumont@brumal.example")
WORDS: dict[str, Any] = {
    "by": "Claire Dumas",
    "title": "Les moulins de la Bièvre",
    "question": "Où se trouvaient les moulins de la Bièvre ?",
    "answer": "Voir l’atlas.",
}


@pytest.fixture
async def here(database: Database) -> AsyncIterator[Archive]:
    async with archive(database) as here:
        yield here


async def states(here: Archive) -> list[str]:
    await release_requests.tell(here.on.transactions.begin)
    return [one.state for one in await announced(here.on, EntryNoted)]


async def test_what_waits_and_what_becomes_of_it_is_told_whoever_does_it(here: Archive) -> None:
    number = await here.number_of(await here.answered(MILLS))
    assert await states(here) == ["held"]
    await here.decide(number, "release", title="Les moulins", question="Où ?", answer="Là.")
    assert await states(here) == ["held", "published"]
    await ask(here.on, coordinator.EntryWithdrawRequested(by="Claire", number=number))
    assert await states(here) == ["held", "published", "withdrawn"]


async def test_every_text_is_shown_with_its_marks_and_without_them(here: Archive) -> None:
    number = await here.number_of(await here.answered(MILLS, sources=SOURCES))
    await ask(here.on, coordinator.EntryShowRequested(by="Claire", number=number))
    [shown] = await announced(here.on, EntryShown)
    texts = {(one.field, one.text): one for one in shown.texts}
    question = texts["question", MILLS]
    marked = [question.text[mark.start : mark.end] for mark in question.marks]
    assert "06 12 34 56 78" in marked
    assert "06 12" not in question.proposed
    assert texts["source", SOURCES[0]].proposed == SOURCES[0]
    assert "brumal" not in texts["source", SOURCES[1]].proposed


async def test_it_is_published_in_the_words_asked_for_and_under_their_name(here: Archive) -> None:
    number = await here.number_of(await here.answered(MILLS, sources=SOURCES))
    wish = coordinator.EntryReleaseRequested(number=number, sources=SOURCES[:1], **WORDS)
    receipts = await ask(here.on, wish, wish)
    assert [one.get("code") for one in receipts] == [None, "not_so_any_more"]
    assert len(await announced(here.on, QuestionPublished)) == 1
    page = (await here.reader.get(f"/a/{number}")).text
    assert "Les moulins de la Bièvre" in page
    assert "brumal" not in page
    by = await here.on.pool.fetchval("SELECT released_by FROM archive_entry")
    assert by == "Claire Dumas"


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"answer": " "}, "emptied_field"),
        ({"title": ""}, "emptied_field"),
        ({"subject": "Histoire de l’art"}, "faulty_field"),
        ({"number": 999}, "not_so_any_more"),
    ],
)
async def test_what_can_not_be_released_stays_held_with_a_code(
    here: Archive, fields: dict[str, Any], code: str
) -> None:
    number = await here.number_of(await here.answered(MILLS))
    wish = coordinator.EntryReleaseRequested(**{"number": number, **WORDS, **fields})
    [receipt] = await ask(here.on, wish)
    assert receipt["code"] == code
    assert (await here.reader.get(f"/a/{number}")).status_code == 404
    assert await here.on.pool.fetchval("SELECT state FROM archive_entry") == "held"


async def test_what_is_kept_private_leaves_no_text(here: Archive) -> None:
    number = await here.number_of(await here.answered(MILLS))
    await ask(here.on, coordinator.EntryKeepRequested(by="Claire", number=number))
    assert await states(here) == ["held", "kept_private"]
    assert await here.on.pool.fetchval("SELECT question || answer FROM archive_entry") == ""


async def test_what_waits_and_what_is_out_is_told_again_to_a_reader_that_begins_from_nothing(
    here: Archive,
) -> None:
    first = await here.number_of(await here.answered(MILLS))
    await here.decide(first, "release", title="Les moulins", question="Où ?", answer="Là.")
    await here.number_of(await here.answered(MILLS))
    assert await states(here) == ["held", "published", "held"]
    await here.ask(coordinator.OutgoingListRequested(by="workspace rebuild"))
    assert await states(here) == ["held", "published", "held", "published", "held"]
    _, out, waits, out_again, waits_again = await announced(here.on, EntryNoted)
    assert (out_again.since, waits_again.since) == (out.since, waits.since)
    assert None not in (out.since, waits.since)

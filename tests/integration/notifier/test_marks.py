"""An answer with marks is set where it can be, said in plain words elsewhere, handed on as it was written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest

from services.contracts.ingest import AskerErased
from services.notifier.domain.outgoing import Answered, DeliveryAttempt
from services.notifier.domain.walling import why_not
from services.notifier.sending.mail.compose import Composer
from services.notifier.sending.mail.rendering import MailRenderer
from services.notifier.sending.senders.partner_events import fact_of
from services.notifier.store import person
from tests.integration.notifier.test_mail import HOUSE
from tests.support import notifier_facts as made
from tests.support.notifier_archive import Archive, archive
from tests.support.notifier_bench import WALL
from tests.support.notifier_outgoing import answered, outgoing
from tests.support.servers import Database

WRITTEN = "## Le **phare**\n\n- [Gallica](https://gallica.example/a_b_c)\n- une *feuille*\n\n![x](https://a.example/x)"
SAID = "Le phare\n\n- Gallica (https://gallica.example/a_b_c)\n- une feuille\n\n!x (https://a.example/x)"
TYPED = "1986. L’année du *phare*\n\n    # 12 et 2 * 3 * 4\n[x](https://a.example)"
"""No marks: somebody's own plain mail."""


@pytest.fixture
async def here(database: Database) -> AsyncIterator[Archive]:
    async with archive(database) as here:
        yield here


async def test_the_archive_sets_them_and_finds_lists_and_feeds_plain_words(here: Archive) -> None:
    number = await here.released("Qui a bâti le phare ?", WRITTEN, form="commonmark")
    page = (await here.reader.get(f"/a/{number}")).text
    assert "<h3>Le <strong>phare</strong></h3>" in page
    assert '<li><a href="https://gallica.example/a_b_c" rel="nofollow noopener">Gallica</a></li>' in page
    assert "<img" not in page
    assert "**" not in page
    assert await here.found("feuille") == [number]
    for address in ("/feed.atom", "/?q=feuille", f"/api/v1/answers/{number}"):
        assert "**" not in (await here.reader.get(address)).text, address


async def test_a_plain_answer_is_read_as_it_was_typed(here: Archive) -> None:
    number = await here.released("Qui a bâti le phare ?", TYPED)
    page = (await here.reader.get(f"/a/{number}")).text
    assert "1986. L’année du *phare*\n\n    # 12 et 2 * 3 * 4\n[x](" in page


async def test_what_looks_personal_is_masked_even_where_a_mark_divides_it(here: Archive) -> None:
    for written in ("**Voir** o.vaumont@brumal.example", "**Voir** 06 12 **34 56** 78"):
        number = await here.released("Qui ?", written, form="commonmark")
        page = (await here.reader.get(f"/a/{number}")).text
        assert "brumal" not in page
        assert "78" not in page.partition("<article>")[2].partition("</article>")[0]


async def test_a_correction_without_marks_makes_plain_words_of_both(here: Archive) -> None:
    question = await here.answered("Qui a bâti le phare ?", WRITTEN, form="commonmark")
    await here.hear(question, made.added(question, corrects=True))
    number = await here.number_of(question)
    assert "code" not in await here.decide(number, "release")
    page = (await here.reader.get(f"/a/{number}")).text
    assert "- une feuille" in page
    assert "Et voici le plan de 1832. (1)" in page
    assert "<strong>phare" not in page


async def test_nothing_of_a_taken_off_or_forgotten_answer_is_left(here: Archive) -> None:
    question = await here.answered("Qui a bâti le phare ?", WRITTEN, form="commonmark")
    await here.hear(question, AskerErased(reason="wish"))
    for table in ("answer", "archive_entry"):
        assert await here.on.pool.fetchval(f"SELECT count(*) FROM {table} WHERE marked IS NOT NULL") == 0


AS_BEFORE_MARKS = (
    "UPDATE answer SET text = '', sources = '[]', attachments = '[]'",
    "UPDATE message SET text = '', sources = '[]', attachments = '[]'",
    "UPDATE archive_entry SET state = 'withdrawn', title = '', question = '', answer = '', words = NULL",
)
"""What a copy of before does, which runs beside this one while an upgrade lasts."""


async def test_marks_end_with_their_text_whoever_empties_it(here: Archive) -> None:
    question = await here.answered("Qui a bâti le phare ?", WRITTEN, form="commonmark")
    more = made.added(question).model_copy(update={"text": "**Voir** le plan.", "format": "commonmark"})
    await here.hear(question, more)
    pool = here.on.pool
    for statement in AS_BEFORE_MARKS:
        await pool.execute(statement)
    for table in ("answer", "message", "archive_entry"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 1
        assert await pool.fetchval(f"SELECT count(*) FROM {table} WHERE marked IS NOT NULL") == 0, table


async def test_marks_that_were_left_behind_are_told_of(here: Archive) -> None:
    question = await here.answered("Qui a bâti le phare ?", WRITTEN, form="commonmark")
    await here.hear(question, AskerErased(reason="wish"))
    pool = here.on.pool
    for table in ("answer", "archive_entry"):
        async with pool.acquire() as db:
            before = await person.left(db, [question])
            await db.execute(f"ALTER TABLE {table} DISABLE TRIGGER text_emptied")
            await db.execute(f"UPDATE {table} SET marked = 'x'")
            assert await person.left(db, [question]) == before + 1, table


async def test_marks_that_say_another_thing_than_the_answer_are_not_shown(here: Archive) -> None:
    """A copy of before masks the answer alone."""
    number = await here.released("Qui ?", "**Voir** le plan de Li", form="commonmark")
    await here.on.pool.execute("UPDATE archive_entry SET answer = 'Voir le plan de [nom]'")
    page = (await here.reader.get(f"/a/{number}")).text
    assert "plan de Li" not in page
    assert "Voir le plan de [nom]" in page
    assert "plan de Li" not in "".join(await here.proposed(number, "answer"))


async def test_a_correction_with_marks_below_an_answer_with_marks_keeps_both(here: Archive) -> None:
    question = await here.answered("Qui a bâti le phare ?", "- une\n- **deux**", form="commonmark")
    more = made.added(question, corrects=True).model_copy(
        update={"text": "- trois\n- *quatre*", "format": "commonmark"}
    )
    await here.hear(question, more)
    number = await here.number_of(question)
    (proposed,) = await here.proposed(number, "answer")
    assert proposed == "- une\n- **deux**\n\n- trois\n- *quatre*"


def said_with(**fields: Any) -> DeliveryAttempt:
    answer: Answered = replace(answered(), **fields)
    return outgoing("mail", "ada@askers.example", "answer", answer=answer)


def parts(letter: DeliveryAttempt) -> tuple[str, str]:
    content = Composer(HOUSE, MailRenderer(zone="Europe/Paris")).compose(letter).content
    message = message_from_bytes(content, policy=default)
    return body(message, "plain"), body(message, "html")


def body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    content: str = part.get_content()
    return content.replace("\r\n", "\n")


def test_the_mail_sets_them_and_says_them_in_plain_words() -> None:
    plain, html = parts(said_with(text=SAID, marked=WRITTEN))
    assert SAID in plain
    assert "<h3>Le <strong>phare</strong></h3>" in html
    assert "<img" not in html


def test_a_plain_answer_goes_out_as_it_was_typed() -> None:
    plain, html = parts(said_with(text=TYPED))
    assert TYPED in plain
    assert "1986. L’année du *phare*\n\n    # 12" in html


def test_programs_read_an_answer_as_it_was_written() -> None:
    fact = fact_of(said_with(text=SAID, marked=WRITTEN), page_url=None).model_dump()
    assert (fact["text"], fact["format"]) == (WRITTEN, "commonmark")
    fact = fact_of(said_with(text=TYPED), page_url=None).model_dump()
    assert (fact["text"], fact["format"]) == (TYPED, "plain")


def test_a_mark_does_not_hide_an_address_of_ours_from_the_wall() -> None:
    for text, marked in (("reply+abc@network.example", "x"), ("x", "[x](mailto:reply@network.example)")):
        assert why_not(WALL, said_with(text=text, marked=marked)) is not None
    assert why_not(WALL, said_with(text=SAID, marked=WRITTEN)) is None

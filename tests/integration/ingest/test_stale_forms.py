"""A form that stood open while its question went on: it says so, changes nothing and keeps the words."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from httpx import Response

from services.contracts.ingest import (
    AnswerReceived,
    ClarificationRequested,
    QuestionDeclined,
    QuestionFollowedUp,
    QuestionRated,
    QuestionReceived,
    QuestionTaken,
    QuestionWithdrawn,
    ReopeningRequested,
    ReplyHeld,
    SpamReported,
    TakeWithdrawn,
)
from services.contracts.links.signed_links import asker_token, partner_token
from services.contracts.router import QuestionClosed, QuestionReopened
from services.contracts.vocabulary import Facets, Fact
from services.ingest.domain.forms import new_number
from tests.support.bench import MOMENT
from tests.support.ingest_doors import KEYS, Ingest, answered_by, hears, ingest, mail, routed_to
from tests.support.our_mails import our_mail
from tests.support.servers import Database, VirtualHost

FACETS = Facets(channel="api", received_at=MOMENT)
CLOSED = QuestionClosed(reason="out_of_scope", explanation="Hors de notre champ.", facets=FACETS)
NO_REPLY = QuestionClosed(reason="no_reply", facets=FACETS)
WORDS = "Ce que j’ai mis une heure à écrire."
GONE = "Ce n’est plus possible"
EFFECTS = (
    AnswerReceived,
    ClarificationRequested,
    QuestionDeclined,
    QuestionFollowedUp,
    QuestionRated,
    QuestionTaken,
    ReopeningRequested,
    SpamReported,
    TakeWithdrawn,
)


async def asked(door: Ingest) -> tuple[UUID, str, str]:
    """A question that a library has, its asker's page and the library's."""
    await door.http.post("/api/v1/questions", json={"text": "Où était le moulin de Grigny ?"})
    question = (await door.announced(QuestionReceived))[0].subject
    await hears(door, question, routed_to("grigny"))
    return question, f"/q/{asker_token(KEYS, question)}", f"/r/{partner_token(KEYS, question, 'grigny')}"


async def send(door: Ingest, url: str, **fields: str) -> Response:
    number = new_number(KEYS, datetime.now(UTC))
    return await door.http.post(url, data={"lang": "fr", "number": number} | fields)


async def end(door: Ingest, how: str, question: UUID, page: str) -> None:
    if how == "withdrawn":
        assert (await send(door, f"{page}/withdraw")).status_code == 303
    else:
        await hears(door, question, CLOSED)


async def effects(door: Ingest) -> list[Any]:
    return [event for kind in EFFECTS for event in await door.announced(kind)]


LIBRARYS = [
    ("answer", {"text": WORDS}),
    ("ask-back", {"ask": WORDS}),
    ("add", {"text": WORDS}),
    ("decline", {"reason": WORDS}),
    ("take", {"by": "Ana"}),
    ("put-back", {}),
    ("spam", {}),
]


@pytest.mark.parametrize("how", ["withdrawn", "closed"])
async def test_a_librarys_form_of_a_question_that_is_over_says_so_and_keeps_the_words(
    database: Database, vhost: VirtualHost, how: str
) -> None:
    async with ingest(database, vhost) as door:
        question, asker, library = await asked(door)
        await end(door, how, question, asker)
        for form, fields in LIBRARYS:
            said = await send(door, f"{library}/{form}", **fields)
            page = unescape(said.text)
            assert (said.status_code, GONE in page) == (422, True), form
            assert "pendant que vous écriviez" not in page
            assert (WORDS in page) is (WORDS in fields.values()), form
        assert await effects(door) == []


@pytest.mark.parametrize("how", ["withdrawn", "closed"])
async def test_an_askers_form_of_a_question_that_is_over_says_so_and_keeps_the_words(
    database: Database, vhost: VirtualHost, how: str
) -> None:
    async with ingest(database, vhost) as door:
        question, asker, _ = await asked(door)
        await end(door, how, question, asker)
        for form, fields in (
            ("follow-up", {"text": WORDS}),
            ("reopen", {"text": WORDS}),
            ("rate", {"stars": "4"}),
        ):
            said = await send(door, f"{asker}/{form}", **fields)
            page = unescape(said.text)
            assert (said.status_code, GONE in page) == (422, True), form
            assert (WORDS in page) is ("text" in fields), form
        assert await effects(door) == []


async def test_what_is_closed_or_answered_is_not_withdrawn_by_an_old_page(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question, asker, _ = await asked(door)
        await hears(door, question, CLOSED)
        assert (await send(door, f"{asker}/withdraw")).status_code == 422
        assert await door.announced(QuestionWithdrawn) == []


async def test_a_form_sent_twice_is_answered_twice_alike_whatever_came_of_it(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question, asker, library = await asked(door)
        numbers = [new_number(KEYS, datetime.now(UTC)) for _ in range(2)]
        twice = [
            (f"{library}/take", {"number": numbers[0]}),
            (f"{asker}/follow-up", {"text": WORDS, "number": numbers[1]}),
        ]
        for url, fields in twice:
            assert (await send(door, url, **fields)).status_code == 303
        await hears(door, question, CLOSED)
        for url, fields in twice:
            assert (await send(door, url, **fields)).status_code == 303
        assert len(await effects(door)) == 2


@pytest.mark.parametrize("text", ["", "Voir /q/"])
async def test_what_an_asker_wrote_stays_in_the_form_that_was_refused(
    database: Database, vhost: VirtualHost, text: str
) -> None:
    async with ingest(database, vhost) as door:
        _, asker, _ = await asked(door)
        written = f"{text} http://127.0.0.1{asker}" if text else ""
        said = await send(door, f"{asker}/follow-up", text=written)
        assert said.status_code == 422
        assert written in unescape(said.text)
        assert await effects(door) == []


async def test_a_reply_to_a_question_that_closed_for_want_of_it_is_heard(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question, asker, _ = await asked(door)
        await hears(door, question, NO_REPLY)
        assert (await send(door, f"{asker}/follow-up", text=WORDS)).status_code == 303
        assert len(await door.announced(QuestionFollowedUp)) == 1


@pytest.mark.parametrize("ending", [CLOSED, None])
async def test_a_mail_about_a_question_that_is_over_is_held_and_its_asker_told(
    database: Database, vhost: VirtualHost, ending: Fact | None
) -> None:
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        ours = our_mail("acknowledgement", question)
        await hears(door, question, routed_to("grigny"), ours.fact(MOMENT))
        if ending:
            await hears(door, question, ending)
        else:
            await send(door, f"/q/{asker_token(KEYS, question)}/withdraw")
        raw = mail("Et pourtant j’y tiens.", Message_ID="<2@x.example>", To=ours.shown.answer_to)
        assert (await door.deliver(raw, [ours.shown.answer_to]))[0][0] == 250
        assert await door.announced(QuestionFollowedUp) == []
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 1
        (told,) = await door.announced(ReplyHeld)
    assert (told.data.partner, told.data.reason) == (None, "ended")


async def test_who_was_sent_a_copy_and_answers_all_is_not_taken_for_the_asker(
    database: Database, vhost: VirtualHost
) -> None:
    """An asker's own other address, which writes to us alone, is."""
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        ours = our_mail("answer", question)
        await hears(door, question, routed_to("grigny"), answered_by("grigny"), ours.fact(MOMENT))
        box = ours.shown.answer_to
        friend = {"From": "ami@else.example", "To": box}
        copied = mail(
            "Mon numéro : 06 12 34 56 78.", Message_ID="<2@x.example>", **friend, Cc="Ada <ada@mail.example>"
        )
        alone = mail("Merci, et le meunier ?", Message_ID="<3@x.example>", **friend)
        for raw in (copied, alone):
            assert (await door.deliver(raw, [box]))[0][0] == 250
        (heard,) = await door.announced(QuestionFollowedUp)
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 1
    assert heard.data.text == "Merci, et le meunier ?"


async def test_a_library_whose_answer_did_not_help_is_not_asked_for_it_again(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question, _, library = await asked(door)
        assert (await send(door, f"{library}/answer", text="Au bord de la Seine.")).status_code == 303
        await hears(door, question, answered_by("grigny"))
        again = QuestionReopened(by="asker", text="Non.", facets=FACETS)
        await hears(door, question, again, after=timedelta(days=3650))
        page = unescape((await door.http.get(f"{library}?lang=fr")).text)
    assert 'data-state="asked_again"' in page
    assert "À traiter avant" not in page

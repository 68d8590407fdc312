"""Who sent what a person marked as spam: what they send next waits for a person, and causes no mail."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.contracts.envelope import Event
from services.contracts.ingest import QuestionFollowedUp, QuestionReceived, ReopeningRequested
from services.contracts.links.signed_links import asker_token, partner_token, reply_address
from services.contracts.router import QuestionClosed, QuestionReopened
from tests.integration.ingest.test_quarantine import sesame
from tests.support.ingest_doors import FACETS, KEYS, Ingest, hears, ingest, mail, routed_to
from tests.support.servers import Database, VirtualHost

SPAM = QuestionClosed(reason="spam", facets=FACETS)
BOX = "reply@sesame.example"
FORM = {"text": "Où était le moulin ?", "mail": "Ada+2@Mail.example", "lang": "en"}


async def marked(door: Ingest) -> Event[QuestionReceived]:
    """Ada's first question, which its library says is spam."""
    await door.deliver(mail())
    (event,) = await door.announced(QuestionReceived)
    await hears(door, event.subject, routed_to("grigny"), SPAM)
    return event


def again(number: int, body: str = "Achetez nos montres.", **headers: str) -> bytes:
    return mail(body, Message_ID=f"<{number}@mail.example>", **headers)


async def announced(door: Ingest) -> int:
    """Facts that cause mail."""
    kinds: tuple[Any, ...] = (QuestionReceived, QuestionFollowedUp, ReopeningRequested)
    return sum([len(await door.announced(kind)) for kind in kinds])


async def reasons(door: Ingest) -> int:
    return int(await door.fetchval("SELECT count(*) FROM quarantine WHERE reason LIKE 'spam: its sender%'"))


async def test_a_spam_senders_further_mails_are_held_and_cause_no_mail(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question = (await marked(door)).subject
        own = reply_address(BOX, asker_token(KEYS, question))
        await door.deliver(again(2))
        await door.deliver(again(3, From="ADA+shop@mail.example"))
        await door.deliver(again(4, In_Reply_To="<1@mail.example>", Subject="Re: Un moulin"))
        await door.deliver(again(5, From="eve@elsewhere.example", To=own), [own])
        assert await announced(door) == 1
        assert await reasons(door) == 4
        await door.deliver(again(6, From="eve@elsewhere.example"))
        assert await announced(door) == 2


async def test_a_library_is_heard_from_whatever_address_it_writes(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await marked(door)
        await door.deliver(again(2, "Où est le lavoir ?", From="eve@elsewhere.example"))
        other = (await door.announced(QuestionReceived))[-1].subject
        await hears(door, other, routed_to("lyon"))
        desk = reply_address(BOX, partner_token(KEYS, other, "lyon"))
        await door.deliver(again(3, "EN COURS", To=desk), [desk])
        assert await door.fetchval("SELECT count(*) FROM submission WHERE outcome = 'take'") == 1


async def test_by_form_and_program_they_are_held_too(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        page = f"/q/{asker_token(KEYS, (await marked(door)).subject)}"
        form = await door.http.post("/questions", data=FORM)
        with_file = await door.http.post(
            "/questions", data=FORM, files={"files": ("a.txt", b"Achetez.", "text/plain")}
        )
        sent = {"text": "Où ?", "asker": {"mail": FORM["mail"]}}
        api = await door.http.post("/api/v1/questions", json=sent)
        more = await door.http.post(f"{page}/follow-up", data={"text": "Achetez."})
        reopened = await door.http.post(f"{page}/reopen", data={"text": "Achetez."})
        assert await announced(door) == 1
        assert await reasons(door) == 3
    assert [form.status_code, with_file.status_code, api.status_code] == [202, 202, 422]
    assert "a person will read it" in form.text
    assert "marked as spam" in api.json()["detail"]
    assert [more.status_code, reopened.status_code] == [422, 422]


@pytest.mark.parametrize("door_of_it", ["mail", "api"])
async def test_a_person_lets_in_what_was_held(
    database: Database, vhost: VirtualHost, door_of_it: str
) -> None:
    async with ingest(database, vhost) as door:
        await marked(door)
        if door_of_it == "mail":
            await door.deliver(again(2))
        else:
            asker = {"mail": "ada@mail.example"}
            await door.http.post("/api/v1/questions", json={"text": "Où ?", "asker": asker})
        number = str(await door.fetchval("SELECT max(id) FROM quarantine"))
        assert await sesame(database, "release", number) == (0, f"{number}: taken in as question\n")
        assert await announced(door) == 2


@pytest.mark.parametrize("first", ["marked", "lifted"])
async def test_who_was_marked_by_mistake_is_heard_again_in_whatever_order_we_hear_of_it(
    database: Database, vhost: VirtualHost, first: str
) -> None:
    second = timedelta(seconds=1)
    lifted = QuestionReopened(by="coordinator", facets=FACETS)
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        await hears(door, question, routed_to("grigny"))
        order = [(SPAM, second), (lifted, 2 * second)]
        for fact, after in order if first == "marked" else reversed(order):
            await hears(door, question, fact, after=after)
        await door.deliver(again(2, "Où est le lavoir ?"))
        assert await announced(door) == 2
        await hears(door, question, SPAM, after=3 * second)
        await door.deliver(again(3))
        assert await announced(door) == 2

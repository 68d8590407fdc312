"""Whatever an asker's mail was held for, a person who has looked at it can let it in."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.contracts import coordinator
from services.contracts.ingest import QuestionFollowedUp, QuestionReceived
from services.contracts.links.signed_links import asker_token
from services.contracts.router import QuestionClosed
from services.contracts.vocabulary import Facets
from tests.integration.ingest.test_held_orders import ask, receipts
from tests.support.bench import MOMENT
from tests.support.ingest_doors import KEYS, Ingest, answered_by, hears, ingest, mail, routed_to
from tests.support.our_mails import our_mail
from tests.support.servers import Database, VirtualHost

WORDS = "Merci, et le meunier ?"


async def begun(door: Ingest) -> tuple[UUID, str]:
    """A question that a library answered, and the box that its asker writes to."""
    await door.deliver(mail())
    question = (await door.announced(QuestionReceived))[0].subject
    ours = our_mail("answer", question)
    await hears(door, question, routed_to("grigny"), ours.fact(MOMENT))
    return question, ours.shown.answer_to


async def released(door: Ingest, box: str, raw: bytes) -> list[str]:
    """What its library reads, once the coordinator lets in what was held."""
    assert (await door.deliver(raw, [box]))[0][0] == 250
    assert await door.announced(QuestionFollowedUp) == []
    number = await door.fetchval("SELECT id FROM quarantine")
    await ask(door, coordinator.HeldReleaseRequested(by="Claire", number=number))
    (receipt,) = await receipts(door, 1)
    assert "code" not in receipt, receipt
    assert await door.fetchval("SELECT count(*) FROM quarantine") == 0
    return [event.data.text for event in await door.announced(QuestionFollowedUp)]


async def test_an_askers_reply_to_all_from_another_mailbox_of_theirs_is_let_in(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question, box = await begun(door)
        await hears(door, question, answered_by("grigny"))
        second = {"From": "ada@other.example", "To": box, "Cc": "Ada <ada@mail.example>"}
        assert await released(door, box, mail(WORDS, Message_ID="<2@x.example>", **second)) == [WORDS]


@pytest.mark.parametrize("how", ["closed", "withdrawn"])
async def test_what_an_asker_writes_about_a_question_that_is_over_is_let_in(
    database: Database, vhost: VirtualHost, how: str
) -> None:
    async with ingest(database, vhost) as door:
        question, box = await begun(door)
        if how == "closed":
            facets = Facets(channel="mail", received_at=MOMENT)
            await hears(door, question, QuestionClosed(reason="out_of_scope", facets=facets))
        else:
            page = f"/q/{asker_token(KEYS, question)}/withdraw"
            assert (await door.http.post(page, data={"lang": "fr", "number": "1"})).status_code == 303
        assert await released(door, box, mail(WORDS, Message_ID="<2@x.example>", To=box)) == [WORDS]


async def test_what_can_not_be_told_from_our_own_mail_for_sure_is_let_in(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question, box = await begun(door)
        await hears(door, question, answered_by("grigny"))
        another = (
            "-----Original Message-----\nFrom: x@y.example\nTo: z@y.example\nSubject: Moulin\n\nBonjour."
        )
        forwarded = f"{WORDS}\n\n{another}"
        (text,) = await released(door, box, mail(forwarded, Message_ID="<2@x.example>", To=box))
    assert text.startswith(WORDS)

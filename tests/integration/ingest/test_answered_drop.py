"""Whoever wrote a mail that is dropped is told why if a coordinator wants it: nobody else, no machine."""

from __future__ import annotations

from typing import Any

import pytest

from services.contracts.coordinator import HeldDropRequested
from services.contracts.ingest import HeldAnswered
from services.ingest.handlers.mail.answered_drop import ANSWERABLE
from tests.integration.ingest.test_held_orders import ask, receipts
from tests.integration.ingest.test_quarantine import ENCRYPTED
from tests.support.ingest_doors import Ingest, ingest, mail
from tests.support.servers import Database, VirtualHost


async def told(door: Ingest, raw: bytes, sender: str, answer: Any = "no_advertising") -> Any:
    """The receipt of its drop, and what was announced for its sender."""
    await door.deliver(raw, sender=sender)
    number = await door.fetchval("SELECT max(id) FROM quarantine")
    await ask(door, HeldDropRequested(by="Claire", number=number, answer=answer))
    [receipt] = await receipts(door, 1)
    kept = await door.fetchval("SELECT count(*) FROM quarantine")
    return receipt.get("code"), kept, [event.data for event in await door.announced(HeldAnswered)]


async def test_the_envelopes_sender_is_told_and_no_word_of_theirs_goes_with_it(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        code, kept, [fact] = await told(door, ENCRYPTED, "ada@mail.example", "unreadable")
        assert (code, kept, fact.mail, fact.answer) == (None, 0, "ada@mail.example", "unreadable")
        assert "moulin" not in fact.model_dump_json()


async def test_without_a_wish_nobody_is_told(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        assert await told(door, ENCRYPTED, "ada@mail.example", None) == (None, 0, [])


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ({"List_Id": "<n.example>"}, "ada@mail.example"),
        ({"Precedence": "bulk"}, "ada@mail.example"),
        ({"X_Autoreply": "yes"}, "ada@mail.example"),
        ({"From": "no-reply@mail.example"}, "no-reply@mail.example"),
        ({"From": "question@sesame.example"}, "question@sesame.example"),
        ({"From": "reply+abc@sesame.example"}, "reply+abc@sesame.example"),
    ],
)
async def test_a_list_a_machine_or_an_address_of_ours_is_told_nothing_and_it_stays(
    database: Database, vhost: VirtualHost, headers: dict[str, str], sender: str
) -> None:
    async with ingest(database, vhost) as door:
        assert await told(door, mail("Qui ?", **headers), sender) == ("not_answerable", 1, [])


async def test_an_envelope_that_names_another_than_the_mail_is_told_nothing(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        assert await told(door, ENCRYPTED, "victim@mail.example") == ("not_answerable", 1, [])


def test_what_a_machine_is_proven_to_have_written_is_never_answered() -> None:
    assert {kind.value for kind in ANSWERABLE} == {"written", "encrypted", "unreadable"}

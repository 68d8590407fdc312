"""A library that is written to elsewhere: each old address hears so, once for each change, and not where."""

from __future__ import annotations

from dataclasses import replace
from email import message_from_bytes
from email.policy import default
from uuid import UUID

import pytest

from services.contracts.workspace import LibraryReaddressed
from services.notifier.sending.mail.compose import Composer
from services.notifier.sending.mail.rendering import MailRenderer
from tests.integration.notifier.test_mail import HOUSE
from tests.support.bench import MOMENT, bench, letter_of
from tests.support.notifier_bench import SUBSCRIPTIONS, Outside, send_all
from tests.support.servers import Database

NOBODY = UUID(int=0)
OLD = "reponses@bm-lyon.example"


def readdressed(version: int = 42, language: str = "fr") -> LibraryReaddressed:
    return LibraryReaddressed(
        mail=OLD,
        partner="bm-lyon",
        library="Bibliothèque de Lyon",
        version=version,
        language=language,
        actor="Claire Dumas",
        changed_at=MOMENT,
    )


@pytest.mark.parametrize(
    ("language", "words"),
    [("fr", "ne vont plus là où"), ("en", "no longer go where they went"), ("ar", "ne vont plus là où")],
)
async def test_the_old_address_hears_who_did_it_and_whom_to_ask(
    database: Database, language: str, words: str
) -> None:
    outside = Outside()
    async with bench(database("notifier"), "notifier") as on:
        handling = on.handling(SUBSCRIPTIONS)
        await handling.settle([letter_of(readdressed(language=language), NOBODY) for _ in range(2)])
        await handling.settle([letter_of(readdressed(language=language), NOBODY)])
        await send_all(on, {"mail": outside})
    [letter] = outside.taken
    composer = Composer(replace(HOUSE, language="fr"), MailRenderer(zone="Europe/Paris"))
    message = message_from_bytes(composer.compose(letter).content, policy=default)
    text = message.get_body(("plain",))
    assert text is not None
    said = " ".join(text.get_content().split()).replace("\u202f", " ").replace("\u00a0", " ")
    assert message["To"] == OLD
    assert "Bibliothèque de Lyon" in message["Subject"]
    for wanted in (words, "Claire Dumas", HOUSE.coordinator):
        assert wanted in said
    assert "http" not in said


async def test_each_change_is_told(database: Database) -> None:
    outside = Outside()
    async with bench(database("notifier"), "notifier") as on:
        await on.handling(SUBSCRIPTIONS).settle([letter_of(readdressed(one), NOBODY) for one in (42, 43)])
        await send_all(on, {"mail": outside})
    assert [letter.destination for letter in outside.taken] == [OLD, OLD]

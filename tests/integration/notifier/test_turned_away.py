"""Whoever wrote a dropped mail gets one standard sentence, once a day at most, and none of its words."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import cast, get_args
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry

from services.contracts.ingest import HeldAnswered
from services.contracts.vocabulary import AnswerToSender
from services.notifier.handlers.brakes import MailBrakes
from services.notifier.handlers.delivery_metrics import DeliveryMetrics
from services.notifier.sending.mail.compose import Composer
from services.notifier.sending.mail.rendering import MailRenderer
from services.notifier.store import claims, deliveries
from tests.integration.notifier.test_mail import HOUSE
from tests.support.bench import MOMENT, bench, letter_of
from tests.support.notifier_bench import SUBSCRIPTIONS, Outside, send_all
from tests.support.servers import Database

NOBODY = UUID(int=0)
SENDER = "ada@mail.example"


def dropped(
    number: int = 17, answer: str = "unreadable", language: str | None = "fr", mail: str = SENDER
) -> HeldAnswered:
    return HeldAnswered(
        number=number,
        mail=mail,
        answer=cast("AnswerToSender", answer),
        language=language,
        received_at=MOMENT,
        message_id="<1@mail.example>",
    )


async def written(database: Database, fact: HeldAnswered) -> EmailMessage:
    """The one mail that becomes of it, however often it is heard."""
    outside = Outside()
    async with bench(database("notifier"), "notifier") as on:
        handling = on.handling(SUBSCRIPTIONS)
        await handling.settle([letter_of(fact, NOBODY) for _ in range(2)])
        await send_all(on, {"mail": outside})
        await handling.settle([letter_of(fact, NOBODY)])
        await send_all(on, {"mail": outside})
    [letter] = outside.taken
    composer = Composer(replace(HOUSE, language="fr"), MailRenderer(zone="Europe/Paris"))
    return message_from_bytes(composer.compose(letter).content, policy=default)


def said(message: EmailMessage) -> str:
    text = message.get_body(("plain",))
    assert text is not None
    return " ".join(text.get_content().split()).replace("\u202f", " ").replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("fr", "pas pu le lire"),
        ("en", "could not read it"),
        ("ar", "pas pu le lire"),
        (None, "pas pu le lire"),
    ],
)
async def test_it_is_said_in_their_language_as_a_machines_answer_that_none_answers(
    database: Database, language: str | None, words: str
) -> None:
    message = await written(database, dropped(language=language))
    assert words in said(message)
    assert message["To"] == SENDER
    assert message["Auto-Submitted"] == "auto-replied"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["In-Reply-To"] == "<1@mail.example>"


@pytest.mark.parametrize("answer", get_args(AnswerToSender))
async def test_each_sentence_is_one_of_ours_without_a_link(database: Database, answer: str) -> None:
    text = said(await written(database, dropped(answer=answer, language="en")))
    assert (HOUSE.coordinator in text) == (answer == "questions_only")
    assert "http" not in text


async def test_a_mailbox_is_told_once_a_day_whatever_its_tag_and_case(database: Database) -> None:
    addresses = ["Ada@mail.example", "ada+x@mail.example", SENDER, "other@mail.example"]
    brakes = MailBrakes(HOUSE.keys, DeliveryMetrics(CollectorRegistry()))
    async with bench(database("notifier"), "notifier") as on:
        facts = [dropped(number, mail=mail) for number, mail in enumerate(addresses, start=1)]
        await on.handling(SUBSCRIPTIONS).settle([letter_of(fact, NOBODY) for fact in facts])
        async with on.transactions.begin() as unit:
            due = await claims.claim(unit.db, "mail", unit.now, 100, timedelta(minutes=1))
            going = await brakes.let_through(unit, due)
            await deliveries.sent(unit.db, [one.id for one in going], [None] * len(going), unit.now)
    assert len(going) == 2
    assert "other@mail.example" in {one.destination for one in going}

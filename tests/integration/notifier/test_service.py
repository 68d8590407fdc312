"""The running notifier: mail through a real SMTP server, partner queues on a real broker."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from aio_pika.abc import AbstractConnection

from services.contracts.ingest import ReplyHeld
from services.contracts.links.signed_links import Link, party_digest, read_token
from services.ingest.domain.replies.reading import REASONS
from tests.support import notifier_facts as made
from tests.support.notifier_service import (
    ANNOUNCED,
    SECRET,
    environment,
    heard,
    listening_others,
    running,
    tell,
)
from tests.support.servers import Database, VirtualHost
from tests.support.smtp_sink import Sink, smtp_sink
from tests.support.waiting import until

MANY = 32


@dataclass
class Scene:
    broker: AbstractConnection
    mails: Sink


@pytest.fixture
async def scene(database: Database, vhost: VirtualHost) -> AsyncIterator[Scene]:
    async with (
        smtp_sink() as mails,
        listening_others(vhost) as broker,
        running(environment(database, vhost, mails.port)),
    ):
        yield Scene(broker, mails)


def token_of(address: str) -> str:
    return address.partition("+")[2].partition("@")[0]


async def test_question_goes_to_the_partner_and_its_answer_to_the_asker(scene: Scene) -> None:
    question = uuid4()
    await tell(scene.broker, question, made.received(), made.routed(question, way="mail"))
    await tell(scene.broker, question, made.answered(question))
    [published] = await heard(scene.broker, ANNOUNCED, 1)
    assert published["subject"] == str(question)
    assert (published["data"]["place"], published["data"]["way"]) == ("asker", "mail")
    await until(lambda: len(scene.mails.taken) == 3)
    [asked], [answer] = scene.mails.of("assigned"), scene.mails.of("answer")
    assert (asked.recipient, answer.recipient) == ("bpi@partner.example", "lectrice@asker.example")
    assert made.NOTE in asked.body("html")
    assert "plan des moulins" in answer.body("plain")


async def test_reply_address_of_a_partner_says_which_question_and_who(scene: Scene) -> None:
    question = uuid4()
    await tell(scene.broker, question, made.received(), made.routed(question, way="mail"))
    await until(lambda: len(scene.mails.of("assigned")) == 1)
    token = token_of(scene.mails.of("assigned")[0].message["Reply-To"])
    assert read_token([SECRET.encode()], token) == Link("partner", question, party_digest("bpi"))


async def test_acknowledgement_says_the_promised_day_and_is_marked_automatic(scene: Scene) -> None:
    question = uuid4()
    await tell(scene.broker, question, made.received(), made.routed(question))
    await until(lambda: len(scene.mails.taken) == 1)
    [mail] = scene.mails.of("acknowledgement")
    assert "lundi 23 novembre 2026 à 10 h 12" in " ".join(mail.body("plain").split())
    assert mail.message["Auto-Submitted"] == "auto-replied"
    assert mail.message["In-Reply-To"] == made.ASKER.message_id


async def test_partner_system_finds_the_question_in_its_queue_without_the_asker(scene: Scene) -> None:
    question = uuid4()
    await tell(scene.broker, question, made.received(), made.routed(question, partner="lyon"))
    [assigned] = await heard(scene.broker, "partner.lyon", 1)
    assert (assigned["type"], assigned["subject"]) == ("question.assigned.v1", str(question))
    assert assigned["data"]["text"] == made.TEXT
    assert assigned["data"]["private_note"] == made.NOTE
    assert "asker.example" not in str(assigned)


async def test_every_held_reply_is_one_mail_to_its_library_with_the_page(scene: Scene) -> None:
    question = uuid4()
    await tell(scene.broker, question, made.received(), made.routed(question, way="mail"))
    held = [ReplyHeld(held_id=uuid4(), partner="bpi", reason=reason) for reason in REASONS]
    await tell(scene.broker, question, *held, *held)
    await until(lambda: len(scene.mails.of("held")) == len(REASONS))
    mails = scene.mails.of("held")
    assert {mail.recipient for mail in mails} == {"bpi@partner.example"}
    said = {" ".join(mail.body("plain").split()) for mail in mails}
    assert len(said) == len(REASONS)
    assert all("/r/" in body and "Relire mon message" in body for body in said)


async def test_an_asker_is_told_that_their_reply_was_not_passed_on_and_reads_none_of_it(scene: Scene) -> None:
    question = uuid4()
    await tell(scene.broker, question, made.received(), made.routed(question))
    held = ReplyHeld(held_id=uuid4(), reason="empty")
    await tell(scene.broker, question, held, held)
    await until(lambda: len(scene.mails.of("not_passed_on")) == 1)
    [mail] = scene.mails.of("not_passed_on")
    assert mail.recipient == made.ASKER.mail
    assert "/q/" in mail.body("plain")
    assert made.TEXT not in mail.body("plain")
    assert mail.message["Auto-Submitted"] == "auto-generated"


async def test_asker_without_an_address_is_answered_on_their_page(scene: Scene) -> None:
    question = uuid4()
    await tell(scene.broker, question, made.received(asker=None), made.answered(question))
    [published] = await heard(scene.broker, ANNOUNCED, 1)
    assert published["data"]["way"] == "page"
    assert "url" not in published["data"]  # it would be the key to the page


async def test_what_the_server_never_takes_is_given_up_loudly(scene: Scene) -> None:
    question = uuid4()
    asker = made.ASKER.model_copy(update={"mail": "nobody@asker.example"})
    await tell(scene.broker, question, made.received(asker=asker), made.answered(question))
    [failed] = await heard(scene.broker, ANNOUNCED, 1)
    assert failed["type"] == "delivery.failed.v1"
    assert "550" in failed["data"]["error"]
    assert "nobody@" not in str(failed)
    await until(lambda: len(scene.mails.of("failure")) == 1)


async def test_log_of_a_whole_run_holds_no_address_and_no_text(
    database: Database, vhost: VirtualHost, tmp_path: Path
) -> None:
    unknown = made.ASKER.model_copy(update={"mail": "nobody@asker.example"})
    with (tmp_path / "log").open("wb") as log:
        async with smtp_sink() as mails, listening_others(vhost) as broker:
            mails.answers = ["451 <lectrice@asker.example> later"]
            environ = environment(database, vhost, mails.port, SESAME_LOG_LEVEL="DEBUG")
            async with running(environ, log):
                for asker in (made.ASKER, unknown):
                    question = uuid4()
                    facts = (made.received(asker=asker), made.routed(question, way="mail"))
                    await tell(broker, question, *facts, made.answered(question))
                await heard(broker, ANNOUNCED, 3)
    written = (tmp_path / "log").read_text()
    assert "ready" in written
    for secret in ("asker.example", "partner.example", "Odile", "Bièvre", made.NOTE[:20], "plan des moulins"):
        assert secret not in written


async def test_one_connection_carries_many_mails(scene: Scene) -> None:
    for _ in range(40):
        question = uuid4()
        await tell(scene.broker, question, made.received(), made.answered(question))
    await until(lambda: len(scene.mails.of("answer")) == 40)
    assert scene.mails.connections <= 8


async def test_a_server_that_is_slow_but_well_gets_each_mail_once(
    database: Database, vhost: VirtualHost
) -> None:
    """All of them take longer than one attempt may, one of them far less."""
    pace = {"SMTP_CONNECTIONS": "2", "ATTEMPT_SECONDS": "4", "LEASE_SECONDS": "5"}
    more = {f"SESAME_{name}": value for name, value in pace.items()}
    async with smtp_sink() as mails, listening_others(vhost) as broker:
        mails.thinks_seconds = 0.3
        async with running(environment(database, vhost, mails.port, **more)):
            for question in (uuid4() for _ in range(MANY)):
                await tell(broker, question, made.received(), made.answered(question))
            await heard(broker, ANNOUNCED, MANY)
    ids = [mail.message["Message-ID"] for mail in mails.of("answer")]
    assert len(ids) == len(set(ids)) == MANY

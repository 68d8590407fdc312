"""Held things at the workspace: told as they come and go, whoever does it, and done with as is asked."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from itertools import repeat
from typing import Any
from uuid import UUID, uuid4

import aio_pika
import orjson

from services.contracts import coordinator, topology
from services.contracts.envelope import Event
from services.contracts.ingest import AnswerReceived, HeldEnded, HeldNoted, HeldShown, QuestionReceived
from services.ingest.domain.intake import RawSubmission
from services.ingest.domain.social.mastodon import mention_of
from services.ingest.domain.social.posts import SocialPost
from services.ingest.handlers.social import hold_private
from services.ingest.handlers.spam import hold_spam
from tests.integration.ingest.test_quarantine import ENCRYPTED
from tests.support.bench import MOMENT
from tests.support.ingest_doors import BREAKS_THE_PARSER, Ingest, hears, ingest, mail, publish, routed_to
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

NOBODY = UUID(int=0)


async def hold(door: Ingest, raw: bytes) -> int:
    await door.deliver(raw)
    number: int = await door.fetchval("SELECT max(id) FROM quarantine")
    return number


async def ask(door: Ingest, *wishes: coordinator.CoordinatorRequest) -> None:
    for wish in wishes:
        event = Event(
            id=str(uuid4()),
            source="/sesame/workspace",
            type=wish.wire,
            subject=NOBODY,
            time=MOMENT,
            data=wish,
        )
        key = topology.coordinator_key(type(wish))
        await publish(door.amqp_url, topology.COORDINATOR, key, aio_pika.Message(event.encode()))


async def receipts(door: Ingest, number: int) -> Sequence[dict[str, Any]]:
    """So many, as soon as they are there."""
    query = "SELECT body FROM outbox WHERE exchange = $1 AND routing_key LIKE 'coordinator.%' ORDER BY id"
    async with asyncio.timeout(PATIENCE_SECONDS):
        for rest in repeat(0.05):
            rows = await door.running.chassis.pool.fetch(query, topology.PARTNERS)
            if len(rows) >= number:
                return [orjson.loads(row["body"])["data"] for row in rows]
            await asyncio.sleep(rest)
    raise AssertionError(number)


async def noted(door: Ingest, kind: type[Any], number: int) -> list[Any]:
    async with asyncio.timeout(PATIENCE_SECONDS):
        for rest in repeat(0.05):
            found = await door.announced(kind)
            if len(found) >= number:
                return [event.data for event in found]
            await asyncio.sleep(rest)
    raise AssertionError(kind)


async def test_what_is_held_is_told_without_its_sender(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        number = await hold(door, ENCRYPTED)
        [fact] = await noted(door, HeldNoted, 1)
        assert (fact.number, fact.door, fact.reason) == (number, "mail", "encrypted")
        assert "ada@mail.example" not in fact.model_dump_json()


async def test_its_words_are_told_when_somebody_asks_and_never_its_sender(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await hold(door, ENCRYPTED)
        broken = await hold(door, BREAKS_THE_PARSER)
        await ask(
            door,
            coordinator.HeldShowRequested(by="Claire", number=broken),
            coordinator.HeldShowRequested(by="Claire", number=broken - 1),
            coordinator.HeldShowRequested(by="Claire", number=9999),
        )
        told = await receipts(door, 3)
        shown = {event.data.number: event.data for event in await door.announced(HeldShown)}
    assert [one.get("code") for one in told].count("nothing_held") == 1
    assert shown.keys() == {broken, broken - 1}
    assert shown[broken - 1].heading == "Un moulin"
    assert "ada@mail.example" not in "".join(one.model_dump_json() for one in shown.values())


async def test_what_is_released_becomes_a_question_and_what_is_dropped_is_gone(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        for number, text in enumerate(("Qui a peint la chapelle ?", "Où est le plan du moulin ?")):
            await door.deliver(mail(text, Message_ID=f"<{number}@mail.example>", List_Id="<n.example>"))
        rows = await door.running.chassis.pool.fetch("SELECT id FROM quarantine ORDER BY id")
        first, second = [row["id"] for row in rows]
        await ask(
            door,
            coordinator.HeldReleaseRequested(by="Claire", number=first),
            coordinator.HeldDropRequested(by="Claire", number=second),
        )
        told = await receipts(door, 2)
        assert all("code" not in one for one in told)
        ended = await noted(door, HeldEnded, 2)
        assert {one.number for one in ended} == {first, second}
        texts = [event.data.text for event in await door.announced(QuestionReceived)]
        assert ["chapelle" in text for text in texts] == [True]
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 0


async def test_what_can_not_be_taken_in_stays_held_and_the_next_is_done(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        broken = await hold(door, BREAKS_THE_PARSER)
        await ask(
            door,
            coordinator.HeldReleaseRequested(by="Claire", number=broken),
            coordinator.HeldDropRequested(by="Claire", number=9999),
        )
        told = await receipts(door, 2)
        assert {one["code"] for one in told} == {"stays_held", "nothing_held"}
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 1


HOLD_REPLY = """
INSERT INTO held_reply (id, question, partner, reason, text, held_at)
VALUES ($1, $2, 'grigny', 'unsure', $3, $4) RETURNING number
"""


async def hold_reply(door: Ingest, question: UUID, text: str) -> int:
    """As the mail of a library that was not understood for sure."""
    number: int = await door.fetchval(HOLD_REPLY, uuid4(), question, text, MOMENT)
    return number


async def test_a_librarys_reply_is_shown_sent_or_dropped_by_the_coordinator_once(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await door.deliver(mail("Où est le plan du moulin ?"))
        [asked] = await door.announced(QuestionReceived)
        await hears(door, asked.subject, routed_to("grigny"))
        first = await hold_reply(door, asked.subject, "Aux archives, cote 12 Fi 7.")
        second = await hold_reply(door, asked.subject, "Merci de votre mail.")
        told = await noted(door, HeldNoted, 2)
        assert [(one.number, one.question_id, one.partner) for one in told] == [
            (first, asked.subject, "grigny"),
            (second, asked.subject, "grigny"),
        ]
        release = coordinator.HeldReleaseRequested(by="Claire", number=first)
        await ask(
            door,
            coordinator.HeldShowRequested(by="Claire", number=first),
            release,
            release,
            coordinator.HeldDropRequested(by="Claire", number=second),
        )
        receipt = await receipts(door, 4)
        assert [one.get("code") for one in receipt].count("nothing_held") == 1
        [shown] = await door.announced(HeldShown)
        [answer] = await door.announced(AnswerReceived)
        assert {one.number for one in await noted(door, HeldEnded, 2)} == {first, second}
    assert shown.data.text == answer.data.text == "Aux archives, cote 12 Fi 7."
    assert (answer.data.partner, answer.subject) == ("grigny", asked.subject)


async def test_a_private_mention_is_asked_without_being_made_public(
    database: Database, vhost: VirtualHost
) -> None:
    status = {
        "id": "s7",
        "content": "<p>Où est le plan du moulin ?</p>",
        "account": {"acct": "ines@social.example"},
        "url": "https://social.example/7",
        "visibility": "direct",
        "media_attachments": [{"url": "https://social.example/7.jpg", "description": "un plan"}],
    }
    mention = mention_of({"id": "7", "type": "mention", "status": status})
    assert mention is not None
    assert mention.post is not None
    async with ingest(database, vhost) as door:
        async with door.running.chassis.begin() as unit:
            assert await hold_private(unit, "mastodon", mention.post) == "quarantined"
        [told] = await noted(door, HeldNoted, 1)
        await ask(door, coordinator.HeldReleaseRequested(by="Claire", number=told.number))
        [receipt] = await receipts(door, 1)
        assert "code" not in receipt
        [asked] = await door.announced(QuestionReceived)
    assert "un plan" in asked.data.text
    assert asked.data.asker is not None
    assert (asked.data.asker.post_id, asked.data.asker.post_visibility) == ("s7", "direct")
    assert asked.data.publish_consent is False


async def test_what_somebody_asks_below_anothers_question_is_a_question_once_it_is_let_in(
    database: Database, vhost: VirtualHost
) -> None:
    first = SocialPost(id="s1", text="Où ?", author="ada@m.example", url=None, answers=None)
    below = SocialPost(
        id="s2", text="Et le moulin ?", author="eve@m.example", url=None, answers="s1", visibility="direct"
    )
    async with ingest(database, vhost) as door:
        for number, post in enumerate((first, below), 1):
            async with door.running.chassis.begin() as unit:
                assert await hold_private(unit, "mastodon", post) == "quarantined"
            told = await noted(door, HeldNoted, number)
            await ask(door, coordinator.HeldReleaseRequested(by="Claire", number=told[-1].number))
            await receipts(door, number)
        asked = [event.data.text for event in await door.announced(QuestionReceived)]
    assert asked == ["Où ?", "Et le moulin ?"]


async def test_a_post_of_which_words_alone_were_kept_stays_held(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        raw = RawSubmission("mastodon", "s8", "Où ?".encode(), MOMENT)
        async with door.running.chassis.begin() as unit:
            await hold_spam(unit, raw, "its sender")
        [told] = await noted(door, HeldNoted, 1)
        await ask(door, coordinator.HeldReleaseRequested(by="Claire", number=told.number))
        [receipt] = await receipts(door, 1)
        assert receipt["code"] == "stays_held"
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 1


async def test_what_is_held_is_told_again_when_that_is_asked(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        await hold(door, ENCRYPTED)
        reply = await hold_reply(door, uuid4(), "Aux archives.")
        await noted(door, HeldNoted, 2)
        await ask(door, coordinator.HeldListRequested(by="workspace rebuild"))
        told = await noted(door, HeldNoted, 4)
    assert told[:2] == told[2:]
    assert told[3].number == reply

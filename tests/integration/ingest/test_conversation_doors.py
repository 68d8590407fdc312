"""A conversation handed in by each way: a library's reply by mail, the HTTP API, a program's events."""

from __future__ import annotations

from typing import Any
from uuid import UUID, uuid4

import pytest

from services.contracts.ingest import (
    AdditionReceived,
    AnswerReceived,
    ClarificationRequested,
    QuestionFollowedUp,
    QuestionReceived,
    QuestionTaken,
    ReopeningRequested,
    ReplyHeld,
    SpamReported,
)
from services.contracts.vocabulary import Fact
from tests.integration.ingest.test_mail_replies import asked as asked_by_mail
from tests.integration.ingest.test_mail_replies import come, quoting, reply, with_file
from tests.integration.ingest.test_partner_api import ANSWER, bearer
from tests.integration.ingest.test_partner_api import asked as asked_by_api
from tests.integration.ingest.test_partner_events import cloud, send
from tests.support.bench import MOMENT
from tests.support.ingest_doors import Ingest, answered_by, hears, ingest, mail, routed_to
from tests.support.our_mails import our_mail
from tests.support.servers import Database, VirtualHost

ALL = (AnswerReceived, ClarificationRequested, AdditionReceived, SpamReported, ReplyHeld)


async def announced(door: Ingest) -> list[Fact]:
    return [event.data for kind in ALL for event in await door.announced(kind)]


@pytest.mark.parametrize("program", ["outlook old", "gmail"])
async def test_a_library_asks_back_by_mail(database: Database, vhost: VirtualHost, program: str) -> None:
    async with ingest(database, vhost) as door:
        question, ours = await asked_by_mail(door)
        await come(door, ours, quoting(ours, "QUESTION\n\nDe quel Grigny parlez-vous ?", program))
        await come(door, ours, quoting(ours, "QUESTION : de quelle année ?", program), 2)
        events = await door.announced(ClarificationRequested)
        assert len(await announced(door)) == 2
    assert {(event.subject, event.data.partner, event.data.way) for event in events} == {
        (question, "grigny", "mail")
    }
    assert [event.data.text for event in events] == ["De quel Grigny parlez-vous ?", "de quelle année ?"]


async def test_a_library_corrects_its_answer_by_mail(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question, ours = await asked_by_mail(door)
        await come(door, ours, quoting(ours, "Au bord du Rhône."))
        await hears(door, question, answered_by("grigny"))
        corrected = "CORRECTION\n\nAu bord de la Seine.\n\nSources :\n- Archives, 4 T 18"
        for _ in range(2):
            await come(door, ours, quoting(ours, corrected), 2)
        (event,) = await door.announced(AdditionReceived)
    assert (event.data.corrects, event.data.text) == (True, "Au bord de la Seine.")
    assert event.data.sources == ("Archives, 4 T 18",)


async def test_an_answer_by_mail_has_no_marks(database: Database, vhost: VirtualHost) -> None:
    typed = "1986. L’année du *phare*\n# 12, et 2 * 3 * 4\n[x](https://a.example)"
    async with ingest(database, vhost) as door:
        _, ours = await asked_by_mail(door)
        await come(door, ours, quoting(ours, typed))
        (event,) = await door.announced(AnswerReceived)
    assert (event.data.text, event.data.format) == (typed, "plain")


async def test_a_correction_of_no_answer_is_nobodys_and_is_not_lost(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        _, ours = await asked_by_mail(door)
        await come(door, ours, quoting(ours, "CORRECTION\n\nAu bord de la Seine."))
        assert await door.announced(AdditionReceived) == []
        held = "SELECT (SELECT count(*) FROM held_reply) + (SELECT count(*) FROM quarantine)"
        assert await door.fetchval(held) == 1


@pytest.mark.parametrize(
    ("written", "is_spam"), [("SPAM", True), ("spam", False), ("SPAM Voir : ici", False)]
)
async def test_only_the_bare_word_in_capitals_marks_spam(
    database: Database, vhost: VirtualHost, written: str, is_spam: bool
) -> None:
    async with ingest(database, vhost) as door:
        question, ours = await asked_by_mail(door)
        await come(door, ours, quoting(ours, written))
        assert [type(fact) for fact in await announced(door)] == [SpamReported if is_spam else ReplyHeld]
        reported = await door.announced(SpamReported)
    assert [(one.subject, one.data.partner) for one in reported] == [(question, "grigny")] * is_spam


@pytest.mark.parametrize("program", ["outlook old", "gmail"])
async def test_an_asker_has_it_asked_again_by_mail(
    database: Database, vhost: VirtualHost, program: str
) -> None:
    """Before there is an answer the same words are an addition; what comes with them goes on, too."""
    words = "AUTRE RÉPONSE\n\nJe cherchais le petit moulin."
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        ours = our_mail("answer", question)
        await hears(door, question, routed_to("grigny"), ours.fact(MOMENT))
        await come(door, ours, quoting(ours, words, program))
        await hears(door, question, answered_by("grigny"))
        for _ in range(2):
            raw = with_file(reply(ours, quoting(ours, words, program), 2))
            assert (await door.deliver(raw, [ours.shown.answer_to]))[0][0] == 250
        early, files = await door.announced(QuestionFollowedUp)
        (again,) = await door.announced(ReopeningRequested)
    assert (early.data.text, again.data.way) == (words, "mail")
    assert again.data.text == "Je cherchais le petit moulin."
    assert [file.name for file in files.data.attachments] == ["plan.png"]


WAYS = ("api", "partner")
SENT: tuple[tuple[str, dict[str, Any], type[Fact], dict[str, Any]], ...] = (
    ("take", {"by": "Anne"}, QuestionTaken, {"by": "Anne"}),
    ("clarification", {"text": "Quel moulin ?"}, ClarificationRequested, {"text": "Quel moulin ?"}),
    ("decline", {"spam": True}, SpamReported, {}),
    ("answer", {"text": "# 12"}, AnswerReceived, {"text": "# 12", "format": "plain"}),
    (
        "answer",
        {"text": "**Là**", "format": "commonmark"},
        AnswerReceived,
        {"text": "**Là**", "format": "commonmark"},
    ),
)


async def hand_in(door: Ingest, way: str, partner: str, kind: str, data: dict[str, Any], on: UUID) -> str:
    """How it was received: `accepted`, or `refused`."""
    id_ = str(uuid4())
    if way == "partner":
        await send(door, partner, cloud(f"{kind}.submitted.v1", data, subject=str(on), id=id_))
        told = [one for one in await door.told(partner) if one["data"].get("original_id") == id_]
        return str(told[0]["type"].split(".")[1])
    plural = "follow-ups" if kind == "follow_up" else f"{kind}s"
    answered = await door.http.post(
        f"/api/v1/questions/{on}/{plural}",
        json=data,
        headers={"authorization": f"Bearer a key of {partner}", "idempotency-key": id_},
    )
    return "accepted" if answered.status_code == 202 else "refused"


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("kind", "data", "fact", "said"), SENT)
async def test_a_partner_says_it_by_api_and_by_event_alike(
    database: Database,
    vhost: VirtualHost,
    way: str,
    kind: str,
    data: dict[str, Any],
    fact: type[Fact],
    said: dict[str, Any],
) -> None:
    async with ingest(database, vhost) as door:
        question = await asked_by_api(door, "grigny")
        await bearer(door, "grigny")
        assert await hand_in(door, way, "grigny", kind, data, question) == "accepted"
        (event,) = await door.announced(fact)
    expected = {"partner": "grigny", "way": way, **said}
    told = event.data.model_dump(mode="json")
    assert event.subject == question
    assert {name: told[name] for name in expected} == expected


@pytest.mark.parametrize("way", WAYS)
async def test_an_addition_needs_an_answer_of_its_partner(
    database: Database, vhost: VirtualHost, way: str
) -> None:
    more = {"text": "Et le plan de 1832.", "sources": ["G 12"], "corrects": True}
    async with ingest(database, vhost) as door:
        question = await asked_by_api(door, "lyon", "grigny")
        for partner in ("lyon", "grigny"):
            await bearer(door, partner)
        assert await hand_in(door, way, "grigny", "addition", more, question) == "refused"
        assert await hand_in(door, way, "grigny", "answer", ANSWER, question) == "accepted"
        await hears(door, question, answered_by("grigny"))
        assert await hand_in(door, way, "grigny", "addition", more, question) == "accepted"
        assert await hand_in(door, way, "lyon", "addition", more, question) == "refused"
        (event,) = await door.announced(AdditionReceived)
    assert (event.data.partner, event.data.corrects, event.data.sources) == ("grigny", True, ("G 12",))


@pytest.mark.parametrize("way", WAYS)
async def test_who_asked_for_a_reader_goes_on_and_nobody_else(
    database: Database, vhost: VirtualHost, way: str
) -> None:
    """The reader's words and their wish to have it asked again."""
    words = {"text": "Ce n'est pas le bon moulin."}
    async with ingest(database, vhost) as door:
        question = await asked_for_a_reader(door)
        for partner in ("lyon", "grigny"):
            await bearer(door, partner)
        await hears(door, question, routed_to("lyon"), answered_by("lyon"))
        for kind in ("follow_up", "reopening"):
            assert await hand_in(door, way, "lyon", kind, words, question) == "refused"
            assert await hand_in(door, way, "grigny", kind, words, question) == "accepted"
        (followed,) = await door.announced(QuestionFollowedUp)
        (reopened,) = await door.announced(ReopeningRequested)
    assert {followed.data.text, reopened.data.text} == {words["text"]}
    assert {followed.data.way, reopened.data.way} == {way}


async def asked_for_a_reader(door: Ingest) -> UUID:
    await send(door, "grigny", cloud("question.submitted.v1", {"text": "Où était le moulin ?"}, id="q"))
    return (await door.announced(QuestionReceived))[-1].subject

"""Replies as they come by LMTP: what is held waits for its library, and what its library makes of it."""

from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from uuid import UUID

import pytest
from httpx import Response

from services.contracts.ingest import (
    AnswerReceived,
    ClarificationRequested,
    QuestionDeclined,
    QuestionFollowedUp,
    QuestionReceived,
    QuestionTaken,
    ReplyHeld,
)
from services.contracts.links.signed_links import asker_token, partner_token
from services.ingest.entrypoints.mail.quarantine_metrics import quarantine_metrics
from tests.support.bench import MOMENT
from tests.support.ingest_doors import KEYS, Ingest, answered_by, hears, ingest, mail, routed_to
from tests.support.mail_programs import TEXT_PROGRAMS
from tests.support.our_mails import OurMail, our_mail
from tests.support.servers import Database, VirtualHost

NOTE = "Je suis malade, merci de faire vite."
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 32


async def asked(door: Ingest) -> tuple[UUID, OurMail]:
    """A question with a private note, and the mail that asked the library."""
    form = {"text": "Où était le moulin de Grigny ?", "private_note": NOTE}
    await door.http.post("/api/v1/questions", json=form)
    question = (await door.announced(QuestionReceived))[0].subject
    ours = our_mail("assigned", question, partner="grigny", text=form["text"], note=NOTE)
    await hears(door, question, routed_to("grigny"), ours.fact(MOMENT))
    return question, ours


def reply(ours: OurMail, body: str, number: int = 1, **headers: str) -> bytes:
    return mail(body, Message_ID=f"<{number}@bib.example>", To=ours.shown.answer_to, **headers)


def with_file(raw: bytes) -> bytes:
    message = message_from_bytes(raw, policy=default)
    assert isinstance(message, EmailMessage)
    message.add_attachment(PNG, maintype="image", subtype="png", filename="plan.png")
    return bytes(message)


async def come(door: Ingest, ours: OurMail, body: str, number: int = 1, **headers: str) -> None:
    answered = await door.deliver(reply(ours, body, number, **headers), [ours.shown.answer_to])
    assert answered[0][0] == 250


async def page(door: Ingest, ours: OurMail, action: str = "", **fields: Any) -> Response:
    path = f"/r/{ours.shown.answer_to.partition('+')[2].partition('@')[0]}"
    if not action:
        return await door.http.get(path)
    return await door.http.post(f"{path}/{action}", data=fields)


async def held_number(door: Ingest) -> str:
    return str(await door.fetchval("SELECT id FROM held_reply WHERE done_at IS NULL"))


def quoting(ours: OurMail, written: str, program: str = "outlook old") -> str:
    return TEXT_PROGRAMS[program].reply(ours.shown, written)


@pytest.mark.parametrize(
    ("written", "why"),
    [
        ("", "empty"),
        ("Nous ne pourrons pas traiter cette demande.", "refusal"),
        ("EN COURS de traitement chez nous", "command"),
        ("Votre demande est enregistrée sous la référence REQ-20931.", "receipt"),
        ("Je suis en congés jusqu'au 11 décembre.", "absence"),
        ("QUESTION", "command"),
        ("Bien reçu, merci.", "receipt"),
        ("Pouvez-vous préciser la commune ?", "asks"),
        ("READ : 3", "empty"),
    ],
)
async def test_what_is_not_understood_for_sure_is_held_and_its_library_told(
    database: Database, vhost: VirtualHost, written: str, why: str
) -> None:
    async with ingest(database, vhost) as door:
        question, ours = await asked(door)
        await come(door, ours, quoting(ours, written))
        (event,) = await door.announced(ReplyHeld)
        assert await door.announced(AnswerReceived) == []
        assert await door.fetchval("SELECT text FROM held_reply") == written
        shown = await page(door, ours)
    assert (event.subject, event.data.partner, event.data.reason) == (question, "grigny", why)
    assert f">{written}</textarea>".replace("'", "&#39;") in shown.text


async def test_a_held_reply_goes_out_as_it_stands_or_as_it_was_corrected(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        _, ours = await asked(door)
        await door.deliver(
            with_file(reply(ours, "Je suis absente, voyez la cote 4 T 18.")), [ours.shown.answer_to]
        )
        sent = await page(door, ours, "answer", text="Voyez la cote 4 T 18.", held=await held_number(door))
        (event,) = await door.announced(AnswerReceived)
        assert await door.fetchval("SELECT done_as FROM held_reply") == "answer"
        after = await page(door, ours)
    assert sent.status_code == 303
    assert event.data.text == "Voyez la cote 4 T 18."
    assert [file.name for file in event.data.attachments] == ["plan.png"]
    assert 'name="held"' not in after.text


@pytest.mark.parametrize(
    ("action", "fact"),
    [
        ("decline", QuestionDeclined),
        ("take", QuestionTaken),
        ("ask-back", ClarificationRequested),
        ("set-aside", None),
    ],
)
async def test_a_library_decides_otherwise_about_its_held_reply(
    database: Database, vhost: VirtualHost, action: str, fact: Any
) -> None:
    async with ingest(database, vhost) as door:
        _, ours = await asked(door)
        await come(door, ours, "Nous ne pourrons pas traiter cette demande.")
        await page(door, ours, action, held=await held_number(door), ask="De quel moulin parlez-vous ?")
        assert await door.fetchval("SELECT count(*) FROM held_reply WHERE done_at IS NULL") == 0
        assert await door.announced(AnswerReceived) == []
        if fact is not None:
            assert len(await door.announced(fact)) == 1


async def test_a_file_and_nothing_else_is_an_answer_that_names_it(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        _, ours = await asked(door)
        raw = with_file(reply(ours, quoting(ours, "")))
        await door.deliver(raw, [ours.shown.answer_to])
        (event,) = await door.announced(AnswerReceived)
    assert event.data.text == "Voir le fichier joint."
    assert [file.name for file in event.data.attachments] == ["plan.png"]
    assert NOTE not in event.encode().decode()


async def test_a_file_with_a_signature_alone_is_an_answer_too(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        _, ours = await asked(door)
        raw = with_file(reply(ours, quoting(ours, "READ : 2\n\nCordialement,\nMarie")))
        await door.deliver(raw, [ours.shown.answer_to])
        (event,) = await door.announced(AnswerReceived)
    assert (event.data.text, event.data.effort) == ("Voir le fichier joint.\n\nCordialement,\nMarie", 2)


async def test_held_replies_are_counted_until_somebody_acts_or_the_question_ends(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question, ours = await asked(door)
        await come(door, ours, "QUESTION")
        assert await counted(door) == 1
        await page(door, ours, "set-aside", held=await held_number(door))
        assert await counted(door) == 0
        await come(door, ours, "QUESTION", 2)
        await hears(door, question, answered_by("grigny"))
        assert await counted(door) == 0


async def counted(door: Ingest) -> float:
    families = await quarantine_metrics(door.running.chassis.pool, 1)()
    samples = {sample.name: sample.value for family in families for sample in family.samples}
    return samples["sesame_ingest_held_replies"]


async def test_what_comes_right_after_our_mail_was_written_by_a_machine(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question, ours = await asked(door)
        later = our_mail("reminder", question, partner="grigny")
        await hears(door, question, later.fact(door.running.chassis.clock.now()))
        await come(door, ours, "Le standard est ouvert de 9 h à 17 h.")
        await come(door, ours, "EN COURS", 2)
        (event,) = await door.announced(ReplyHeld)
        assert len(await door.announced(QuestionTaken)) == 1
    assert event.data.reason == "too_quick"


async def test_a_machine_that_answers_our_word_of_it_is_told_once(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        _, ours = await asked(door)
        for number in range(4):
            await come(door, ours, "Je suis absente.", number)
        for number in range(4, 14):
            await come(door, ours, "Refus : non. " * 60, number)
        reasons = [event.data.reason for event in await door.announced(ReplyHeld)]
        assert await door.fetchval("SELECT count(*) FROM held_reply") == 14
    assert reasons.count("absence") == 1
    assert len(reasons) <= 5


@pytest.mark.parametrize("written", ["", "Voici la réponse.\n\nLe moulin est à Grigny."])
async def test_a_text_with_our_link_or_note_never_becomes_an_answer(
    database: Database, vhost: VirtualHost, written: str
) -> None:
    """As if every reader had failed: our whole mail comes as if somebody had written it."""
    async with ingest(database, vhost) as door:
        _, ours = await asked(door)
        link = f"http://sesame.example/r/{ours.shown.answer_to.partition('+')[2].partition('@')[0]}"
        for number, ours_too in enumerate((link, NOTE, ours.shown.answer_to)):
            await come(door, ours, f"{written}\n\nVous écrivez : {ours_too}", number)
            refused = await page(door, ours, "answer", text=f"{written} {ours_too}")
            assert refused.status_code == 422
        assert await door.announced(AnswerReceived) == []
        assert await door.fetchval("SELECT count(*) FROM held_reply WHERE reason = 'ours'") == 3


async def test_a_reply_to_a_mail_not_yet_heard_of_is_put_off(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        ours = our_mail("assigned", question, partner="grigny")
        await hears(door, question, routed_to("grigny"))
        raw = reply(ours, quoting(ours, "Au bord du Rhône."))
        early = await door.deliver(raw, [ours.shown.answer_to])
        await hears(door, question, ours.fact(MOMENT))
        then = await door.deliver(raw, [ours.shown.answer_to])
        (event,) = await door.announced(AnswerReceived)
    assert (early[0][0], then[0][0]) == (451, 250)
    assert event.data.text == "Au bord du Rhône."


async def test_the_askers_reply_to_any_mail_of_ours_is_their_addition(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        ours = our_mail("acknowledgement", question)
        await hears(door, question, ours.fact(MOMENT))
        await come(door, ours, quoting(ours, "C'était avant la guerre.", "gmail"))
        (event,) = await door.announced(QuestionFollowedUp)
        await come(door, ours, quoting(ours, "", "gmail"), 2)
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 1
    assert (event.subject, event.data.text) == (question, "C'était avant la guerre.")
    assert ours.shown.answer_to.partition("+")[2].startswith(asker_token(KEYS, question))


async def test_an_afterthought_in_the_askers_own_thread_is_theirs_and_a_friends_is_held(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        thread = {"In_Reply_To": "<1@mail.example>", "Subject": "Re: Un moulin"}
        await door.deliver(mail("Pardon, le petit moulin.", Message_ID="<2@mail.example>", **thread))
        await door.deliver(
            mail("Je me le demande aussi !", Message_ID="<3@x.example>", From="eve@x.example", **thread)
        )
        (event,) = await door.announced(QuestionFollowedUp)
        assert len(await door.announced(QuestionReceived)) == 1
        assert "not its asker's" in await door.fetchval("SELECT reason FROM quarantine")
    assert (event.subject, event.data.text) == (question, "Pardon, le petit moulin.")


async def test_an_asker_who_answers_another_mail_of_the_thread_goes_on_with_it(
    database: Database, vhost: VirtualHost
) -> None:
    """Their own second mail, and ours at the address it came from instead of the one for answers."""
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        ours = our_mail("answer", question)
        await hears(door, question, ours.fact(MOMENT))
        older = mail("Un.", Message_ID="<2@mail.example>", References="<1@mail.example>")
        own = mail("Deux.", Message_ID="<3@mail.example>", In_Reply_To="<2@mail.example>", To="x@y.example")
        theirs = mail(
            "Trois.", Message_ID="<4@mail.example>", In_Reply_To=f"<{ours.delivery}@sesame.example>"
        )
        await door.deliver(older)
        await door.deliver(own)
        await door.deliver(theirs, ["reply@sesame.example"])
        added = [event.data.text for event in await door.announced(QuestionFollowedUp)]
        assert len(await door.announced(QuestionReceived)) == 1
    assert added == ["Un.", "Deux.", "Trois."]


@pytest.mark.parametrize("to", ["question@sesame.example", "reply@sesame.example"])
@pytest.mark.parametrize("sender", ["desk@bib.example", "ada@mail.example"])
async def test_an_answer_to_our_mail_to_a_library_is_no_question_wherever_it_goes(
    database: Database, vhost: VirtualHost, to: str, sender: str
) -> None:
    async with ingest(database, vhost) as door:
        _, ours = await asked(door)
        thread = {"In_Reply_To": f"<{ours.delivery}@sesame.example>", "From": sender, "To": to}
        await door.deliver(mail("Au bord du Rhône.", Message_ID="<2@bib.example>", **thread), [to])
        assert len(await door.announced(QuestionReceived)) == 1
        assert await door.announced(QuestionFollowedUp) == []
        assert "to a library" in await door.fetchval("SELECT reason FROM quarantine")


@pytest.mark.parametrize("why", ["empty", "ours"])
async def test_an_asker_whose_reply_can_not_be_read_is_told_once(
    database: Database, vhost: VirtualHost, why: str
) -> None:
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        ours = our_mail("acknowledgement", question)
        await hears(door, question, ours.fact(MOMENT))
        theirs = f"Voyez http://sesame.example/r/{partner_token(KEYS, question, 'grigny')}"
        for _ in range(2):
            await come(door, ours, quoting(ours, theirs if why == "ours" else "", "gmail"), 2)
        (event,) = await door.announced(ReplyHeld)
        assert await door.announced(QuestionFollowedUp) == []
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 1
    assert (event.subject, event.data.partner, event.data.reason) == (question, None, why)


async def test_nobody_is_told_of_what_a_stranger_sent_to_an_askers_reply_address(
    database: Database, vhost: VirtualHost
) -> None:
    """Whoever typed in another's address has the page's link, and by it the reply address."""
    async with ingest(database, vhost) as door:
        await door.deliver(mail())
        question = (await door.announced(QuestionReceived))[0].subject
        ours = our_mail("acknowledgement", question)
        await come(door, ours, "", 2)
        await hears(door, question, ours.fact(MOMENT))
        await come(door, ours, "", 3, From="eve@evil.example")
        await come(door, ours, "", 4, From="ada@mail.example", Auto_Submitted="auto-replied")
        assert await door.announced(ReplyHeld) == []


async def test_what_our_mails_said_is_forgotten_with_the_asker(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question, ours = await asked(door)
        await come(door, ours, "Je suis absente.")
        await door.http.post(f"/q/{asker_token(KEYS, question)}/erase")
        await hears(door, question, ours.fact(MOMENT + timedelta(days=1)))
        assert await door.fetchval("SELECT count(*) FROM sent_mail") == 0
        assert await door.fetchval("SELECT count(*) FROM held_reply") == 0

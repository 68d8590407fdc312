from uuid import UUID

from services.contracts.ingest import (
    AnswerReceived,
    MailBounced,
    QuestionDeclined,
    QuestionFollowedUp,
    QuestionReceived,
    QuestionTaken,
)
from services.contracts.links.signed_links import (
    asker_token,
    bounce_token,
    is_of_address,
    partner_token,
    reply_address,
)
from tests.support.bench import MOMENT
from tests.support.ingest_doors import BREAKS_THE_PARSER, KEYS, Ingest, hears, ingest, mail, routed_to
from tests.support.mail_programs import TEXT_PROGRAMS
from tests.support.our_mails import our_mail
from tests.support.servers import Database, VirtualHost

REPLY_BOX = "reply@sesame.example"


async def asked(door: Ingest) -> UUID:
    await door.deliver(mail())
    return (await door.announced(QuestionReceived))[0].subject


async def test_a_mail_becomes_a_question(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        replies = await door.deliver(mail(), ["question+montreuil@sesame.example"])
        (event,) = await door.announced(QuestionReceived)
    assert replies[0][0] == 250
    assert event.data.text == "Un moulin\n\nOù était le moulin de Grigny ?"
    assert event.data.facets.origin == "montreuil"
    assert event.data.asker is not None
    assert (event.data.asker.mail, event.data.asker.message_id) == ("ada@mail.example", "<1@mail.example>")


async def test_one_mail_by_two_addresses_and_twice_is_one_question(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        both = ["question@sesame.example", "question+lyon@sesame.example"]
        replies = await door.deliver(mail(), both) + await door.deliver(mail(), both[:1])
        assert len(await door.announced(QuestionReceived)) == 1
    assert [code for code, _ in replies] == [250, 250, 250]


async def test_mail_to_others_is_not_taken(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        replies = await door.deliver(mail(), ["someone@elsewhere.example"])
    assert replies[0][0] == 550


async def test_a_reply_to_the_signed_address_is_the_partners_answer(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door)
        ours = our_mail("assigned", question, partner="grigny")
        await hears(door, question, routed_to("grigny"), ours.fact(MOMENT))
        body = TEXT_PROGRAMS["gmail"].reply(ours.shown, "Au bord du Rhône.")
        address = ours.shown.answer_to
        reply = mail(body, Message_ID="<2@bib.example>", In_Reply_To="<1@x>", To=address, Subject="Re: M")
        replies = await door.deliver(reply, [address.upper()], "desk@bib.example")
        (event,) = await door.announced(AnswerReceived)
    assert replies[0][0] == 250
    assert (event.subject, event.data.partner, event.data.way) == (question, "grigny", "mail")
    assert event.data.text == "Au bord du Rhône."
    assert event.data.facets is not None


async def test_a_respondent_declines_refers_and_takes_by_mail(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door)
        await hears(door, question, routed_to("lyon", "Lyon"), routed_to("grigny"))
        address = reply_address(REPLY_BOX, partner_token(KEYS, question, "grigny"))
        words = ("En cours", "REFUS\nLe fonds est à Lyon.\nVers : lyon", "Refus : trop loin\nVers : Paris")
        for number, body in enumerate(words):
            await door.deliver(mail(body, Message_ID=f"<{number}@bib.example>", To=address), [address])
        (taken,) = await door.announced(QuestionTaken)
        first, second = await door.announced(QuestionDeclined)
        assert await door.announced(AnswerReceived) == []
    assert (taken.data.partner, taken.data.way) == ("grigny", "mail")
    assert (first.data.partner, first.data.refer_to) == ("grigny", "lyon")
    assert (second.data.reason, second.data.refer_to) == ("trop loin\nVers : Paris", None)


async def test_an_answer_by_mail_names_its_sources(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door)
        await hears(door, question, routed_to("grigny"))
        address = reply_address(REPLY_BOX, partner_token(KEYS, question, "grigny"))
        body = "Au bord du Rhône.\n\nSources :\n- 3 P 69\n- https://gallica.example\n\nREAD : 3"
        await door.deliver(mail(body, Message_ID="<2@bib.example>", To=address), [address])
        (event,) = await door.announced(AnswerReceived)
    assert (event.data.text, event.data.effort) == ("Au bord du Rhône.", 3)
    assert event.data.sources == ("3 P 69", "https://gallica.example")


async def test_an_answer_that_comes_before_the_routing_is_put_off(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door)
        address = reply_address(REPLY_BOX, partner_token(KEYS, question, "grigny"))
        reply = mail("Au bord du Rhône.", Message_ID="<2@bib.example>", To=address)
        first = await door.deliver(reply, [address])
        await hears(door, question, routed_to("grigny"))
        second = await door.deliver(reply, [address])
        assert len(await door.announced(AnswerReceived)) == 1
    assert (first[0][0], second[0][0]) == (451, 250)


async def test_the_askers_reply_is_a_follow_up(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door)
        address = reply_address(REPLY_BOX, asker_token(KEYS, question))
        await door.deliver(mail("Et avant 1800 ?", Message_ID="<3@mail.example>", To=address), [address])
        (event,) = await door.announced(QuestionFollowedUp)
        assert len(await door.announced(QuestionReceived)) == 1
    assert (event.subject, event.data.text) == (question, "Et avant 1800 ?")


async def test_a_forged_reply_address_is_held_for_a_person(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door)
        forged = partner_token((b"another key of 16 letters",), question, "grigny")
        address = reply_address(REPLY_BOX, forged)
        replies = await door.deliver(mail("Faux.", Message_ID="<4@x.example>", To=address), [address])
        assert await door.announced(AnswerReceived) == []
        assert "not one of ours" in await door.fetchval("SELECT reason FROM quarantine")
    assert replies[0][0] == 250


async def test_automatic_mail_is_no_question_and_no_case_for_a_person(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        away = mail("Je suis absente.", Auto_Submitted="auto-replied", Message_ID="<5@x.example>")
        codes = [
            (await door.deliver(raw, sender=sender))[0][0]
            for raw, sender in ((away, "ada@mail.example"), (mail(), ""))
        ]
        assert await door.announced(QuestionReceived) == []
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 0
    assert codes == [250, 250]


def report(*recipients: str, number: int = 6) -> bytes:
    groups = "".join(f"\nFinal-Recipient: rfc822; {one}\nStatus: 5.1.1\n" for one in recipients)
    return (
        f"From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nMessage-ID: <{number}@mx.example>\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n{groups}--b--\n"
    ).encode()


async def test_a_bounce_at_our_return_path_marks_its_address_and_is_told(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door)
        path = reply_address(REPLY_BOX, bounce_token(KEYS, question, "Ada@mail.example"))
        await door.deliver(report("ada@mail.example", "desk@bib-lyon.example"), [path], "")
        (event,) = await door.announced(MailBounced)
    assert event.subject == question
    assert is_of_address(KEYS, event.data.address_digest, "ada@mail.example")
    assert (event.data.permanent, event.data.status) == (True, "5.1.1")
    assert "ada" not in event.encode().decode()


async def test_a_bounce_that_anybody_could_have_written_is_not_believed(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        question = await asked(door)
        forged_seal = bounce_token((b"another key of 16 letters",), question, "ada@mail.example")
        handed_out = (asker_token(KEYS, question), partner_token(KEYS, question, "grigny"))
        for number, token in enumerate((*handed_out, forged_seal)):
            forged = report("ada@mail.example", number=number)
            await door.deliver(forged, [reply_address(REPLY_BOX, token)], "")
        assert await door.fetchval("SELECT count(*) FROM submission WHERE outcome = 'bounce'") == 3
        assert await door.announced(MailBounced) == []


async def test_a_bounce_speaks_of_the_address_of_its_return_path_whatever_it_names(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        path = bounce_token(KEYS, await asked(door), "eve@evil.example")
        await door.deliver(report("ada@mail.example"), [reply_address(REPLY_BOX, path)], "")
        (event,) = await door.announced(MailBounced)
    assert is_of_address(KEYS, event.data.address_digest, "eve@evil.example")
    assert not is_of_address(KEYS, event.data.address_digest, "ada@mail.example")


async def test_what_a_person_writes_to_a_return_path_is_held(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        path = reply_address(REPLY_BOX, bounce_token(KEYS, await asked(door), "ada@mail.example"))
        await door.deliver(mail("Merci !", Message_ID="<7@mail.example>", To=path), [path])
        assert "only reports" in await door.fetchval("SELECT reason FROM quarantine")
        assert await door.announced(QuestionFollowedUp) == []


async def test_a_mail_that_can_not_be_understood_is_held_once(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        for _ in range(2):
            replies = await door.deliver(b"\xff\x00 neither header nor body")
        assert await door.fetchval("SELECT count(*) FROM quarantine") == 1
    assert replies[0][0] == 250


async def test_a_mail_that_breaks_the_parser_is_held_and_ingest_goes_on(
    database: Database, vhost: VirtualHost
) -> None:
    async with ingest(database, vhost) as door:
        replies = await door.deliver(BREAKS_THE_PARSER)
        held = await door.fetchval("SELECT reason || ' ' || envelope_to[1] FROM quarantine")
        after = await door.deliver(mail())
        assert len(await door.announced(QuestionReceived)) == 1
    assert [code for code, _ in replies + after] == [250, 250]
    assert held.startswith("reading it failed: RecursionError")
    assert held.endswith("question@sesame.example")


async def test_a_paragraph_in_one_line_is_taken(database: Database, vhost: VirtualHost) -> None:
    text = b"Du moulin et de ses pierres. " * 5000
    raw = b"From: a@b.example\nSubject: q\nMessage-ID: <8@b.example>\n\n" + text
    async with ingest(database, vhost) as door:
        replies = await door.deliver(raw)
        (event,) = await door.announced(QuestionReceived)
    assert replies[0][0] == 250
    assert len(event.data.text) > 49_000


async def test_a_mail_that_fails_by_itself_is_held_at_the_third_try_and_harms_no_other(
    database: Database, vhost: VirtualHost
) -> None:
    """451 for ever, and its sender's server gives up after days."""
    fails = mail("Une question impossible.", Message_ID="<9@mail.example>")
    async with ingest(database, vhost) as door:
        await door.running.chassis.pool.execute(
            "ALTER TABLE question ADD CONSTRAINT broken CHECK (text NOT LIKE '%impossible%')"
        )
        codes = []
        for _ in range(4):
            codes.append((await door.deliver(fails))[0][0])
            await door.deliver(mail())
        held = await door.fetchval("SELECT string_agg(reason, ' ') FROM quarantine")
        assert fails.replace(b"\n", b"\r\n") == await door.fetchval("SELECT raw FROM quarantine")
        assert len(await door.announced(QuestionReceived)) == 1
    assert codes == [451, 451, 250, 250]
    assert held == "3 attempts failed: CheckViolationError"

"""Promises about mail, against a real SMTP server that refuses, drops, hangs, or takes it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from dataclasses import replace as but
from email.utils import parseaddr
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtplib import SMTPServerDisconnected

from services.contracts.links.signed_links import is_of_address, read_token
from services.notifier.domain.delivery import Failed, Sent, Similar
from services.notifier.domain.outgoing import FollowedUp
from services.notifier.sending.mail.compose import Composer, SenderIdentity
from services.notifier.sending.mail.rendering import TEMPLATES, MailRenderer
from services.notifier.sending.senders.mail import MailSender
from services.notifier.sending.senders.similar_answers import WithSimilarAnswers
from services.notifier.sending.senders.smtp import SmtpLines, SmtpServer
from tests.support import notifier_facts as made
from tests.support.notifier_outgoing import QUESTION, assigned, outgoing
from tests.support.smtp_sink import Sink, smtp_sink
from tests.support.waiting import PATIENCE_SECONDS

HOUSE = SenderIdentity(
    "Sésame", "network.example", "https://network.example", (b"k" * 32,), "coordination@network.example", "fr"
)
PARTNER = "reference@bpi.example"
WORD = FollowedUp(uuid4(), "Encore une chose.", made.DUE)


@dataclass
class Scene:
    sink: Sink
    sender: MailSender


@asynccontextmanager
async def sending(
    port: int,
    letters: MailRenderer | None = None,
    seconds: float = PATIENCE_SECONDS,
    house: SenderIdentity = HOUSE,
) -> AsyncIterator[MailSender]:
    composer = Composer(house, letters or MailRenderer(zone="Europe/Paris"))
    async with SmtpLines(SmtpServer("127.0.0.1", port, seconds=seconds), most=2) as lines:
        yield MailSender(composer, lines)


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with smtp_sink() as sink, sending(sink.port) as sender:
        yield Scene(sink, sender)


async def test_a_domain_with_accents_is_written_to_in_ascii(scene: Scene) -> None:
    """The return path still says whose it is, in the words that we were given."""
    assert isinstance(await scene.sender.send(outgoing("mail", "desk@straße.example", "assigned")), Sent)
    [mail] = scene.sink.taken
    assert mail.recipient == mail.message["To"] == "desk@xn--strae-oqa.example"
    link = read_token(HOUSE.keys, mail.sender.partition("+")[2].partition("@")[0])
    assert link is not None
    assert is_of_address(HOUSE.keys, link.digest, "desk@straße.example")


async def test_accents_before_the_at_go_out_where_the_server_offers_it(scene: Scene) -> None:
    assert isinstance(await scene.sender.send(outgoing("mail", "jérôme@médiathèque.example")), Sent)
    assert isinstance(await scene.sender.send(outgoing("mail", "ada@asker.example")), Sent)
    first, second = scene.sink.taken
    assert first.recipient == first.message["To"] == "jérôme@xn--mdiathque-53af.example"
    assert second.recipient == "ada@asker.example"


async def test_where_the_server_does_not_offer_it_the_mail_is_given_up_with_the_reason() -> None:
    async with smtp_sink(smtputf8=False) as sink, sending(sink.port) as sender:
        failed = await sender.send(outgoing("mail", "jérôme@asker.example"))
        assert isinstance(await sender.send(outgoing("mail", "ada@asker.example")), Sent)
    assert isinstance(failed, Failed)
    assert failed.final
    assert "SMTPUTF8" in failed.error
    assert "jérôme" not in failed.error


async def test_temporary_refusal_is_tried_again(scene: Scene) -> None:
    scene.sink.answers = ["451 4.3.0 try later"]
    outcome = await scene.sender.send(outgoing("mail", PARTNER))
    assert isinstance(outcome, Failed)
    assert not outcome.final


async def test_final_refusal_is_given_up(scene: Scene) -> None:
    scene.sink.answers = ["554 5.7.1 no"]
    assert await scene.sender.send(outgoing("mail", PARTNER)) == Failed("SMTP 554 5.7.1 no", final=True)


async def test_unknown_mailbox_is_given_up_without_its_address_in_the_error(scene: Scene) -> None:
    outcome = await scene.sender.send(outgoing("mail", "nobody@bpi.example"))
    assert isinstance(outcome, Failed)
    assert outcome.final
    assert "nobody" not in outcome.error


async def test_mail_lost_after_data_is_sent_again_under_the_same_message_id(scene: Scene) -> None:
    scene.sink.answers = ["drop"]
    delivery = outgoing("mail", PARTNER)
    with pytest.raises(SMTPServerDisconnected):
        await scene.sender.send(delivery)
    assert isinstance(await scene.sender.send(delivery), Sent)
    assert len({mail.message["Message-ID"] for mail in scene.sink.taken}) == 1
    assert len(scene.sink.taken) == 2


async def test_hanging_server_is_given_its_time_and_no_more() -> None:
    async with smtp_sink() as sink, sending(sink.port, seconds=2.0) as sender:
        sink.answers = ["hang"]
        with pytest.raises(TimeoutError):
            await sender.send(outgoing("mail", PARTNER))
        assert isinstance(await sender.send(outgoing("mail", PARTNER)), Sent)


async def test_refusal_leaves_the_connection_clean_for_the_next_mail(scene: Scene) -> None:
    await scene.sender.send(outgoing("mail", "nobody@bpi.example"))
    assert isinstance(await scene.sender.send(outgoing("mail", PARTNER)), Sent)


@pytest.mark.parametrize("address", ["a b@c.example", "a@@c.example"])
async def test_what_no_server_could_reach_is_given_up(scene: Scene, address: str) -> None:
    outcome = await scene.sender.send(outgoing("mail", address))
    assert isinstance(outcome, Failed)
    assert outcome.final
    assert address not in outcome.error


async def test_silenced_address_is_not_written_to(scene: Scene) -> None:
    outcome = await scene.sender.send(but(outgoing("mail", PARTNER), silenced=True))
    assert isinstance(outcome, Failed)
    assert outcome.final
    assert scene.sink.taken == []


async def test_bounces_come_back_to_a_path_of_their_own_that_names_question_and_recipient(
    scene: Scene,
) -> None:
    await scene.sender.send(outgoing("mail", PARTNER))
    [mail] = scene.sink.taken
    link = read_token(HOUSE.keys, mail.sender.removeprefix("reply+").partition("@")[0])
    assert link is not None
    assert link.role == "bounce"
    assert str(link.question_id) == mail.message["X-Sesame-Question"]
    assert is_of_address(HOUSE.keys, link.digest, PARTNER)
    assert mail.sender != parseaddr(mail.message["Reply-To"])[1]


@pytest.mark.parametrize("kind", ["assigned", "overdue", "reminder", "follow_up"])
async def test_a_library_overseas_reads_its_due_time_in_its_own_time(scene: Scene, kind: str) -> None:
    there = but(assigned(), time_zone="Indian/Reunion", about=QUESTION)
    await scene.sender.send(outgoing("mail", PARTNER, kind, assignment=there, follow_up=WORD))
    [mail] = scene.sink.taken
    for part in ("plain", "html"):
        said = " ".join(mail.body(part).split())
        assert "samedi 21 novembre 2026 à 13 h 12 (heure de La Réunion)" in said


@pytest.mark.parametrize("kind", ["assigned", "overdue", "reminder", "follow_up"])
async def test_no_machine_of_a_library_answers_our_mail(scene: Scene, kind: str) -> None:
    await scene.sender.send(but(outgoing("mail", PARTNER, kind), follow_up=WORD))
    [mail] = scene.sink.taken
    assert mail.message["Auto-Submitted"] == "auto-generated"
    assert mail.message["X-Auto-Response-Suppress"] == "All"


async def test_an_answer_is_a_persons_words_and_not_marked_automatic(scene: Scene) -> None:
    await scene.sender.send(outgoing("mail", made.ASKER.mail or "", "answer"))
    assert scene.sink.taken[0].message["Auto-Submitted"] is None


async def test_answer_is_an_answer_in_the_askers_own_thread_and_language(scene: Scene) -> None:
    await scene.sender.send(outgoing("mail", made.ASKER.mail or "", "answer"))
    [mail] = scene.sink.taken
    assert mail.message["Subject"] == "Re: Les moulins de la Bièvre"
    assert (made.ASKER.message_id or "") in mail.message["References"]
    assert mail.message["Content-Language"] == "fr"
    assert "Atlas des rivières, 1899" in mail.body("plain")
    assert made.NOTE not in mail.body("plain")


ADVERTISING = "Gagnez https://evil.example/prix"
OF_A_STRANGER = {
    "mail": "victim@mail.example",
    "name": ADVERTISING,
    "subject_line": ADVERTISING,
    "message_id": "<1@evil.example>",
}


@pytest.mark.parametrize("proof", [None, "typed", "return_path", "claimed"])
@pytest.mark.parametrize("kind", ["acknowledgement", "asked_again", "late", "closed", "not_passed_on"])
async def test_nobody_makes_us_carry_their_words_to_another(
    scene: Scene, kind: str, proof: str | None
) -> None:
    delivery = outgoing(
        "mail", "victim@mail.example", kind, details={"reason": "out_of_scope"}, assignment=None
    )
    asker = OF_A_STRANGER | ({"proof": proof} if proof else {})
    question = but(delivery.question, text=ADVERTISING, private_note=ADVERTISING, asker=asker)
    await scene.sender.send(but(delivery, question=question))
    [mail] = scene.sink.taken
    for shown in (mail.body("plain"), mail.body("html"), str(mail.message["Subject"])):
        assert "evil" not in shown
        assert "Gagnez" not in shown
    assert str(question.id)[-8:] in mail.body("plain")


async def test_who_wrote_from_a_proven_address_reads_their_own_words(scene: Scene) -> None:
    delivery = outgoing("mail", "victim@mail.example", "acknowledgement", assignment=None)
    asker = OF_A_STRANGER | {"proof": "authenticated", "subject_line": "Les moulins"}
    await scene.sender.send(but(delivery, question=but(delivery.question, asker=asker)))
    [mail] = scene.sink.taken
    assert mail.message["Subject"] == "Re: Les moulins"
    assert "moulins de la Bièvre" in mail.body("plain")


async def test_english_asker_is_written_to_in_english(scene: Scene) -> None:
    delivery = outgoing("mail", "asker@asker.example", "acknowledgement")
    facets = {**delivery.question.facets, "language": "en"}
    await scene.sender.send(but(delivery, question=but(delivery.question, facets=facets)))
    assert "Your question has reached us" in scene.sink.taken[0].body("plain")


@pytest.mark.parametrize("kind", ["assigned", "overdue", "reminder", "ended", "follow_up"])
async def test_partner_never_reads_who_asked(scene: Scene, kind: str) -> None:
    await scene.sender.send(
        but(outgoing("mail", PARTNER, kind), follow_up=FollowedUp(uuid4(), "Encore une chose.", made.DUE))
    )
    [mail] = scene.sink.taken
    for secret in ("asker.example", "Odile", "Marchand"):
        assert secret not in mail.message.as_string()
        assert secret not in mail.body("plain") + mail.body("html")


async def test_text_is_never_markup_in_html(scene: Scene) -> None:
    delivery = outgoing("mail", PARTNER)
    question = but(delivery.question, text="<b>gras</b> & <script>alert(1)</script>")
    await scene.sender.send(but(delivery, question=question))
    html = scene.sink.taken[0].body("html")
    assert "<script>" not in html
    assert "&lt;b&gt;gras" in html


async def test_network_and_partner_can_replace_any_template(tmp_path: Path) -> None:
    own = '{% set subject = "Bonjour " ~ partner %}\nÀ vous : {{ question_text }}'
    (tmp_path / "bpi" / "fr").mkdir(parents=True)
    (tmp_path / "bpi" / "fr" / "assigned.j2").write_text(own)
    letters = MailRenderer(zone="Europe/Paris", replacements=tmp_path)
    async with smtp_sink() as sink, sending(sink.port, letters) as sender:
        await sender.send(outgoing("mail", PARTNER))
        assert sink.taken[0].message["Subject"] == "Bonjour Bpi"
        assert "À vous : Où se trouvaient" in sink.taken[0].body("plain")


async def test_a_template_copied_before_a_value_was_renamed_still_makes_its_mail(tmp_path: Path) -> None:
    (tmp_path / "assigned.j2").write_text('{% set subject = "Neu" %}\n{{ spoken }}: {{ question_text }}')
    letters = MailRenderer(zone="Europe/Paris", replacements=tmp_path)
    assert letters.faults() == []
    async with smtp_sink() as sink, sending(sink.port, letters) as sender:
        await sender.send(outgoing("mail", PARTNER))
        assert ": Où se trouvaient" in sink.taken[0].body("plain")


def test_a_broken_own_template_is_named_with_what_it_asks_for(tmp_path: Path) -> None:
    (tmp_path / "fr").mkdir()
    (tmp_path / "fr" / "answer.j2").write_text(
        '{% set subject = "A" %}{{ answer_txt }}{{ extra | default("") }}'
    )
    (tmp_path / "late.j2").write_text("{% if partner %}")
    (tmp_path / "rating.j2").write_text("{{ partner | shout }}")
    named, unended, no_filter = MailRenderer(zone="Europe/Paris", replacements=tmp_path).faults()
    assert "fr/answer.j2" in named
    assert "'answer_txt'" in named
    assert "late.j2, line 1" in unended
    assert "shout" in no_filter


def test_our_own_templates_ask_for_nothing_that_is_not_given() -> None:
    assert MailRenderer(zone="Europe/Paris", replacements=TEMPLATES).faults() == []


async def test_respondent_reads_what_was_answered_before_in_the_mail(scene: Scene) -> None:
    async def similar(_text: str) -> tuple[Similar, ...]:
        return (Similar("Les moulins peints", "https://archive.example/a/7"),)

    await WithSimilarAnswers(scene.sender, similar).send(outgoing("mail", PARTNER))
    [mail] = scene.sink.taken
    assert "https://archive.example/a/7" in mail.body("plain")
    assert 'href="https://archive.example/a/7"' in mail.body("html")


def spaces(text: str) -> str:
    """Lines and no-break spaces as the eye reads them."""
    return " ".join(text.split())


async def test_library_reads_in_its_language_why_it_was_chosen(scene: Scene) -> None:
    reasons = (
        {"code": "origin", "points": 50},
        {"code": "subject", "points": 24.0, "subject": "histoire", "strength": 4},
        {"code": "fairness", "points": -3.2, "owed": -0.32},
        {"code": "manual", "points": 0, "actor": "Anne", "said": "elle connaît le fonds"},
    )
    await scene.sender.send(outgoing("mail", PARTNER, assignment=but(assigned(), reasons=reasons)))
    text = scene.sink.taken[0].body("plain")
    told = " ".join(text.split())
    assert "Pourquoi le réseau vous a choisis : - la question a été posée chez vous" in told
    assert "- votre force sur le thème « Histoire et patrimoine » : 4 sur 5" in told
    assert "- la coordination vous a choisis : elle connaît le fonds" in told
    assert "partage" not in told
    assert "50" not in told


async def test_coordinator_reads_in_their_language_why_nobody_could_be_asked(scene: Scene) -> None:
    excluded = [
        {"partner": "gent", "code": "language", "language": "fr"},
        {"partner": "lyon", "code": "overdue"},
        {"partner": "metz", "code": "overdue"},
    ]
    details = {"reason": {"code": "nobody_left"}, "excluded": excluded}
    await scene.sender.send(outgoing("mail", PARTNER, "unroutable", details=details, assignment=None))
    told = " ".join(scene.sink.taken[0].body("plain").split())
    assert "aucune bibliothèque du réseau ne peut la prendre" in told
    assert "- ne répond pas dans cette langue : français – gent" in told
    assert "- a laissé passer le délai – lyon et metz" in told


async def test_several_matters_come_to_the_coordinator_in_one_mail(scene: Scene) -> None:
    details = {"reason": {"code": "nobody_left"}, "excluded": []}
    notes = [
        but(
            outgoing("mail", "coordination@network.example", "unroutable", details=details, assignment=None),
            id=made.part(made_question, "note"),
            question=but(
                outgoing("mail", PARTNER).question, id=made_question, text=f"Où est {made_question} ?"
            ),
        )
        for made_question in (made.part(QUESTION, "one"), made.part(QUESTION, "two"))
    ]
    await scene.sender.send_together(notes)
    [mail] = scene.sink.taken
    assert mail.message["Auto-Submitted"] == "auto-generated"
    for note in notes:
        assert str(note.question.id) in mail.body("plain").replace("\n", " ")
        assert str(note.question.id) in mail.body("html")
    assert "<!doctype html>" not in mail.body("plain").lower()


async def test_the_coordinators_mails_lead_to_where_they_act() -> None:
    house = but(HOUSE, workspace_url="https://atelier.example")
    details = {"reason": {"code": "nobody_left"}, "excluded": [], "kind": "answer", "way": "mail"}
    led = {}
    async with smtp_sink() as sink, sending(sink.port, house=house) as sender:
        for kind in ("unroutable", "failure"):
            await sender.send(outgoing("mail", PARTNER, kind, details=details, assignment=None))
            led[kind] = sink.taken[-1].body("plain")
        await sender.send(outgoing("mail", PARTNER, assignment=assigned()))
        to_library = sink.taken[-1].body("plain")
    assert f"https://atelier.example/questions/{QUESTION}" in led["unroutable"].replace("\n", "")
    assert "https://atelier.example/deliveries" in led["failure"]
    assert "atelier.example" not in to_library

"""Every page of the archive and every letter is valid HTML, as the W3C's Tidy reads it."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from uuid import UUID

import pytest

from devtools.servers.packages import provide_program
from services.chassis.face import OURS, accent_of
from services.chassis.face.colours import DARK_GROUNDS, LIGHT_GROUNDS, NIGHT
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.sending.mail.codes import DELIVERIES
from services.notifier.sending.mail.compose import Composer, SenderIdentity
from services.notifier.sending.mail.rendering import MailRenderer
from tests.integration.notifier.test_mail import HOUSE, PARTNER
from tests.support import notifier_facts as made
from tests.support.notifier_archive import Archive, archive
from tests.support.notifier_outgoing import QUESTION, answered, outgoing
from tests.support.notifier_outgoing import message as written
from tests.support.servers import Database

PAGES = ["/?lang=fr", "/?q=moulnis&lang=en", "/?q=xyzzyx", "/a/1?lang=fr", "/a/2", "/a/999", "/embed/bpi"]


async def faults(html: str) -> list[str]:
    tidy = await asyncio.to_thread(provide_program, "tidy", "tidy")
    process = await asyncio.create_subprocess_exec(
        tidy,
        "-e",
        "-q",
        "-utf8",
        "--drop-empty-elements",
        "no",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await process.communicate(html.encode())
    return said.decode().splitlines()


@pytest.fixture
async def here(database: Database) -> AsyncIterator[Archive]:
    async with archive(database) as here:
        await here.released(
            "Les moulins de la Bièvre ont-ils été peints ?", "Voir <b>https://example.org/a?b=1&c=2"
        )
        await here.decide(await here.released("Où lire des cartes ?"), "withdraw")
        yield here


async def test_every_page_is_valid(here: Archive) -> None:
    for address in PAGES:
        assert (address, await faults((await here.reader.get(address)).text)) == (address, [])


async def test_what_is_wrong_is_seen() -> None:
    assert await faults("<!doctype html><title>x</title><p><div></p><img src=x>")


KINDS = sorted(
    DELIVERIES.keys()
    - {"gathered", "sign_in", "invitation", "joining", "applied", "not_joined", "readdressed", "called"}
    - {"turned_away"}
)
MESSAGES = ("addition", "clarification", "clarification_reminder", "correction")
LATE = {"headline": "Où lire ?", "partner": None, "id": "1"}
STILL_OPEN = {
    "headline": "Où lire ?",
    "id": str(QUESTION),
    "due_at": made.PROMISE.isoformat(),
    "zone": None,
}
DETAILS = {
    "daily": {
        "held": 3,
        "to_post": 1,
        "late": [LATE],
        "lost": [{"kind": "answer", "way": "mail", "question_id": "1"}],
    },
    "digest": {
        "asked": 12,
        "answered": 9,
        "open": ["Où trouver des plans ?"],
    },  # as the version before writes it
    "rated": {"stars": 4, "comment": "Merci !"},
    "refused": {"reason": "already_answered", "accepted_by": {"name": "Lyon"}},
    "unroutable": {
        "reason": {"code": "asked_in_vain", "attempts": 5},
        "excluded": [{"partner": "gent", "code": "language", "language": "fr"}],
    },
    "held": {"reason": "quoted", "partner_name": "Bpi"},
    "promise": {"due_at": made.PROMISE.isoformat(), "partner_name": "Bpi"},
}


async def test_every_letter_is_valid_in_both_languages() -> None:
    for language in ("fr", "en", "nl"):
        composer = Composer(replace(HOUSE, language=language), MailRenderer(zone="Europe/Paris"))
        for kind in KINDS:
            letter = outgoing("mail", PARTNER, kind, details=DETAILS.get(kind, {}), answer=answered())
            if kind in MESSAGES:
                letter = replace(letter, message=written(kind))
            message = message_from_bytes(composer.compose(letter).content, policy=default)
            part = message.get_body(("html",))
            assert part is not None
            assert (language, kind, await faults(part.get_content())) == (language, kind, [])


NEW_YEAR = datetime(2027, 1, 4, 7, tzinfo=UTC)


def html_of(
    letter: DeliveryAttempt, letters: MailRenderer | None = None, house: SenderIdentity = HOUSE
) -> str:
    composer = Composer(house, letters or MailRenderer(zone="Europe/Paris"))
    message = message_from_bytes(composer.compose(letter).content, policy=default)
    part = message.get_body(("html",))
    assert part is not None
    content: str = part.get_content()
    return content


def test_a_persons_words_say_which_language_they_are_in() -> None:
    """As they are, and not as the form was told: many leave its choice as they find it."""
    letter = outgoing("mail", PARTNER)
    arabic = replace(letter, question=replace(letter.question, text="أبحث عن كتب لتعليم اللغة العربية"))
    assert '<blockquote class="question" dir="auto" lang="ar">' in html_of(arabic)
    told = replace(letter, question=replace(letter.question, text="Nº 12 ?", facets={"language": "br"}))
    assert '<blockquote class="question" dir="auto" lang="br">' in html_of(told)
    unknown = replace(letter, question=replace(letter.question, text="Nº 12 ?", facets={"channel": "mail"}))
    assert '<blockquote class="question" dir="auto">' in html_of(unknown)


def test_an_answer_says_its_own_language_and_not_its_questions() -> None:
    dutch = replace(answered(), text="De molen stond aan de oever van de rivier, dicht bij de oude brug.")
    assert '<div class="words" dir="auto" lang="nl">' in html_of(
        outgoing("mail", PARTNER, "answer", answer=dutch)
    )


def test_a_mail_has_the_networks_colour_and_grounds_that_it_can_be_read_on() -> None:
    accent = accent_of("#7a0026")
    letters = MailRenderer(zone="Europe/Paris", accent=accent)
    html = html_of(outgoing("mail", PARTNER, "answer", answer=answered()), letters)
    day, night = html.split("</style>")[0].split("@media (prefers-color-scheme: dark)")
    assert f"background: {accent.light}; color: #ffffff" in day
    assert f"background: {accent.dark}; color: {NIGHT}" in night
    assert OURS.light not in html
    for style, grounds, own in ((day, LIGHT_GROUNDS, accent.light), (night, DARK_GROUNDS, accent.dark)):
        assert {*re.findall(r"background: (#\w+)", style)} - {own} <= {*grounds}


def test_libraries_left_out_are_called_by_their_names() -> None:
    excluded = [{"partner": "bm-gent", "partner_name": "Bibliotheek De Krook", "code": "week_full"}]
    told = {"reason": {"code": "nobody_left"}, "excluded": excluded}
    html = html_of(outgoing("mail", PARTNER, "unroutable", details=told))
    assert "Bibliotheek De Krook" in html
    assert "bm-gent" not in html


def test_a_librarys_week_leads_to_its_figures_of_the_year() -> None:
    """In the first week of January to those of the year before, of which there are some."""
    letter = replace(outgoing("mail", PARTNER, "digest", details=DETAILS["digest"]), decided_at=NEW_YEAR)
    house = replace(HOUSE, figures_url="https://chiffres.example")
    assert 'href="https://chiffres.example/figures/2026/bpi?lang=fr"' in html_of(letter, house=house)
    assert "/figures/" not in html_of(letter)


@pytest.mark.parametrize(("beginnings", "told"), [(["Où lire ?"], True), ([], False)])
def test_a_week_tells_no_question_that_a_copy_of_before_forgot(beginnings: list[str], told: bool) -> None:
    details = {"asked": 12, "answered": 9, "open": beginnings, "open_questions": [STILL_OPEN]}
    said = html_of(outgoing("mail", PARTNER, "digest", details=details))
    assert (str(QUESTION)[-8:] in said, "Où lire ?" in said) == (told, told)


def test_a_week_in_an_operators_text_of_before_is_told(tmp_path: Path) -> None:
    (tmp_path / "digest.j2").write_text(
        '{% import shapes as s %}{% set subject = "Semaine" %}{{ s.points(given.open) }}'
    )
    details = {"asked": 12, "answered": 9, "open": ["Où lire ?"], "open_questions": [STILL_OPEN]}
    renderer = MailRenderer(zone="Europe/Paris", replacements=tmp_path)
    letter = outgoing("mail", PARTNER, "digest", details=details)
    assert "Où lire ?" in html_of(letter, renderer)


@pytest.mark.parametrize("kind", ["held", "rated"])
def test_what_a_library_did_not_read_leads_the_coordinator_to_the_question(kind: str) -> None:
    """And whoever reads it in a library is led to no page of the workspace."""
    house = replace(HOUSE, workspace_url="https://travail.example")
    letter = outgoing("mail", PARTNER, kind, details=DETAILS[kind], assignment=None, answer=answered())
    assert f'href="https://travail.example/questions/{QUESTION}"' in html_of(letter, house=house)
    to_a_library = outgoing("mail", PARTNER, kind, details=DETAILS[kind], answer=answered())
    assert "travail.example" not in html_of(to_a_library, house=house)


def test_a_delivery_about_no_question_names_none() -> None:
    letter = outgoing("mail", PARTNER, "failure", details={"kind": "sign_in", "way": "mail"}, assignment=None)
    nobody = replace(letter, question=replace(letter.question, id=UUID(int=0), text=""))
    content = Composer(HOUSE, MailRenderer(zone="Europe/Paris")).compose(nobody).content
    message = message_from_bytes(content, policy=default)
    assert message["Subject"] == "Un envoi abandonné"
    assert "0000" not in html_of(nobody)


def test_a_name_in_another_writing_turns_nothing_round() -> None:
    letter = outgoing("mail", PARTNER, "answer", answer=replace(answered(), text="Voici."))
    asker = {**letter.question.asker, "name": "ليلى\u202e حداد"}
    html = html_of(replace(letter, question=replace(letter.question, asker=asker)))
    assert "Bonjour <bdi>ليلى حداد</bdi>," in html


def test_an_asker_abroad_is_told_whose_time_it_is() -> None:
    letter = outgoing("mail", PARTNER, "acknowledgement")
    for country, told in (("CA", True), ("BE", False)):
        html = html_of(replace(letter, question=replace(letter.question, place={"country": country})))
        assert ("(heure d’Europe centrale)" in html) is told


def test_sources_of_an_answer_are_links() -> None:
    said = replace(answered(), sources=("Catalogue : https://catalogue.example/42",))
    assert 'href="https://catalogue.example/42"' in html_of(outgoing("mail", PARTNER, "answer", answer=said))


def test_an_answer_that_was_not_passed_on_comes_back_as_it_was_meant() -> None:
    told = {"reason": "already_answered", "text": "Au **fonds Armand**, cote *2 J 118*."}
    set_ = html_of(outgoing("mail", PARTNER, "refused", details={**told, "format": "commonmark"}))
    assert "<strong>fonds Armand</strong>" in set_
    assert "**fonds Armand**" in html_of(outgoing("mail", PARTNER, "refused", details=told))


async def test_the_mail_to_a_called_colleague_says_where_and_nothing_that_stands_there() -> None:
    details = {
        "question": str(QUESTION),
        "number": str(QUESTION)[-8:],
        "name": "Bruno Roux",
        "called_by": "Amel Benali",
        "theme": "histoire",
        "expires_at": None,
    }
    house = replace(HOUSE, workspace_url="https://travail.example")
    for language, theme in (("fr", "Histoire"), ("en", "History")):
        told = {**details, "language": language}
        letter = outgoing("mail", "bruno@libraries.example", "called", details=told, assignment=None)
        html = html_of(letter, house=house)
        assert await faults(html) == []
        assert f'href="https://travail.example/questions/{QUESTION}#notes"' in html
        assert theme.lower() in html.lower()
        assert not [word for word in (made.TEXT, made.NOTE, str(made.ASKER.mail)) if word in html]

"""The wall: nothing of ours reaches whom it is not for, were our whole mail taken for somebody's words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.contracts.links.wall import Wall, repeats
from services.ingest.domain.mime.html_text import html_to_text
from services.notifier.domain.delivery import Failed
from services.notifier.domain.outgoing import DeliveryAttempt
from services.notifier.domain.walling import why_not
from services.notifier.sending.senders.page import PageSender
from services.notifier.sending.senders.walled import WalledSender
from tests.support import notifier_facts as made
from tests.support.mail_programs import HTML_PROGRAMS, PLACES, TEXT_PROGRAMS, as_html, proofpoint, safe_links
from tests.support.notifier_outgoing import QUESTION, answered
from tests.support.our_mails import KEYS, KINDS, LANGUAGES, REPLY_BOX, URL, delivery, our_mail

WALL = Wall(KEYS, REPLY_BOX, URL)
WRITTEN = "Le moulin est à Grigny, au bord du Rhône."


def quotes(kind: str, language: str) -> dict[str, str]:
    """One whole mail of ours as each program shows it, in each place."""
    shown = our_mail(kind, language=language).shown
    texts = {
        f"{name} {place}": program.reply(shown, WRITTEN, place)
        for name, program in TEXT_PROGRAMS.items()
        for place in PLACES
    }
    pages = {
        f"{name} {place} HTML": html_to_text(program.reply(shown, as_html(WRITTEN), place))
        for name, program in HTML_PROGRAMS.items()
        for place in program.places
    }
    return texts | pages


def answering(text: str) -> DeliveryAttempt:
    """The answer's delivery, were this its text."""
    attempt = delivery("answer", QUESTION)
    return replace(attempt, answer=replace(answered(), text=text))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_no_mail_of_ours_passes_for_an_answer_whatever_program_quotes_it(kind: str, language: str) -> None:
    found = quotes(kind, language)
    passed = [name for name, text in found.items() if why_not(WALL, answering(text)) is None]
    assert passed == []
    at_the_door = [name for name, text in found.items() if not door_stops(text)]
    assert at_the_door == []


def door_stops(text: str) -> bool:
    return bool(WALL.why_not((text,), QUESTION, partners=("bpi",), note=made.NOTE, known=made.TEXT))


@pytest.mark.parametrize("kind", KINDS)
def test_a_single_line_of_ours_that_is_a_key_is_enough(kind: str) -> None:
    mail = our_mail(kind)
    first, *_, last = mail.shown.text.strip().split("\n")
    for line in (first, last, mail.shown.answer_to, f"Sésame [mailto:{mail.shown.answer_to}]"):
        assert why_not(WALL, answering(f"{WRITTEN}\n{line}")) is not None


def test_a_broken_rewritten_or_upper_case_link_is_still_one() -> None:
    link = f"{URL}/r/{our_mail('assigned').shown.answer_to.partition('+')[2].partition('@')[0]}"
    broken = "\n> ".join(link[at : at + 30] for at in range(0, len(link), 30))
    for changed in (link, link.upper(), broken, safe_links(link), proofpoint(link), link.replace("/", "%2F")):
        assert WALL.why_not((changed,), QUESTION) == "link"


def test_the_private_note_is_known_by_its_words_and_the_question_may_be_said() -> None:
    changed = made.NOTE.upper().replace(" ", "\n> ")
    assert WALL.why_not((changed,), QUESTION, note=made.NOTE) == "note"
    assert WALL.why_not((made.TEXT,), QUESTION, note=made.TEXT, known=made.TEXT) is None
    assert WALL.why_not(("Merci !",), QUESTION, note="Merci") is None
    assert repeats(["a", "b", "c", "d", "e", "f", "g"], ["x", "b", "c", "d", "e", "f", "g", "y"], [])
    assert not repeats(["a", "b", "c", "d", "e"], ["x", "b", "c", "d", "e", "y", "z"], [])


@pytest.mark.parametrize(
    "text",
    [
        WRITTEN,
        f"Voyez {URL}/a/7 et https://archives.example/r/moulin.",
        "Écrivez à Mme Orme (orme@archives.example).",
        "La réf. est abcdefgh.",
    ],
)
def test_ordinary_words_links_and_addresses_pass(text: str) -> None:
    assert why_not(WALL, answering(text)) is None


@pytest.mark.parametrize("kind", KINDS)
def test_what_we_send_ourselves_passes(kind: str) -> None:
    assert why_not(WALL, delivery(kind)) is None


async def test_what_is_stopped_is_not_sent_and_given_up_loudly() -> None:
    asker_link = our_mail("answer").shown.answer_to
    outcome = await WalledSender(PageSender(), WALL).send(answering(f"{WRITTEN} {asker_link}"))
    assert isinstance(outcome, Failed)
    assert outcome.final
    assert "held" in outcome.error
    assert asker_link not in outcome.error

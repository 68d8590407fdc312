"""What a person wrote in a reply, whatever their mail program quotes: made from mails that really go out."""

from __future__ import annotations

import json
import unicodedata
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.contracts.links.marks import words_of
from services.ingest.domain.mail.parsed_mail import MailEnvelope, parse_mail
from services.ingest.domain.mime.html_text import html_to_text
from services.ingest.domain.replies.quoting import Written, without_signature, written_in
from services.ingest.domain.replies.reading import ReplyKind, read_reply
from tests.support import notifier_facts as made
from tests.support.mail_programs import (
    HTML_PROGRAMS,
    PLACES,
    TEXT_PROGRAMS,
    HtmlProgram,
    Place,
    TextProgram,
    as_html,
    as_mail,
)
from tests.support.our_mails import KINDS, LANGUAGES, TO_PARTNER, OurMail, memory_of, our_mail

NOW = datetime(2026, 12, 2, 12, 0, tzinfo=UTC)
SHARED = Path(__file__).parent / "replies"
CASES: list[dict[str, Any]] = json.loads((SHARED / "cases.json").read_text("utf-8"))
SKELETONS: dict[str, dict[str, str]] = json.loads((SHARED / "programs.json").read_text("utf-8"))
PARAGRAPHS = (SHARED / "paragraphs.txt").read_text("utf-8").rstrip("\n").split("\n====\n")
WRITTEN = "Bonjour,\n\nLe fonds local garde trois cartes.\n\nBien à vous"

mail_of = cache(our_mail)
PROGRAMS: dict[str, TextProgram | HtmlProgram] = {
    **{f"{name}, text": program for name, program in TEXT_PROGRAMS.items()},
    **{f"{name}, HTML": program for name, program in HTML_PROGRAMS.items()},
}


WAYS: list[tuple[str, Place]] = [
    (name, place) for name, program in PROGRAMS.items() for place in program.places
]


def read(mail: OurMail, program: TextProgram | HtmlProgram, written: str, place: Place) -> Written:
    """As it is read when it has come: by the parser, then against what we sent."""
    if isinstance(program, HtmlProgram):
        raw = bytes(as_mail(mail.shown, program, program.reply(mail.shown, as_html(written), place)))
        text = parse_mail(raw, MailEnvelope("desk@bib.example"), frozenset(), NOW).text
    else:
        text = program.reply(mail.shown, written, place)
    return written_in(text, memory_of(mail))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_text_and_page_of_a_mail_say_the_same_words(kind: str, language: str) -> None:
    shown = mail_of(kind, language=language).shown
    assert words_of(html_to_text(shown.html)) == words_of(shown.text)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", KINDS)
def test_every_mail_that_may_be_answered_is_marked_at_head_and_foot(kind: str, language: str) -> None:
    mail = mail_of(kind, language=language)
    (code,) = memory_of(mail).codes
    first, *_, last = mail.shown.text.strip().split("\n")
    assert code in first
    assert code in last


@pytest.mark.parametrize(("name", "place"), WAYS)
def test_what_was_written_arrives_and_never_a_line_of_ours(name: str, place: Place) -> None:
    read_as = {kind: read(mail_of(kind), PROGRAMS[name], WRITTEN, place) for kind in KINDS}
    assert read_as == dict.fromkeys(KINDS, Written(WRITTEN, quotes_us=True))


@pytest.mark.parametrize(("name", "place"), WAYS)
def test_the_other_language_is_told_apart_as_well(name: str, place: Place) -> None:
    read_as = read(mail_of("assigned", language="en"), PROGRAMS[name], WRITTEN, place)
    assert read_as == Written(WRITTEN, quotes_us=True)


def filled(skeleton: dict[str, str], mail: OurMail, written: str, written_html: str) -> bytes:
    """A program of the shared cases, round a mail that went out."""
    shown = mail.shown
    quoted = [f"{skeleton.get('prefix', '')}{line}".rstrip() for line in shown.text.split("\n")]
    half = len(quoted) // 2
    values = {
        "written": written,
        "written_html": written_html,
        "subject": shown.subject,
        "reply_address": shown.answer_to,
        "html": shown.html,
        "quoted": "\n".join(quoted),
        "quoted_first_half": "\n".join(quoted[:half]),
        "quoted_second_half": "\n".join(quoted[half:]),
    }
    body = skeleton.get("html") or skeleton["text"]
    for name, value in values.items():
        body = body.replace("{{" + name + "}}", value)
    program = TEXT_PROGRAMS["gmail"] if "text" in skeleton else HTML_PROGRAMS["gmail"]
    return bytes(as_mail(shown, program, body))


WITH_ADDRESS = [case for case in CASES if not case.get("thread")]
"""The others are told by their thread: tests/integration/ingest/test_mail_replies.py."""


@pytest.mark.parametrize("case", WITH_ADDRESS, ids=lambda case: str(case["id"]))
def test_each_case_in_each_program(case: dict[str, Any]) -> None:
    names = case.get("programs", SKELETONS)
    assert {name: outcome(case, name) for name in names} == dict.fromkeys(names, wanted(case))


def outcome(case: dict[str, Any], name: str) -> tuple[str, str]:
    """What becomes of it, and the text that goes out."""
    mail = mail_of("acknowledgement" if case.get("who") == "asker" else "assigned")
    written = case.get("written", "")
    raw = filled(SKELETONS[name], mail, written, case.get("written_html") or as_html(written))
    text = parse_mail(raw, MailEnvelope("desk@bib.example"), frozenset(), NOW).text
    found = written_in(text, memory_of(mail))
    reply = read_reply(found.text, case.get("subject", "Re: Question 1f2e3d4c"))
    if found.why_unsure or reply.held or not found.text:
        return "held", ""
    return reply.kind.value, reply.refer_to or reply.text


def wanted(case: dict[str, Any]) -> tuple[str, str]:
    if case["wanted"] in ("held", "file"):  # without text; that a file came is for the handler to see
        return "held", ""
    if case["wanted"] in ("take", "decline"):
        return case["wanted"], case.get("refer_to") or case.get("reason", "")
    return "answer", case.get("text_wanted") or case["written"]


IN_FIVE = ("gmail, text", "outlook old, text", "thunderbird, text", "apple mail, HTML", "outlook new, HTML")


def test_there_are_a_hundred_paragraphs() -> None:
    assert len(set(PARAGRAPHS)) == 100


@pytest.mark.parametrize("number", range(100))
def test_an_ordinary_paragraph_by_a_librarian_arrives_exactly(number: int) -> None:
    paragraph = PARAGRAPHS[number]
    found = {name: read(mail_of("assigned"), PROGRAMS[name], paragraph, "above") for name in IN_FIVE}
    assert found == {name: Written(shown_by(name, paragraph), quotes_us=True) for name in IN_FIVE}
    reply = read_reply(paragraph, "Re: Question 1f2e3d4c : un moulin")
    assert (reply.kind, reply.held) == (ReplyKind.ANSWER, "")


def shown_by(name: str, text: str) -> str:
    """A page has no more than one empty line in a row, and one blank between two words."""
    if name.endswith("text"):
        return text
    return "\n".join(" ".join(line.split()) for line in text.split("\n")).replace("\n\n\n", "\n\n")


LETTERS = st.text(
    st.one_of(
        st.sampled_from(list("abcdeé ÀOnLe:;.,>|-_*<@()«»'’\n\n\n0123456789")),
        st.characters(codec="utf-8", exclude_categories=("Cc", "Cf", "Cs", "Zl", "Zp", "Mn", "Zs")),
    ),
    max_size=200,
)
ORDINARY = st.sampled_from(
    [*made.TEXT.split(), *PARAGRAPHS[3].split(), "Bonjour,", "\n", "\n\n", "De :", "a écrit :", ">"]
)
TEXTS = st.one_of(LETTERS, st.lists(ORDINARY, max_size=40).map(" ".join))


def lines_kept(text: str) -> list[str]:
    """Blanks at the ends of lines are nobody's; what can't be composed otherwise is one letter."""
    return [line.rstrip() for line in text.strip("\n").split("\n")]


@settings(max_examples=150, deadline=None)
@given(TEXTS, st.sampled_from(sorted(TEXT_PROGRAMS)), st.sampled_from(PLACES), st.sampled_from(TO_PARTNER))
def test_any_text_in_any_program_arrives_whole_or_is_held(
    written: str, name: str, place: Place, kind: str
) -> None:
    assume(written == written.strip() and without_signature(written) == written)
    first, *_, last = [*written.split("\n"), written.split("\n")[-1]]
    assume(first.strip(" >|") not in ("", "--") and last.strip(" >|") not in ("", "--"))
    assume(written == unicodedata.normalize("NFC", written))
    found = read(mail_of(kind), TEXT_PROGRAMS[name], written, place)
    if not found.why_unsure:
        assert lines_kept(found.text) == lines_kept(written)
    no_line_of_ours(found.text, written, mail_of(kind))


def no_line_of_ours(text: str, written: str, mail: OurMail) -> None:
    (code,) = memory_of(mail).codes
    assert code not in text
    assert mail.shown.answer_to.partition("@")[0].partition("+")[2] not in text
    ours = {line.strip() for line in mail.shown.text.split("\n") if len(line.split()) > 4}
    assert not ours & {line.strip(" >") for line in text.split("\n")} - set(written.split("\n"))

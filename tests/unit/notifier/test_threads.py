"""Promises about conversations: one thread per asker, one per partner."""

from __future__ import annotations

from uuid import UUID

import pytest

from services.notifier.domain.delivery import delivery_id
from services.notifier.domain.mail.threads import (
    SUBJECT_LENGTH,
    asker_thread,
    message_id,
    partner_thread,
    reply_subject,
    subject_line,
)

QUESTION = UUID("01935c2e-7a00-7000-8000-000000000001")
ASSIGNMENT = UUID("01935c2e-7a00-7000-8000-000000000002")
DOMAIN = "sesame.example"
ACKNOWLEDGEMENT = delivery_id(QUESTION, "acknowledgement")
ANSWER = delivery_id(QUESTION, "answer", "1")


def test_answer_replies_to_the_mail_that_asked() -> None:
    headers = asker_thread(QUESTION, ANSWER, "<q1@asker.example>", DOMAIN).headers()
    assert headers["References"].split() == ["<q1@asker.example>", message_id(ACKNOWLEDGEMENT, DOMAIN)]
    assert headers["In-Reply-To"] == message_id(ACKNOWLEDGEMENT, DOMAIN)


def test_who_asked_by_form_has_a_thread_that_starts_with_our_acknowledgement() -> None:
    first = asker_thread(QUESTION, ACKNOWLEDGEMENT, None, DOMAIN).headers()
    assert set(first) == {"Message-ID"}
    assert asker_thread(QUESTION, ANSWER, None, DOMAIN).headers()["In-Reply-To"] == first["Message-ID"]


def test_partner_reads_of_one_assignment_in_one_thread() -> None:
    first = delivery_id(QUESTION, "assigned", ASSIGNMENT)
    asked = partner_thread(first, first, DOMAIN)
    overdue = partner_thread(delivery_id(QUESTION, "overdue", ASSIGNMENT), first, DOMAIN)
    assert asked.parents == ()
    assert overdue.parents == (asked.message_id,)


def test_second_try_has_the_same_message_id() -> None:
    assert asker_thread(QUESTION, ANSWER, None, DOMAIN) == asker_thread(QUESTION, ANSWER, None, DOMAIN)


@pytest.mark.parametrize(
    "subject", ["Plans of the canal", "Re: Plans of the canal", "RE: TR: Re : Plans of the canal"]
)
def test_subject_says_re_once(subject: str) -> None:
    assert reply_subject(subject) == "Re: Plans of the canal"


def test_colon_in_a_subject_is_kept() -> None:
    assert reply_subject("Lyon: the traboules") == "Re: Lyon: the traboules"


def test_a_question_mark_is_not_cut_off_alone() -> None:
    assert subject_line("a " * 34 + "ab ?").endswith("ab ?")


def test_headline_is_one_line_cut_between_words() -> None:
    line = subject_line(
        "Where can I find\nold maps of the harbour, drawn before the great storm of that year?"
    )
    assert len(line) <= SUBJECT_LENGTH + 1
    assert "\n" not in line
    assert line.endswith("…")

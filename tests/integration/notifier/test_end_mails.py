"""What a library's people read when a question is theirs no more: how it ended, and what they had written."""

from __future__ import annotations

from dataclasses import replace as but
from typing import Any
from uuid import UUID

import pytest

from tests.integration.notifier.test_mail import PARTNER, sending, spaces
from tests.support.notifier_outgoing import outgoing
from tests.support.smtp_sink import smtp_sink

FOLLOW_UP = {"about": UUID(int=1)}

ENDS: list[tuple[dict[str, Any], str | None, str]] = [
    ({"outcome": "declined"}, None, "Bpi, vous avez décliné cette question"),
    ({"outcome": "taken_back"}, None, "La coordination du réseau a repris"),
    ({"outcome": "no_reply"}, "closed", "n’a pas répondu à ce qui lui était demandé"),
    ({"outcome": "closed"}, "closed", "Cette question est clôturée"),
    ({}, "withdrawn", "L’usager a retiré cette question"),
    ({"outcome": "closed", **FOLLOW_UP}, None, "n’appelle plus de message"),
    ({"outcome": "answered_by_another", **FOLLOW_UP}, None, "s’est occupée de ce que"),
    ({"outcome": "reassigned", "passed_on": True}, None, "passée à une autre bibliothèque"),
    ({"outcome": "reassigned"}, None, "Bpi, cette question n’est plus chez vous"),
]


@pytest.mark.parametrize(("assignment", "ended", "sentence"), ENDS)
async def test_a_library_reads_why_the_question_waits_for_it_no_more(
    assignment: dict[str, Any], ended: str | None, sentence: str
) -> None:
    delivery = outgoing("mail", PARTNER, "ended")
    assert delivery.assignment is not None
    question = but(delivery.question, ended=ended)
    told = but(delivery, question=question, assignment=but(delivery.assignment, **assignment))
    async with smtp_sink() as sink, sending(sink.port) as sender:
        await sender.send(told)
        assert sentence in spaces(sink.taken[0].body("plain"))


async def test_who_declined_after_answering_reads_that_the_answer_stands() -> None:
    details = {"reason": "already_answered", "what": "decline", "text": "Pas nous.", "partner": "bpi"}
    delivery = outgoing("mail", PARTNER, "refused", details=details, assignment=None)
    async with smtp_sink() as sink, sending(sink.port) as sender:
        await sender.send(delivery)
        text = spaces(sink.taken[0].body("plain"))
    assert "L’usager a votre réponse, et elle vaut" in text
    assert "CORRECTION seul sur la première ligne" in text


async def test_who_sent_the_same_text_twice_reads_that_it_went_out_once() -> None:
    details = {"reason": "repeated", "what": "answer", "text": "Rue Croulebarbe.", "partner": "bpi"}
    delivery = outgoing("mail", PARTNER, "refused", details=details, assignment=None)
    async with smtp_sink() as sink, sending(sink.port) as sender:
        await sender.send(delivery)
        assert "L’usager l’a reçu une fois" in spaces(sink.taken[0].body("plain"))


@pytest.mark.parametrize(
    ("ended", "sentence"),
    [("withdrawn", "L’usager avait retiré cette question"), ("closed", "Cette question était clôturée")],
)
async def test_who_answered_too_late_reads_why_and_their_own_text(ended: str, sentence: str) -> None:
    details = {"reason": "closed", "what": "answer", "text": "Il était rue Croulebarbe.", "partner": "bpi"}
    delivery = outgoing("mail", PARTNER, "refused", details=details, assignment=None)
    async with smtp_sink() as sink, sending(sink.port) as sender:
        await sender.send(but(delivery, question=but(delivery.question, ended=ended)))
        text = spaces(sink.taken[0].body("plain"))
    assert sentence in text
    assert "Il était rue Croulebarbe." in text

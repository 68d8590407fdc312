"""The askers of the demonstration: forms, API calls, mails, and partners' own readers."""

from __future__ import annotations

import asyncio
import mailbox
import re
import smtplib
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from devtools.demo.corpus import Mail, Question

NUMBER = re.compile(r'name="number" value="([^"]*)"')

COMES_AGAIN_SECONDS = 0.5


@dataclass(frozen=True)
class Doors:
    """Where ingest is reached, and the address that takes questions."""

    url: str
    lmtp_host: str
    lmtp_port: int
    question_box: str


class Askers:
    def __init__(self, doors: Doors) -> None:
        self._doors = doors

    async def fill_in_form(self, client: httpx.AsyncClient, question: Question) -> None:
        """As a browser does: open the page, fill in, send."""
        page = f"/embed/{question.origin_partner}" if question.origin_partner else "/"
        opened = await client.get(page, headers={"accept-language": question.language})
        opened.raise_for_status()
        number = NUMBER.search(opened.text)
        fields = {
            "number": number.group(1) if number else "",
            "text": question.text,
            "private_note": question.private_note or "",
            "mail": question.asker_email,
            "postcode": question.postcode or "",
            "country": question.country or "",
            "language": question.language,
            "purpose": "",
            "origin": question.origin_partner or "",
        }
        if question.publish_consent:
            fields["publish_consent"] = "yes"
        answer = await client.post("/questions", data=fields)
        if answer.status_code != httpx.codes.SEE_OTHER:
            raise RuntimeError(f"question {question.n}: the form answered {answer.status_code}")

    async def call_api(self, client: httpx.AsyncClient, question: Question) -> None:
        """Twice with the same key, as a program does that was cut off: it counts once."""
        for _ in range(2):
            answer = await client.post(
                "/api/v1/questions",
                json=question_data(question),
                headers={"Idempotency-Key": f"demo-{question.n}"},
            )
            answer.raise_for_status()

    async def send_mail(self, raw: bytes, sender: str, recipient: str) -> None:
        await asyncio.to_thread(self._hand_over, raw, sender, recipient)

    async def send_reply(self, raw: bytes, sender: str, recipient: str) -> None:
        """As a mail server does: told that it is too early, it comes again."""
        while True:
            try:
                return await self.send_mail(raw, sender, recipient)
            except smtplib.SMTPDataError as refusal:
                if refusal.smtp_code >= 500:
                    raise
            await asyncio.sleep(COMES_AGAIN_SECONDS)

    async def send_corpus_mail(self, mail: Mail) -> None:
        await self.send_mail(mail.raw(), mail.envelope_from, self._doors.question_box)

    def _hand_over(self, raw: bytes, sender: str, recipient: str) -> None:
        with smtplib.LMTP(self._doors.lmtp_host, self._doors.lmtp_port) as lmtp:
            lmtp.sendmail(sender, [recipient], re.sub(rb"\r?\n", b"\r\n", raw))

    async def send_mbox(self, path: Path) -> AsyncIterator[bool]:
        """Each mail of somebody's mailbox; False where it was not taken."""
        for raw, sender in mails_of(path):
            try:
                await self.send_mail(raw, sender, self._doors.question_box)
            except smtplib.SMTPException:
                yield False
            else:
                yield True


def mails_of(path: Path) -> Iterator[tuple[bytes, str]]:
    """(raw mail, envelope sender) in the order of the mbox file."""
    for message in mailbox.mbox(path, create=False):
        sender = str(message.get("Return-Path") or message.get_from().partition(" ")[0])
        yield bytes(message), sender.strip("<>")


def question_data(question: Question) -> dict[str, Any]:
    """As the API and the partner's event take it."""
    data: dict[str, Any] = {
        "text": question.text,
        "private_note": question.private_note,
        "language": question.language,
        "subject": question.subject,
        "publish_consent": question.publish_consent,
        "asker": {"mail": question.asker_email},
        "reference": f"demo-{question.n}",
    }
    if question.country:
        data["place"] = {"country": question.country, "postcode": question.postcode}
    return {name: value for name, value in data.items() if value is not None}

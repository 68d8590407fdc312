"""Respondents in the libraries that are reached by mail: they read the mail and reply to it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, localtime, make_msgid

from devtools.demo.corpus import Answer, Corpus, Question
from operations.mailbox import Mail

Send = Callable[[bytes, str, str], Awaitable[None]]

PEOPLE = 8
"""Who reply at once."""
RECOGNISED_BY = 60
"""Characters by which a question is found again in the mail that brought it."""


class Respondents:
    """`hear` is given every mail that goes out; a question to one of our libraries is replied to."""

    def __init__(self, addresses: frozenset[str], corpus: Corpus) -> None:
        self._addresses = addresses
        self._corpus = corpus
        self._inbox: asyncio.Queue[Mail] = asyncio.Queue()

    def hear(self, mail: Mail) -> None:
        if mail.message.get("X-Sesame") == "assigned" and self._addresses & set(mail.recipients):
            self._inbox.put_nowait(mail)

    def rest(self) -> None:
        """Nobody replies by mail from now on: what comes is for people at the workspace."""
        self._addresses = frozenset()

    async def work(self, send: Send) -> None:
        """Until cancelled, some at once. `send` takes the raw mail, its sender and its recipient."""
        async with asyncio.TaskGroup() as people:
            for _ in range(PEOPLE):
                people.create_task(self._reply_to_all(send))

    async def _reply_to_all(self, send: Send) -> None:
        while True:
            mail = await self._inbox.get()
            to = str(mail.message["Reply-To"])
            await send(self._reply(mail).as_bytes(policy=SMTP), mail.recipients[0], to)

    def _reply(self, mail: Mail) -> EmailMessage:
        """As a mail program writes it: the answer above, what it answers quoted below."""
        body = mail.message.get_body(("plain",))
        question = str(body.get_content()) if body else ""
        reply = EmailMessage()
        reply["From"] = mail.recipients[0]
        reply["To"] = str(mail.message["Reply-To"])
        reply["Subject"] = f"Re: {mail.message['Subject']}"
        reply["Date"] = format_datetime(localtime())
        reply["Message-ID"] = make_msgid(domain=mail.recipients[0].partition("@")[2])
        reply["In-Reply-To"] = reply["References"] = str(mail.message["Message-ID"])
        quoted = "\n".join(f"> {line}" for line in question.splitlines())
        written = f"Le {mail.message['Date']}, {mail.message['From']} a écrit :"
        answer = self._answer(question)
        sources = "\n".join(f"- {source}" for source in answer.sources)
        reply.set_content(f"{answer.text}\n\nSources :\n{sources}\n\n{written}\n{quoted}\n")
        return reply

    def _answer(self, mail_text: str) -> Answer:
        asked = self._recognise(mail_text)
        if asked is None:
            return self._corpus.answer_for("general", "fr", len(mail_text))
        return self._corpus.answer_for(asked.theme_truth, asked.language, asked.n)

    def _recognise(self, mail_text: str) -> Question | None:
        """The one that stands first: further down the mail offers answers to similar questions."""
        folded = _letters(mail_text)
        places = {
            folded.find(_letters(question.text)[:RECOGNISED_BY]): question
            for question in self._corpus.questions
        }
        found = [place for place in places if place >= 0]
        return places[min(found)] if found else None


def _letters(text: str) -> str:
    """Without white space and quotation marks, which a mail may break or add."""
    return "".join(text.split()).replace(">", "")

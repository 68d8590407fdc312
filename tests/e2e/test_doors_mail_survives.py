"""Mails of every kind through LMTP and IMAP at once, with `kill -9` in between: none lost, none doubled.

SESAME_TEST_MAILS sets how many (120; 2000 with --chaos).
"""

from __future__ import annotations

import asyncio
import os
import smtplib
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, partial
from itertools import repeat
from uuid import UUID

import aio_pika
import asyncpg

from services.contracts import topology
from tests.support.bench import MOMENT, letter_of
from tests.support.doors_process import IngestProcess, ingest_process
from tests.support.imap_server import ImapServer, imap_server
from tests.support.ingest_doors import deliver, mail, publish, reading, routed_to
from tests.support.mail_programs import TEXT_PROGRAMS
from tests.support.our_mails import OurMail, our_mail
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS, until

MAILS = int(os.environ.get("SESAME_TEST_MAILS", "120"))
SENDERS = 8
HEARD = "SELECT (SELECT count(*) FROM asked) = $1 AND (SELECT count(*) FROM sent_mail) = 2 * $1"
TOLD = "SELECT NOT EXISTS (SELECT FROM held_news)"
"""Of what is held the workspace hears a moment later, from a worker."""
KILLS = max(2, MAILS // 400)
BOX = "question@sesame.example"
BOUNCE = (
    "From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nMessage-ID: <{name}>\nMIME-Version: 1.0\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\n'
    "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; gone{name}\nStatus: 5.1.1\n--b--\n"
)
HTML = (
    "From: ada@mail.example\nTo: question@sesame.example\nSubject: q\nMessage-ID: <{name}>\n"
    "Content-Type: text/html; charset=iso-8859-1\n\n<p>O\xf9 \xe9tait le <b>moulin {name}</b> ?</p>"
)
ENCRYPTED = (
    "From: ada@mail.example\nSubject: q\nMessage-ID: <{name}>\n"
    'Content-Type: multipart/encrypted; boundary="b"\n\n--b\n\n?\n--b--\n'
)
Made = Callable[[str, UUID], bytes]


@cache
def ours(kind: str, question: UUID) -> OurMail:
    """The mail of ours that is replied to."""
    return our_mail(kind, question, partner="grigny", note=None)


def _reply(kind: str, name: str, question: UUID, text: str) -> bytes:
    """As a mail program quotes what we sent."""
    quoting = TEXT_PROGRAMS["outlook old"].reply(ours(kind, question).shown, f"{text} {name}")
    to = ours(kind, question).shown.answer_to
    return mail(quoting, Message_ID=f"<{name}>", To=to, Subject="Re: q")


def _answer(name: str, question: UUID) -> bytes:
    return _reply("assigned", name, question, "Au bord du Rhône.")


def _follow_up(name: str, question: UUID) -> bytes:
    return _reply("acknowledgement", name, question, "Et avant 1800 ?")


KINDS: list[tuple[str, Made]] = [
    ("question", lambda name, _: mail(f"Où était le moulin {name} ?", Message_ID=f"<{name}>")),
    ("question", lambda name, _: HTML.format(name=name).encode("latin-1")),
    ("question", lambda name, _: mail(f"De qui est le moulin {name} ?", Message_ID="", Subject=f"q {name}")),
    ("answer", _answer),
    ("follow_up", _follow_up),
    ("automatic", lambda name, _: mail(Auto_Submitted="auto-replied", Message_ID=f"<{name}>")),
    ("bounce", lambda name, _: BOUNCE.format(name=name).encode()),
    ("quarantined", lambda name, _: f"Message-ID: <{name}>\nSubject: from nobody\n\n?".encode()),
    ("quarantined", lambda name, _: ENCRYPTED.format(name=name).encode()),
]


ABOUT_ONE = 8
"""Replies of a kind about one question: within an hour, no more than MOST_ABOUT_ONE are accepted."""
ASKED = MAILS // len(KINDS) // ABOUT_ONE + 1


def made(number: int, questions: Sequence[UUID]) -> bytes:
    turn, kind = divmod(number, len(KINDS))
    return KINDS[kind][1](f"{number}@mail.example", questions[turn // ABOUT_ONE])


async def asked(process: IngestProcess, database: Database, vhost: VirtualHost) -> list[UUID]:
    """Questions that a partner has, for the replies to speak of."""
    for number in range(ASKED):
        raw = mail(f"Où est le moulin {number} ?", Message_ID=f"<first{number}@mail.example>")
        await asyncio.to_thread(deliver, process.lmtp_port, raw, [BOX], "a@b.example")
    db = await asyncpg.connect(database("ingest"))
    try:
        questions = [row["id"] for row in await db.fetch("SELECT id FROM question")]
        for question in questions:
            sent = (ours(kind, question).fact(MOMENT) for kind in ("assigned", "acknowledgement"))
            for letter in (letter_of(fact, question) for fact in (routed_to("grigny"), *sent)):
                message = aio_pika.Message(letter.body)
                await publish(vhost.amqp_url, topology.EVENTS, letter.routing_key, message)
        await come_true(db, HEARD, ASKED)
    finally:
        await db.close()
    return questions


async def come_true(db: asyncpg.Connection[asyncpg.Record], query: str, *arguments: object) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS):
        for rest in repeat(0.02):
            if await db.fetchval(query, *arguments):
                return
            await asyncio.sleep(rest)


async def hand_over(
    process: IngestProcess, questions: Sequence[UUID], numbers: list[int], accepted: Counter[int]
) -> None:
    """As a mail server does: again and again until it hears 250, and then once more."""
    for number in numbers:
        raw = made(number, questions)
        while accepted[number] < 2:
            accepted[number] += await heard_yes(process.lmtp_port, raw)


async def heard_yes(port: int, raw: bytes) -> bool:
    try:
        replies = await asyncio.to_thread(deliver, port, raw, [BOX], "someone@mail.example")
    except (OSError, smtplib.SMTPException):
        await asyncio.sleep(0.05)
        return False
    return replies[0][0] == 250


async def killed_in_between(process: IngestProcess, accepted: Counter[int], mailbox: ImapServer) -> None:
    """At equal parts of the way, wherever it then is."""
    whole = 2 * len(by_lmtp()) + len(by_imap())

    def come_so_far(part: int) -> bool:
        return accepted.total() + len(mailbox.seen) >= whole * part // (KILLS + 1)

    for part in range(1, KILLS + 1):
        await until(partial(come_so_far, part), within_seconds=240)
        await process.kill()
        await process.start()


def by_lmtp() -> range:
    """Two thirds; the last third of all comes by both ways."""
    return range(MAILS // 3, MAILS)


def by_imap() -> range:
    return range(MAILS * 2 // 3)


async def test_no_mail_is_lost_and_none_doubled(database: Database, vhost: VirtualHost) -> None:
    accepted: Counter[int] = Counter()
    async with imap_server() as mailbox, ingest_process(database, vhost, reading(mailbox)) as process:
        asked_before = await asked(process, database, vhost)
        killing = asyncio.create_task(killed_in_between(process, accepted, mailbox))
        await mailbox.append(*(made(number, asked_before) for number in by_imap()))
        shares = [list(by_lmtp())[share::SENDERS] for share in range(SENDERS)]
        await asyncio.gather(
            killing, *(hand_over(process, asked_before, share, accepted) for share in shares)
        )
        await until(lambda: len(mailbox.seen) == len(by_imap()), within_seconds=120)
        db = await asyncpg.connect(database("ingest"))
        await come_true(db, TOLD)
    try:
        submitted = await db.fetch("SELECT outcome, count(*) FROM submission GROUP BY outcome")
        questions = await db.fetchval("SELECT count(*) FROM question")
        follow_ups = await db.fetchval("SELECT count(*) FROM follow_up")
        held = await db.fetchval("SELECT count(*) FROM quarantine")
        announced = await db.fetch(
            "SELECT routing_key, count(*) FROM outbox WHERE exchange = $1 GROUP BY routing_key",
            topology.EVENTS,
        )
    finally:
        await db.close()
    wanted = Counter(KINDS[number % len(KINDS)][0] for number in range(MAILS)) + Counter({"question": ASKED})
    assert dict(map(tuple, submitted)) == wanted
    assert (questions, follow_ups, held) == (wanted["question"], wanted["follow_up"], wanted["quarantined"])
    assert dict(map(tuple, announced)) == {
        "question.received": wanted["question"],
        "answer.received": wanted["answer"],
        "held.noted": wanted["quarantined"],
        "question.followed_up": wanted["follow_up"],
    }

"""Mails of every kind, each handed over at least twice, with `kill -9` in between: none lost, none doubled.

SESAME_TEST_MAILS sets how many (default 300; 2000 is the figure to try before a release).
"""

from __future__ import annotations

import asyncio
import os
import smtplib
from collections import Counter
from functools import partial

import asyncpg

from services.contracts import topology
from tests.e2e.doors_process import IngestProcess, ingest_process
from tests.integration.ingest_doors import deliver, mail
from tests.servers import Database, VirtualHost, until

MAILS = int(os.environ.get("SESAME_TEST_MAILS", "300"))
SENDERS = 8
KILLS = 3
BOUNCE = (
    "From: MAILER-DAEMON@mx.example\nSubject: Undelivered\nMessage-ID: <{name}>\nMIME-Version: 1.0\n"
    'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n--b\n'
    "Content-Type: message/delivery-status\n\nFinal-Recipient: rfc822; gone{name}\nStatus: 5.1.1\n--b--\n"
)
KINDS = ("question", "question", "question", "automatic", "bounce", "quarantined")


def made(number: int) -> tuple[str, bytes]:
    """(what must become of it, the mail)."""
    kind, name = KINDS[number % len(KINDS)], f"{number}@mail.example"
    if kind == "bounce":
        return kind, BOUNCE.format(name=name).encode()
    if kind == "quarantined":
        return kind, f"Message-ID: <{name}>\nSubject: nobody wrote this\n\n?".encode()
    absence = {"Auto_Submitted": "auto-replied"} if kind == "automatic" else {}
    return kind, mail(f"Où était le moulin {number} ?", Message_ID=f"<{name}>", **absence)


async def hand_over(process: IngestProcess, numbers: list[int], accepted: Counter[int]) -> None:
    """As a mail server does: again and again until it hears 250, and then once more."""
    for number in numbers:
        _, raw = made(number)
        while accepted[number] < 2:
            accepted[number] += await heard_yes(process.lmtp_port, raw)


async def heard_yes(port: int, raw: bytes) -> bool:
    try:
        replies = await asyncio.to_thread(
            deliver, port, raw, ["question@sesame.example"], "someone@mail.example"
        )
    except (OSError, smtplib.SMTPException):
        await asyncio.sleep(0.05)
        return False
    return replies[0][0] == 250


def come_so_far(accepted: Counter[int], part: int) -> bool:
    return accepted.total() >= 2 * MAILS * part // (KILLS + 1)


async def killed_in_between(process: IngestProcess, accepted: Counter[int]) -> None:
    """At thirds of the way, wherever it then is."""
    for part in range(1, KILLS + 1):
        await until(partial(come_so_far, accepted, part), within_seconds=240)
        await process.kill()
        await process.start()


async def test_no_mail_is_lost_and_none_doubled(database: Database, vhost: VirtualHost) -> None:
    accepted: Counter[int] = Counter()
    async with ingest_process(database, vhost) as process:
        killing = asyncio.create_task(killed_in_between(process, accepted))
        shares = [list(range(share, MAILS, SENDERS)) for share in range(SENDERS)]
        await asyncio.gather(killing, *(hand_over(process, share, accepted) for share in shares))
    db = await asyncpg.connect(database("ingest"))
    try:
        rows = await db.fetch("SELECT key, outcome FROM submission")
        announced = await db.fetchval(
            "SELECT count(*) FROM outbox WHERE exchange = $1 AND routing_key = 'question.received'",
            topology.EVENTS,
        )
        questions = await db.fetchval("SELECT count(*) FROM question")
        held = await db.fetchval("SELECT count(*) FROM quarantine")
    finally:
        await db.close()
    expected = {f"<{number}@mail.example>": made(number)[0] for number in range(MAILS)}
    assert {row["key"]: row["outcome"] for row in rows} == expected
    wanted = Counter(expected.values())
    assert (announced, questions, held) == (wanted["question"], wanted["question"], wanted["quarantined"])

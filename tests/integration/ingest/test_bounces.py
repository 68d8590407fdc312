"""Reports at the return path of a mail of ours: every case of tests/cases/bounces.yaml, and others."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.contracts.ingest import MailBounced, QuestionReceived
from services.contracts.links.signed_links import bounce_token, is_of_address, reply_address
from tests.support.ingest_doors import KEYS, Ingest, ingest, mail
from tests.support.servers import Database, VirtualHost

CASES: list[dict[str, Any]] = yaml.safe_load(
    (Path(__file__).parents[2] / "cases" / "bounces.yaml").read_text("utf-8")
)
RECIPIENT = "ada@mail.example"
QMAIL = (
    "Hi. This is the qmail-send program at mx.example.\nThis is a permanent error; I've given up.\n\n"
    "<{{recipient}}>:\n192.0.2.5 does not like recipient.\nRemote host said: 550 5.1.1 Unknown user\n"
    "Giving up on 192.0.2.5.\n\n--- Below this line is a copy of the message.\n\nReturn-Path: <x@y.example>\n"
    "Erreur 550 5.7.1\n"
)
EXIM = (
    "This message was created automatically by mail delivery software.\n\n  {{recipient}}\n"
    "    host mx.example [192.0.2.9]\n    SMTP error from remote mail server after RCPT TO:\n    %s\n"
)
EXCHANGE = "Échec de la remise\n\n{{recipient}}\n\n#%s RESOLVER.ADR.RecipNotFound; not found ##\n"
OTHERS = {
    "qmail": (QMAIL, "silence"),
    "qmail_marked": ("<{{recipient}}>:\nSorry, no mailbox here by that name. (#5.1.1)\n", "silence"),
    "exim_unknown": (EXIM % "550 5.1.1 <{{recipient}}>: Recipient rejected: User unknown", "silence"),
    "exim_policy": (EXIM % "554 5.7.1 Service unavailable; client host blocked, see 550 5.1.1", "later"),
    "exim_no_code": (EXIM % "550 User unknown", "later"),
    "exchange": (EXCHANGE % "550 5.1.1", "silence"),
    "exchange_null_mx": (EXCHANGE % "550 5.1.10", "silence"),
    "exchange_full": (EXCHANGE % "554 5.2.2", "later"),
    "sender_refused": ("{{recipient}}: 550 5.1.8 sender address has no MX\n", "later"),
    "version_number": ("Report of MailGate 5.1.1 on 192.5.1.1: {{recipient}} did not get it.\n", "later"),
    "german": ("Die E-Mail konnte nicht zugestellt werden.\n550-5.1.1 Postfach unbekannt\n", "silence"),
}


@dataclass(frozen=True)
class Door:
    """Where mail to this address comes back to."""

    ingest: Ingest
    path: str

    async def told(self, raw: bytes, sender: str = "") -> MailBounced:
        before = len(await self.ingest.announced(MailBounced))
        assert (await self.ingest.deliver(raw, [self.path], sender))[0][0] == 250
        event, *more = (await self.ingest.announced(MailBounced))[before:]
        assert more == []
        assert is_of_address(KEYS, event.data.address_digest, RECIPIENT)
        return event.data


async def opened(door: Ingest) -> Door:
    await door.deliver(mail())
    question = (await door.announced(QuestionReceived))[0].subject
    return Door(door, reply_address("reply@sesame.example", bounce_token(KEYS, question, RECIPIENT)))


def report(id_: str, status: str, diagnostic: str, action: str = "failed", also: str = "") -> bytes:
    return (
        f"From: MAILER-DAEMON@mx.example\nSubject: Undelivered Mail\nMessage-ID: <{id_}@mx.example>\n"
        'MIME-Version: 1.0\nContent-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nYour mail did not arrive.\n"
        f"--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n{also}"
        f"Final-Recipient: rfc822; {RECIPIENT}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {diagnostic}\n\n--b--\n"
    ).encode()


def words(id_: str, text: str, **headers: str) -> bytes:
    usual = {"From": "Mail System <MAILER-DAEMON@mx.example>", "Subject": "failure notice"}
    return mail(
        text.replace("{{recipient}}", RECIPIENT), **(usual | headers), Message_ID=f"<{id_}@mx.example>"
    )


async def test_every_case_silences_or_not(database: Database, vhost: VirtualHost) -> None:
    wrong = {}
    async with ingest(database, vhost) as door:
        there = await opened(door)
        for case in CASES:
            if case["report"]:
                raw = report(
                    case["id"], case["status"], case["diagnostic"].replace("{{recipient}}", RECIPIENT)
                )
            else:
                raw = words(case["id"], case["text"])
            told = await there.told(raw)
            if told.permanent != (case["wanted"] == "silence"):
                wrong[case["id"]] = told.status
    assert len(CASES) == 12
    assert wrong == {}


async def test_reports_in_plain_words_are_understood(database: Database, vhost: VirtualHost) -> None:
    wrong = {}
    async with ingest(database, vhost) as door:
        there = await opened(door)
        for id_, (text, wanted) in OTHERS.items():
            told = await there.told(words(id_, text))
            if told.permanent != (wanted == "silence"):
                wrong[id_] = told.status
    assert wrong == {}


@pytest.mark.parametrize(
    ("status", "diagnostic", "also", "permanent"),
    [
        ("5.0.0", "550 5.1.1 user unknown", "", True),
        ("5.0.0", "550 rejected", "", False),
        ("5.1.1", "550 5.7.1 blocked by policy", "", False),
        ("4.4.7", "451 4.4.7 expired after 5 days", "", False),
        ("5.1.1", "550 5.1.1", "Final-Recipient: rfc822; eve@x.example\nStatus: 5.2.2\n\n", True),
        ("5.2.2", "552 5.2.2", "Final-Recipient: rfc822; eve@x.example\nStatus: 5.1.1\n\n", False),
    ],
)
async def test_a_report_is_read_for_our_recipient_and_by_its_nearest_code(
    database: Database, vhost: VirtualHost, status: str, diagnostic: str, also: str, permanent: bool
) -> None:
    async with ingest(database, vhost) as door:
        told = await (await opened(door)).told(report("r", status, diagnostic, also=also))
    assert told.permanent == permanent


@pytest.mark.parametrize(
    ("headers", "sender"),
    [
        ({"Subject": "Nachricht unzustellbar", "From": "postmaster@mx.example"}, "postmaster@mx.example"),
        ({"Subject": "Bonjour", "From": "filtre@mx.example"}, ""),
        (
            {"Subject": "Bonjour", "From": "filtre@mx.example", "Auto-Submitted": "auto-replied"},
            "f@x.example",
        ),
    ],
)
async def test_whatever_a_machine_sends_to_the_return_path_is_read_as_a_report(
    database: Database, vhost: VirtualHost, headers: dict[str, str], sender: str
) -> None:
    async with ingest(database, vhost) as door:
        there = await opened(door)
        told = await there.told(words("w", "Erreur 550 5.1.1 : inconnu.\n", **headers), sender)
    assert told.permanent


async def test_an_absence_at_the_return_path_silences_nobody(database: Database, vhost: VirtualHost) -> None:
    async with ingest(database, vhost) as door:
        there = await opened(door)
        away = words("a", "Je suis absente.", Subject="Absence", From="ada@mail.example")
        assert not (await there.told(away)).permanent

"""Whatever a mail server or a partner's program hands over, nothing gets stuck: mail is taken or held, events
are accepted or refused. SESAME_TEST_FUZZ sets how often."""

from __future__ import annotations

import asyncio
import json
import os
import smtplib
from itertools import cycle
from typing import Any
from uuid import uuid4

from hypothesis import given, settings
from hypothesis import strategies as st
from prometheus_client import CollectorRegistry

from services.chassis.clock import SystemClock
from services.chassis.http.client_addresses import ClientAddresses
from services.chassis.messaging.incoming import IncomingMessage
from services.contracts import topology
from services.contracts.links.signed_links import asker_token, reply_address
from services.ingest.domain.limits import Limit
from services.ingest.entrypoints.http.limits import Limits
from services.ingest.entrypoints.partner_inbox import PartnerReader
from services.ingest.handlers.caps import Caps
from services.ingest.handlers.questions import Intake
from tests.support.bench import bench
from tests.support.drawn import drawn
from tests.support.ingest_doors import KEYS, ingest
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import PATIENCE_SECONDS

EXAMPLES = int(os.environ.get("SESAME_TEST_FUZZ", "25"))
BOX = "question@sesame.example"
HEADERS = (
    *(
        "From: a@b.example",
        "From: =?utf-8?b?4pyT?= <\xff@b.example>",
        "Subject: =?x?q?=FF?=",
        "Subject: \xe9",
    ),
    *(
        "Date: Thu, 1 Jan 3000 00:00:00 +0000",
        "Message-ID: <\xff@b>",
        "Message-ID: <a@b>",
        "Auto-Submitted: x",
    ),
    *(
        "Content-Type: text/html; charset=nope",
        "Content-Type: multipart/mixed; boundary=b",
        "X-Sesame: answer",
    ),
    *("Content-Type: application/ms-tnef", "Content-Transfer-Encoding: base64", "References: <a@b> <c"),
)
LINES = (
    "--b",
    "--b--",
    "",
    "Où était le moulin ?",
    "> cité",
    "REFUS",
    "Sources :",
    "READ : 9",
    "\x00",
    "<p>a",
)
LETTERS = st.tuples(
    st.lists(st.sampled_from(HEADERS), max_size=6),
    st.lists(st.sampled_from(LINES) | st.text(max_size=40), max_size=8),
    st.binary(max_size=80),
)


def hand_over(port: int, address: str, raw: bytes) -> None:
    """As a mail server does; SMTPException when it is not taken."""
    with smtplib.LMTP("127.0.0.1", port, timeout=PATIENCE_SECONDS) as lmtp:
        lmtp.sendmail("a@b.example", [address], raw)


async def test_every_mail_is_taken(database: Database, vhost: VirtualHost) -> None:
    letters = drawn(LETTERS, EXAMPLES)
    stranger = reply_address("reply@sesame.example", asker_token(KEYS, uuid4()))
    addresses = cycle([BOX, "question+grigny@sesame.example", "reply@sesame.example", stranger])
    async with ingest(database, vhost, mails_per_sender=10**6, open_questions=10**6) as door:
        for (headers, lines, noise), address in zip(letters, addresses, strict=False):
            text = "\r\n".join([*headers, "", *lines]).encode("utf-8", "replace")
            for raw in (text, noise, text + noise):
                await asyncio.to_thread(hand_over, door.running.lmtp_port, address, raw)


NAMES = (
    "specversion",
    "id",
    "source",
    "type",
    "subject",
    "time",
    "data",
    "text",
    "effort",
    "refer_to",
    "place",
)
WIRES = (
    "question.submitted.v1",
    "answer.submitted.v1",
    "decline.submitted.v1",
    "take.submitted.v1",
    "no.such.v1",
)
VALUES = st.sampled_from(WIRES) | st.none() | st.integers() | st.text(max_size=10)
BODIES = st.dictionaries(st.sampled_from(NAMES), VALUES | st.dictionaries(st.sampled_from(NAMES), VALUES))
USUAL: dict[str, Any] = {"specversion": "1.0", "id": "1", "source": "/desk", "data": {"text": "Où ?"}}


def test_every_event_of_a_partner_is_accepted_or_refused(database: Database) -> None:
    limit = Limit(per_hour=1e9, burst=1_000_000)
    limits = Limits(
        SystemClock(),
        address=limit,
        partner=limit,
        megabytes=limit,
        callers=ClientAddresses((), CollectorRegistry()),
        exempt=(),
    )
    reader = PartnerReader(
        Intake("http://sesame.example", KEYS, "reply@sesame.example"), limits, Caps(1_000_000, 1_000_000)
    )

    async def settled(letters: list[IncomingMessage]) -> list[dict[str, Any]]:
        async with bench(database("ingest"), "ingest") as tried:
            await tried.handling({}, {topology.INBOX: reader}).settle(letters)
            return await tried.dead()

    @settings(max_examples=EXAMPLES)
    @given(body=BODIES, noise=st.binary(max_size=60), wire=st.sampled_from(WIRES), headers=BODIES)
    def hears(body: dict[str, Any], noise: bytes, wire: str, headers: dict[str, Any]) -> None:
        binary = {f"ce-{name}": str(value) for name, value in (USUAL | headers).items()}
        letters = [
            IncomingMessage(
                topology.INBOX, f"partner.grigny.{wire}", "application/json", "m", raw, headers=given
            )
            for raw in (json.dumps(body).encode(), json.dumps(USUAL | {"type": wire} | body).encode(), noise)
            for given in ({}, binary)
        ]
        assert asyncio.run(settled(letters)) == []

    hears()

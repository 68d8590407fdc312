"""Mail through a real Postfix: taken, and handed on as it was written."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace as but

import pytest
from aiosmtpd.lmtp import LMTP

from devtools.servers.ports import free_port
from services.contracts.ingest import MailBounced
from services.contracts.links.signed_links import is_of_address
from services.notifier.domain.delivery import Sent
from tests.integration.notifier.test_mail import HOUSE, sending
from tests.support.ingest_doors import KEYS, ingest
from tests.support.notifier_outgoing import outgoing
from tests.support.real_mail_servers import postfix
from tests.support.servers import Database, VirtualHost
from tests.support.smtp_sink import Sink
from tests.support.waiting import PATIENCE_SECONDS, until

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can start Postfix")

LIBRARY = "reference@sesame.example"


@asynccontextmanager
async def mailboxes(port: int) -> AsyncIterator[Sink]:
    """Where Postfix delivers."""
    sink, loop = Sink(), asyncio.get_running_loop()
    server = await loop.create_server(lambda: LMTP(sink, enable_SMTPUTF8=True, loop=loop), "127.0.0.1", port)
    try:
        yield sink
    finally:
        server.close()


async def test_postfix_takes_our_mail_and_hands_it_on_as_it_was_written() -> None:
    port = free_port()
    kinds = ["assigned", "reminder", "answer"]
    async with (
        mailboxes(port) as sink,
        postfix(port) as smtp_port,
        sending(smtp_port) as sender,
    ):
        for kind in kinds:
            assert isinstance(await sender.send(outgoing("mail", LIBRARY, kind)), Sent)
        await until(lambda: len(sink.taken) == len(kinds))
    assigned = next(mail for mail in sink.taken if mail.message["X-Sesame"] == "assigned")
    assert assigned.message["Subject"].startswith(
        "Question 00000001, avant le 21 nov. à 10 h 12 · Où se trouvaient"
    )
    assert assigned.message["Message-ID"].endswith("@network.example>")
    assert "ne le transmettez pas" in " ".join(assigned.body("plain").split())
    assert "<!doctype html>" in assigned.body("html").lower()
    assert len({mail.message["Message-ID"] for mail in sink.taken}) == len(kinds)


async def test_what_postfix_can_not_deliver_comes_back_as_a_bounce_that_is_believed(
    database: Database, vhost: VirtualHost
) -> None:
    house = but(HOUSE, mail_domain="sesame.example", keys=KEYS)
    async with (
        ingest(database, vhost) as door,
        postfix(door.running.lmtp_port) as smtp_port,
        sending(smtp_port, house=house) as sender,
    ):
        delivery = outgoing("mail", "Nobody@sesame.example")
        assert isinstance(await sender.send(delivery), Sent)
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                if told := await door.announced(MailBounced):
                    break
                await asyncio.sleep(0.1)
    (bounce,) = told
    assert (bounce.subject, bounce.data.permanent) == (delivery.question.id, True)
    assert is_of_address(KEYS, bounce.data.address_digest, "nobody@sesame.example")

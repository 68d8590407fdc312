"""A mailbox read by IMAP: committed, then marked; a cursor; new mail at once."""

from __future__ import annotations

from services.contracts.ingest import QuestionReceived
from tests.support.imap_server import imap_server
from tests.support.ingest_doors import ingest, mail, reading
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import until


def numbered(number: int) -> bytes:
    return mail(f"Où était le moulin {number} ?", Message_ID=f"<{number}@mail.example>")


async def test_what_is_unseen_is_read_and_what_comes_is_read_at_once(
    database: Database, vhost: VirtualHost
) -> None:
    async with imap_server(numbered(1), numbered(2), b"\xff no mail at all") as server:
        server.seen.add(1)
        async with ingest(database, vhost, **reading(server)) as door:
            await until(lambda: server.seen == {1, 2, 3})
            await server.append(numbered(4), numbered(2))
            await until(lambda: server.seen == {1, 2, 3, 4, 5})
            asked = [event.data.text for event in await door.announced(QuestionReceived)]
            assert await door.fetchval("SELECT count(*) FROM quarantine") == 1
    assert [text.split()[-2] for text in asked] == ["2", "4"]


async def test_after_a_restart_nothing_is_read_twice_and_nothing_missed(
    database: Database, vhost: VirtualHost
) -> None:
    async with imap_server(numbered(1)) as server:
        async with ingest(database, vhost, **reading(server)):
            await until(lambda: server.seen == {1})
            await server.append(numbered(2))
            await until(lambda: server.seen == {1, 2})
        await server.append(numbered(3), numbered(4))
        server.seen.add(3)  # somebody has opened it in a mail program meanwhile
        async with ingest(database, vhost, **reading(server)) as door:
            await until(lambda: server.seen == {1, 2, 3, 4})
            asked = [event.data.text for event in await door.announced(QuestionReceived)]
    assert [text.split()[-2] for text in asked] == ["1", "2", "3", "4"]

"""A mailbox read by IMAP: committed, then marked; a cursor; new mail at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.contracts.ingest import QuestionReceived
from services.ingest.entrypoints.mail.imap import MOST_ATTEMPTS
from services.ingest.entrypoints.mail.imap_login import NoToken, TokenSource, folder_name
from services.ingest.store.mail import mailbox
from tests.support.imap_server import VALIDITY, imap_server
from tests.support.ingest_doors import ingest, mail, reading
from tests.support.servers import Database, VirtualHost
from tests.support.waiting import until

UP = "sesame_ingest_channel_up"


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


SECRET = 'mot de passe : « été » \\ "'


@pytest.mark.parametrize("mechanism", ["", "PLAIN"])
async def test_a_password_and_a_folder_may_have_accents(
    database: Database, vhost: VirtualHost, mechanism: str
) -> None:
    async with imap_server(numbered(1)) as server:
        server.mechanism = mechanism
        server.secret = f"\0ada\0{SECRET}".encode() if mechanism else SECRET.encode()
        box = reading(server) | {"imap_password": SECRET, "imap_folder": "Questions & réponses"}
        async with ingest(database, vhost, **box):
            await until(lambda: server.seen == {1})
    assert server.folder == '"Questions &- r&AOk-ponses"'


@pytest.mark.parametrize(
    ("folder", "sent"),
    [
        ("INBOX", "INBOX"),
        ("Reçus/À lire", "Re&AOc-us/&AMA- lire"),
        ("日本語", "&ZeVnLIqe-"),
        ("R&D", "R&-D"),
        ('dit "été"', 'dit \\"&AOk-t&AOk-\\"'),
        ("📚", "&2D3c2g-"),
    ],
)
def test_a_folders_name_is_sent_in_modified_utf_7(folder: str, sent: str) -> None:
    assert folder_name(folder) == f'"{sent}"'


@pytest.mark.parametrize("by", ["command", "file"])
async def test_a_token_lets_in_and_is_had_anew_for_each_connection(
    database: Database, vhost: VirtualHost, tmp_path: Path, by: str
) -> None:
    kept = tmp_path / "token"
    kept.write_text("old\n")
    way = {"imap_token_file": kept} if by == "file" else {"imap_token_command": f"cat {kept}"}
    async with imap_server(numbered(1)) as server:
        server.mechanism, server.secret = "XOAUTH2", b"user=ada\x01auth=Bearer new\x01\x01"
        async with ingest(database, vhost, **(reading(server) | {"imap_password": ""} | way)) as door:
            await until(lambda: door.running.chassis.registry.get_sample_value(UP, {"channel": "imap"}) == 0)
            kept.write_text("new")
            await until(lambda: server.seen == {1})


@pytest.mark.parametrize(
    ("source", "why"),
    [
        (TokenSource("sh -c 'echo leaks; echo no such tenant >&2; exit 3'"), "status 3: no such tenant"),
        (TokenSource("/nowhere/token"), "FileNotFoundError"),
        (TokenSource("echo two words"), "no token"),
        (TokenSource("true"), "no token"),
        (TokenSource(file=Path("/nowhere/token")), "FileNotFoundError"),
    ],
)
def test_why_there_is_no_token_is_said_and_what_was_printed_is_not(source: TokenSource, why: str) -> None:
    with pytest.raises(NoToken, match=why) as raised:
        source.token()
    assert "leaks" not in str(raised.value)


async def test_a_mail_too_large_is_not_fetched_and_the_next_one_is(
    database: Database, vhost: VirtualHost
) -> None:
    large = mail("x" * 100 + "\n" + "Grand texte.\n" * 3000, Message_ID="<9@mail.example>")
    large = large.replace(b"\n", b"\r\n")
    async with (
        imap_server(large, numbered(2)) as server,
        ingest(database, vhost, **reading(server), largest_mail=20_000) as door,
    ):
        await until(lambda: server.seen == {1, 2})
        reason = await door.fetchval("SELECT reason FROM quarantine")
        assert b"Grand texte" not in await door.fetchval("SELECT raw FROM quarantine")
        assert len(await door.announced(QuestionReceived)) == 1
    assert "20000 at most" in reason
    assert "UID 1" in reason
    assert server.asked[0].endswith("(RFC822.SIZE)")
    assert not any("UID FETCH 1 (BODY.PEEK[])" in one for one in server.asked)


async def test_a_mail_that_ended_the_process_again_and_again_is_left_to_a_person(
    database: Database, vhost: VirtualHost
) -> None:
    """An attempt counts from before the fetch, whatever became of the process."""
    async with imap_server(numbered(1), numbered(2)) as server:
        box = reading(server)
        name = f"ada@127.0.0.1:{server.port}/INBOX"
        async with ingest(database, vhost) as door, door.running.chassis.begin() as unit:
            for _ in range(MOST_ATTEMPTS):
                await mailbox.tried(unit.db, name, VALIDITY, 1)
        async with ingest(database, vhost, **box) as door:
            await until(lambda: server.seen == {1, 2})
            assert "ended without a word" in await door.fetchval("SELECT reason FROM quarantine")
            assert len(await door.announced(QuestionReceived)) == 1
    assert not any("UID FETCH 1 (BODY.PEEK[])" in one for one in server.asked)

"""An operator sees who is not written to any more, and has them written to again."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from devtools.cli import main
from services.contracts.ingest import MailBounced
from services.contracts.links.signed_links import bounce_token, read_token
from tests.support import notifier_facts as made
from tests.support.bench import Bench, bench, letter_of
from tests.support.notifier_bench import SUBSCRIPTIONS
from tests.support.servers import Database

Silences = Callable[..., Awaitable[str]]
KEYS = (b"a secret that only tests and nobody know",)
DESK = "Bpi@Partner.example"


@pytest.fixture
def silences(
    database: Database, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Silences:
    """Runs `./sesame notifier silences …`; gives what it printed. `status` is what it must end with."""
    monkeypatch.setenv("SESAME_DATABASE_URL", database("notifier"))
    monkeypatch.setenv("SESAME_LINK_SECRET", KEYS[0].decode())
    monkeypatch.setenv("COLUMNS", "200")

    async def run(*arguments: str, status: int = 0) -> str:
        ended = await asyncio.to_thread(main, ["notifier", "silences", *arguments])
        printed = capsys.readouterr()
        assert ended == status, printed.err
        return printed.out + printed.err

    return run


async def silence(on: Bench) -> None:
    """A library's desk that has a question, by a bounce."""
    question = uuid4()
    link = read_token(KEYS, bounce_token(KEYS, question, DESK))
    assert link is not None
    bounce = MailBounced(address_digest=link.digest, permanent=True, status="5.1.1")
    routed = made.routed(question, way="mail")
    letters = [letter_of(fact, question) for fact in (made.received(), routed, bounce)]
    await on.handling(SUBSCRIPTIONS).settle(letters)


async def test_a_silence_is_shown_by_its_library_and_never_by_its_address(
    database: Database, silences: Silences
) -> None:
    async with bench(database("notifier"), "notifier") as on:
        await silence(on)
        shown = await silences()
    assert "bpi" in shown
    assert "5.1.1" in shown
    assert "partner.example" not in shown.lower()


@pytest.mark.parametrize("by_name", [False, True])
async def test_a_lifted_silence_is_written_to_again(
    database: Database, silences: Silences, by_name: bool
) -> None:
    async with bench(database("notifier"), "notifier") as on:
        await silence(on)
        name = await on.pool.fetchval("SELECT left(encode(digest, 'hex'), 12) FROM silenced_address")
        assert name in await silences()
        await silences("--lift", name if by_name else DESK)
        assert "Nobody" in await silences()
        assert "no such address" in await silences("--lift", DESK, status=1)

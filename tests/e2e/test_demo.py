"""The demonstration is the whole platform: every way in, partner programs, mail respondents, each way out."""

import asyncio
import io
import os
import re
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from rich.console import Console

from devtools.checkout import ROOT
from devtools.demo.corpus import Corpus, load_corpus
from devtools.demo.report import PUBLISHED, RECEIVED
from devtools.demo.run import DATA, play, scene_of
from devtools.demo.watch import Watch
from devtools.servers.folders import throwaway_folder
from devtools.servers.servers import AMQP_MANAGEMENT_URL, AMQP_URL, DATABASE_URL
from services.contracts import topology
from tests.support.servers import Database, VirtualHost

PATIENCE_SECONDS = 420.0
GIVEN = (AMQP_URL, AMQP_MANAGEMENT_URL, DATABASE_URL)
OPENING = 40
"""Characters by which a question would be known in a log."""


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch, database: Database, vhost: VirtualHost) -> None:
    """Servers that stay when the demonstration is over."""
    monkeypatch.setenv(AMQP_URL, vhost.amqp_url)
    monkeypatch.setenv(AMQP_MANAGEMENT_URL, vhost.management_url)
    monkeypatch.setenv(DATABASE_URL, database.admin_url)


@pytest.mark.usefixtures("given")
async def test_every_question_is_published_and_no_log_names_its_asker_once_and_again(
    database: Database,
) -> None:
    corpus = load_corpus(DATA)
    for _ in range(2):
        logs = await _all_published(corpus)
        assert [word for word in _private(corpus) if word in logs] == []
    db = await asyncpg.connect(database.admin_url)
    assert await db.fetch("SELECT datname FROM pg_database WHERE datname LIKE 'sesame_demo_%'") == []
    await db.close()


async def _all_published(corpus: Corpus) -> str:
    """What the services logged."""
    console = Console(file=io.StringIO())
    with throwaway_folder() as folder:
        async with scene_of(folder, corpus, console, asking=True) as scene:
            expected = await play(scene, corpus, None, console)
            logs = "".join(scene.platform.log(service).read_text() for service in topology.SERVICES)
            passed = (scene.watch.count(RECEIVED), scene.watch.count(PUBLISHED))
            assert passed == (expected, expected), _on_their_way(scene.watch, logs)
            return logs


def _on_their_way(watch: Watch, logs: str) -> str:
    """Each question that is not out: what it passed, and what was logged of it."""
    stuck = [id_ for id_, passed in watch.questions.items() if PUBLISHED not in passed]
    told = (f"{id_} {[*watch.questions[id_]]} {watch.questions[id_]}" for id_ in stuck)
    return "\n".join([*told, *(line for line in logs.splitlines() if any(id_ in line for id_ in stuck))])


def _private(corpus: Corpus) -> Iterator[str]:
    """Every asker's address, and the beginning of every question."""
    for question in corpus.questions:
        yield question.asker_email
        yield question.text[:OPENING]
    yield from (mail.envelope_from for mail in corpus.mails if mail.envelope_from)


async def test_a_mailbox_of_ones_own_is_answered_too(tmp_path: Path) -> None:
    mbox = tmp_path / "mine.mbox"
    mbox.write_text(
        "From reader@asker.example Fri Nov 20 10:00:00 2026\n"
        "From: Une lectrice <reader@asker.example>\nTo: question@sesame.example\n"
        "Message-ID: <one@asker.example>\nSubject: Les bains publics\n\n"
        "Bonjour, où trouver des plans de bains publics vers 1900 ?\n\n"
        "From robot@asker.example Fri Nov 20 10:01:00 2026\n"
        "From: robot@asker.example\nAuto-Submitted: auto-replied\nMessage-ID: <two@asker.example>\n"
        "Subject: Absence\n\nJe suis absente.\n"
    )
    status, said = await _demo("--mbox", str(mbox))
    assert status == 0, said
    assert re.search(r"all\W+1\W+1\W+1\W+1\b", said), said


async def _demo(*options: str) -> tuple[int | None, str]:
    """Status, and what it printed."""
    env = {name: value for name, value in os.environ.items() if name not in GIVEN}
    process = await asyncio.create_subprocess_exec(
        str(ROOT / "sesame"),
        "demo",
        "--once",
        *options,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
        env=env | {"COLUMNS": "160"},
    )
    said, _ = await asyncio.wait_for(process.communicate(), PATIENCE_SECONDS)
    return process.returncode, said.decode()

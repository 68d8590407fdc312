"""The demonstration is the whole platform: every way in, partner programs, mail respondents, each way out."""

import asyncio
import os
import re
from pathlib import Path

from deploy.local.checkout import ROOT
from deploy.local.servers import AMQP_MANAGEMENT_URL, AMQP_URL, DATABASE_URL

PATIENCE_SECONDS = 240.0
GIVEN = (AMQP_URL, AMQP_MANAGEMENT_URL, DATABASE_URL)


async def test_every_question_of_the_demo_is_published() -> None:
    status, said = await _demo()
    assert status == 0, said
    assert re.search(r"received → published: median [\d.]+ s", said)


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
    """Status, and what it printed. With servers of its own, whatever the suite was given."""
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

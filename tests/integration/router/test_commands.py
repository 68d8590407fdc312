"""`./sesame router …` on a real database: partners, explanations, rehearsals."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from devtools.cli import main
from services.contracts.router import QuestionClosed
from services.router.files.partners import read_file
from tests.support.router_network import MONDAY, OwnClock, answer, asks_back, library, network, writes
from tests.support.router_process import partners_file
from tests.support.servers import Database

PARTNERS = [
    library(
        "dijon", subjects={"histoire": 5}, territories=frozenset({"21", "region:27"}), capacity_per_week=9
    ),
    library("lyon", languages=frozenset({"fr", "en"})),
]


@pytest.fixture
def router_environment(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SESAME_AMQP_URL", "amqp://unused")
    monkeypatch.setenv("SESAME_DATABASE_URL", database("router"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return partners_file(tmp_path, PARTNERS)


@pytest.mark.usefixtures("router_environment")
@pytest.mark.parametrize("ending", ["yaml", "csv"])
def test_what_is_exported_is_what_was_imported(file: Path, tmp_path: Path, ending: str) -> None:
    out = tmp_path / f"out.{ending}"
    assert main(["router", "partners", "import", str(file)]) == 0
    assert main(["router", "partners", "export", str(out)]) == 0
    partners, faults = read_file(out)
    assert (partners, faults) == (PARTNERS, [])


@pytest.mark.usefixtures("router_environment")
def test_diff_says_what_import_would_do(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["router", "partners", "import", str(file)])
    file.write_text(file.read_text().replace("capacity_per_week: 9", "capacity_per_week: 12"))
    capsys.readouterr()
    assert main(["router", "partners", "diff", str(file)]) == 0
    assert "~ dijon: capacity_per_week: 9 → 12" in capsys.readouterr().out


@pytest.mark.usefixtures("router_environment")
def test_history_names_the_hand(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["router", "partners", "import", str(file), "--actor", "Anne"])
    assert main(["router", "partners", "history", "dijon"]) == 0
    assert "Anne" in capsys.readouterr().out


@pytest.mark.usefixtures("router_environment")
def test_each_fault_of_a_file_is_named_by_line(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = file.read_text() + "- {id: Paris, name: Paris, reach: {way: mail, address: p@libraries.example}}\n"
    file.write_text(text)
    assert main(["router", "partners", "import", str(file)]) == 1
    said = capsys.readouterr()
    assert f'line {len(text.splitlines())}: partner "Paris": id must match' in said.err
    assert 'try "paris"' in said.err
    assert "2 partners read, 2 changed" in said.out


@pytest.mark.usefixtures("router_environment")
def test_simulate_prints_the_shares_and_sends_nothing(
    file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    questions = tmp_path / "questions.jsonl"
    questions.write_text("\n".join(json.dumps({"subject": "histoire"}) for _ in range(12)))
    arguments = [str(questions), "--partners", str(file), "--weight", "fairness=0", "--weight", "load=0"]
    assert main(["router", "simulate", *arguments]) == 0
    said = capsys.readouterr().out
    assert "12 questions routed, 0 to nobody" in said


async def test_explain_says_that_the_clocks_stood_still_and_counts_without_it(database: Database) -> None:
    clock = OwnClock(MONDAY)
    async with network(database("router"), PARTNERS, clock=clock) as net:
        question = await net.ask(language="fr")
        asked = await net.value("SELECT partner FROM assignment WHERE question = $1", question)
        clock.wait(timedelta(hours=1))
        await net.tell(asks_back(asked), question)
        text = await explained(database, question)
        clock.wait(timedelta(hours=24))
        await net.tell(writes("Celui de Bourgogne."), question)
        gone_on = await explained(database, question)
    back = f"{asked} asked the asker back Mon 2026-11-23 11:00"
    assert f"{back}: the clocks stand still until the reply, Mon 2026-12-07 11:00 at most" in text
    assert f"{back}, they replied Tue 2026-11-24 11:00: no clock ran" in gone_on
    assert "promised by Fri 2026-11-27 10:00" in gone_on
    assert "the promise: 72 h 00 on working days" in gone_on
    assert f"the time of {asked}: 16 h 00 while it is open" in gone_on


async def test_an_operator_marks_spam_and_resolves_what_was_written_after_the_answer(
    database: Database,
) -> None:
    clock = OwnClock(MONDAY)
    async with network(database("router"), PARTNERS, clock=clock) as net:
        spam, answered = await net.ask(language="fr"), await net.ask(language="fr")
        partner = await net.value("SELECT partner FROM assignment WHERE question = $1", answered)
        await net.tell(answer(partner), answered)
        clock.wait(timedelta(hours=1))
        await net.tell(writes("Merci !"), answered)
        assert f"question {spam}: out_of_scope" in await said_by(database, "spam", spam)
        assert f"question {answered}: answered" in await said_by(database, "resolve", answered)
        closed = await net.announced(QuestionClosed)
    assert [one.reason for one in closed] == ["spam"]


async def explained(database: Database, question: UUID) -> str:
    return await said_by(database, "explain", question)


async def said_by(database: Database, action: str, question: UUID) -> str:
    """What the command prints."""
    environ = os.environ | {"SESAME_AMQP_URL": "amqp://unused", "SESAME_DATABASE_URL": database("router")}
    words = (sys.executable, "-m", "devtools.cli", "router", action, str(question))
    command = await asyncio.create_subprocess_exec(*words, stdout=asyncio.subprocess.PIPE, env=environ)
    said = (await command.communicate())[0].decode()
    assert command.returncode == 0
    return said


async def test_explain_shows_every_number(database: Database) -> None:
    async with network(database("router"), PARTNERS) as net:
        question = await net.ask(language="en")
    said = await explained(database, question)
    assert "does not answer in en: dijon" in said
    assert "1. lyon: asked Mon 2026-11-23 10:00, due Wed 2026-11-25 10:00" in said
    assert "the promise: 72 h 00 on working days" in said
    assert "Mon 2026-11-23 10:00 to Tue 2026-11-24 00:00: 14 h 00" in said
    assert "the time of lyon: 16 h 00 while it is open" in said
    assert "Mon 2026-11-23 10:00 to Mon 2026-11-23 12:30: 2 h 30" in said
    assert re.search(r"lyon: .*load 20 \(0 open\), fit 20 \(open for 100% of the time needed\)", said)

"""The programs that a partner's programmer starts from keep the contract, in each language."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from devtools.checkout import ROOT
from devtools.servers.packages import provide_program
from devtools.servers.servers import Servers
from tests.support.partner_stage import PARTNER, Stage, partner_stage
from tests.support.servers import VirtualHost
from tests.support.waiting import PATIENCE_SECONDS, until

EXAMPLES = ROOT / "examples"
Run = Callable[..., AbstractAsyncContextManager[asyncio.subprocess.Process]]


@pytest.fixture
async def stage(vhost: VirtualHost) -> AsyncIterator[Stage]:
    async with partner_stage(vhost.amqp_url) as stage:
        yield stage


@dataclass(frozen=True)
class Client:
    """`command` starts the program in `folder`; `provide` gets what it needs, where it is not there."""

    command: Sequence[str]
    folder: Path
    provide: Callable[[Path], None]


def _nothing(_: Path) -> None: ...


def _php(_: Path) -> None:
    provide_program("php", "php-cli")
    if not Path("/usr/share/php/PhpAmqpLib").is_dir():
        subprocess.run(["apt-get", "install", "-qq", "-y", "php-amqplib"], check=True)


def _node(folder: Path) -> None:
    provide_program("node", "nodejs")
    provide_program("npm", "npm")
    if not (folder / "node_modules" / "amqplib").is_dir():
        subprocess.run(
            ["npm", "install", "--silent", "--no-audit", "--no-package-lock"], cwd=folder, check=True
        )


CLIENTS = {
    "python": Client((sys.executable, "-m", "sesame_partner"), EXAMPLES / "python", _nothing),
    "javascript": Client(("node", "partner.js"), EXAMPLES / "javascript", _node),
    "php": Client(("php", "partner.php"), EXAMPLES / "php", _php),
}


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest) -> Client:
    client = CLIENTS[request.param]
    client.provide(client.folder)
    return client


@pytest.fixture
def run(client: Client, vhost: VirtualHost) -> Run:
    @asynccontextmanager
    async def running(*options: str) -> AsyncIterator[asyncio.subprocess.Process]:
        process = await asyncio.create_subprocess_exec(
            *client.command, "--url", vhost.amqp_url, "--partner", PARTNER, *options, cwd=client.folder
        )
        yield process
        if "--idle" not in options:
            process.terminate()
        assert await asyncio.wait_for(process.wait(), PATIENCE_SECONDS) == 0

    return running


@pytest.fixture
def answers(tmp_path: Path) -> str:
    path = tmp_path / "answers.json"
    stock = [
        {"text": "Réponse générale."},
        {"text": "Réponse d'histoire.", "subject": "histoire", "sources": ["Cote 944"], "effort": 2},
        {"text": "Pour une autre question.", "question": "Une autre question."},
    ]
    path.write_text(json.dumps(stock))
    return str(path)


async def test_an_assigned_question_is_answered_by_what_fits_it_best(
    stage: Stage, run: Run, answers: str
) -> None:
    async with run("--answers", answers):
        await stage.tell("QuestionAssigned", subject="histoire")
        key, answer = await stage.heard()
    assert key == "partner.lyon.answer.submitted.v1"
    assert answer.model_dump()["subject"] == "019ab3c0-7c00-7d4e-9a51-2f6f0c1e5a10"
    assert answer.data.text == "Réponse d'histoire."
    assert (answer.data.sources, answer.data.effort) == (("Cote 944",), 2)


async def test_a_question_that_comes_twice_gets_one_event_id(stage: Stage, run: Run, answers: str) -> None:
    async with run("--answers", answers):
        for _ in range(2):
            await stage.tell("QuestionAssigned")
        (_, first), (_, second) = await stage.heard(), await stage.heard()
    assert first.id == second.id


async def test_the_asker_is_asked_back_answered_and_told_more(stage: Stage, run: Run, tmp_path: Path) -> None:
    path = tmp_path / "answers.json"
    path.write_text(json.dumps([{"text": "Ici.", "ask_back": "De quelle rive ?", "more": "Et là."}]))
    async with run("--answers", str(path)):
        await stage.tell("QuestionAssigned")
        (_, back) = await stage.heard()
        await stage.tell("AskerReplied", after_answer=False)
        (_, answer) = await stage.heard()
        await stage.tell("AskerReplied", after_answer=True, follow_up_id=str(uuid4()))
        (_, more) = await stage.heard()
    assert [one.type for one in (back, answer, more)] == [
        "clarification.submitted.v1",
        "answer.submitted.v1",
        "addition.submitted.v1",
    ]
    assert [one.data.text for one in (back, answer, more)] == ["De quelle rive ?", "Ici.", "Et là."]
    assert len({one.id for one in (back, answer, more)}) == 3


async def test_it_says_who_is_on_a_question_and_what_its_own_reader_replies(stage: Stage, run: Run) -> None:
    async with run("--take", "Anne", "--reader-says", "Du moulin à eau."):
        await stage.tell("QuestionAssigned", due_at="2999-01-01T00:00:00Z")
        await stage.tell("ClarificationDelivered")
        told = dict([await stage.heard(), await stage.heard()])
    assert told["partner.lyon.take.submitted.v1"].data.by == "Anne"
    assert told["partner.lyon.follow_up.submitted.v1"].data.text == "Du moulin à eau."


async def test_every_second_question_is_declined_when_told_so(stage: Stage, run: Run, answers: str) -> None:
    async with run("--answers", answers, "--decline-every", "2"):
        for _ in range(4):
            await stage.tell("QuestionAssigned")
        kinds = sorted([(await stage.heard())[0] for _ in range(4)])
    assert kinds == ["partner.lyon.answer.submitted.v1"] * 2 + ["partner.lyon.decline.submitted.v1"] * 2


async def test_a_question_is_handed_in_under_the_same_id_each_time(
    stage: Stage, run: Run, tmp_path: Path
) -> None:
    path = tmp_path / "questions.json"
    path.write_text(
        json.dumps([{"text": "Où trouver ce journal ?"}, {"text": "Et ça ?", "reference": "r-7"}])
    )
    asked = []
    for _ in range(2):
        async with run("--ask", str(path), "--idle", "0.2"):
            asked += [await stage.heard(), await stage.heard()]
    assert {key for key, _ in asked} == {"partner.lyon.question.submitted.v1"}
    assert asked[0][1].id == asked[2][1].id
    assert [event.data.reference for _, event in asked] == [None, "r-7"] * 2


async def test_receipts_and_unknown_events_are_taken_from_the_queue(
    stage: Stage, run: Run, answers: str
) -> None:
    told = ("SubmissionAccepted", "SubmissionRefused", "AssignmentEnded", "QuestionRated", "AnswerDelivered")
    for name in told:
        await stage.tell(name)
    await stage.comes_to_hold(len(told))
    async with asyncio.timeout(PATIENCE_SECONDS):
        while await stage.held():  # it leaves without them where the broker is silent for a second
            async with run("--answers", answers, "--idle", "1"):
                pass


async def test_what_was_too_much_for_now_is_sent_again_in_its_time(
    stage: Stage, run: Run, answers: str
) -> None:
    async with run("--answers", answers):
        await stage.tell("QuestionAssigned")
        _, first = await stage.heard()
        await stage.tell("SubmissionRefused", original_id=first.id, code="too_many", retry_after_seconds=1)
        _, again = await stage.heard()
    assert again == first


async def test_a_question_nobody_answers_stays_in_the_queue(stage: Stage, run: Run) -> None:
    await stage.tell("QuestionAssigned", due_at="2999-01-01T00:00:00Z")
    async with run("--idle", "1"):
        pass
    await stage.comes_to_hold(1)


async def test_a_program_does_not_stay_on_a_channel_that_refuses(
    stage: Stage, client: Client, vhost: VirtualHost, answers: str
) -> None:
    """RabbitMQ 3.10 may refuse for good what a channel publishes, once it has. The programs in PHP and
    JavaScript end, to be started again as their README says; the one in Python comes in again."""
    await stage.has_no_room(True)
    options = ("--url", vhost.amqp_url, "--partner", PARTNER, "--answers", answers)
    program = await asyncio.create_subprocess_exec(*client.command, *options, cwd=client.folder)
    await stage.tell("QuestionAssigned")
    _, refused = await stage.heard()
    if client is CLIENTS["python"]:
        await stage.has_no_room(False)
        _, again = await stage.heard()
        program.terminate()
        assert again.id == refused.id
    else:
        assert await asyncio.wait_for(program.wait(), PATIENCE_SECONDS) != 0
    await program.wait()


async def test_the_python_program_outlives_the_broker(mortal_servers: Servers, answers: str) -> None:
    rabbitmq, client = mortal_servers.rabbitmq, CLIENTS["python"]
    assert rabbitmq is not None
    async with partner_stage(mortal_servers.amqp_url):
        await until(lambda: rabbitmq.has_on_disk(f"partner.{PARTNER}"))
    options = ("--url", mortal_servers.amqp_url, "--partner", PARTNER, "--answers", answers)
    program = await asyncio.create_subprocess_exec(*client.command, *options, cwd=client.folder)
    await rabbitmq.kill()
    await rabbitmq.start()
    async with partner_stage(mortal_servers.amqp_url) as stage:
        await stage.tell("QuestionAssigned")
        key, _ = await stage.heard()
        program.terminate()
        assert await asyncio.wait_for(program.wait(), PATIENCE_SECONDS) == 0
    assert key == "partner.lyon.answer.submitted.v1"

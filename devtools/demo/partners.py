"""The partner libraries of the demonstration: their file, and the programs of those with a queue.

The programs are the ones that partners start from (`examples/python`), run as separate processes that
know only the published contract.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import aio_pika
import yaml

from devtools.checkout import PYTHON, ROOT
from devtools.demo.askers import question_data
from devtools.demo.corpus import ANY_THEME, Answer, Corpus, Question
from devtools.servers.processes import Child
from services.contracts import topology

PROGRAM = ROOT / "examples" / "python"
DECLINES_EVERY = 6
"""One of the partners is short of people, so that the router has something to do."""


@dataclass(frozen=True)
class Partner:
    id: str
    name: str
    way: str
    address: str


def write_partners(corpus: Corpus, folder: Path) -> tuple[Path, list[Partner]]:
    """A copy of the partners' file in which those with a webhook, which would lead out into the world, are
    reached by mail."""
    records: list[dict[str, Any]] = yaml.safe_load(corpus.partners_path.read_text())
    for record in records:
        if record["reach"]["way"] == "webhook":
            record["reach"] = {"way": "mail", "address": record["email"]}
    path = folder / "partners.yaml"
    path.write_text(yaml.safe_dump(records, allow_unicode=True, sort_keys=False))
    return path, [
        Partner(record["id"], record["name"], record["reach"]["way"], record["reach"]["address"])
        for record in records
    ]


@asynccontextmanager
async def running_programs(
    partners: Sequence[Partner], corpus: Corpus, amqp_url: str, folder: Path, *, asking: bool
) -> AsyncIterator[None]:
    """One process for each partner with a queue, until the block ends; `asking`, it hands in questions."""
    answers = folder / "answers.json"
    answers.write_text(json.dumps(_stock(corpus), ensure_ascii=False))
    with_queue = [partner for partner in partners if partner.way == "queue"]
    await _make_queues(amqp_url, with_queue)
    questions = corpus.questions if asking else ()
    children = [
        _program(partner, questions, amqp_url, folder, answers, declines=number == 0)
        for number, partner in enumerate(with_queue)
    ]
    try:
        for child in children:
            child.start()
        yield
    finally:
        await asyncio.gather(*(child.stop(5.0) for child in children))


def _program(
    partner: Partner,
    questions: Sequence[Question],
    amqp_url: str,
    folder: Path,
    answers: Path,
    *,
    declines: bool,
) -> Child:
    asked = [
        question_data(question)
        for question in questions
        if question.channel == "partner" and question.origin_partner == partner.id
    ]
    to_ask = folder / f"questions-{partner.id}.json"
    to_ask.write_text(json.dumps(asked, ensure_ascii=False))
    options = ["--partner", partner.id, "--answers", str(answers), "--ask", str(to_ask)]
    if declines:
        options += ["--decline-every", str(DECLINES_EVERY)]
    return Child(
        name=f"program of {partner.id}",
        argv=[*PYTHON, "-m", "sesame_partner", "--url", amqp_url, *options],
        env=os.environ | {"PYTHONPATH": str(PROGRAM)},
        log=folder / "logs" / f"partner-{partner.id}.log",
        cwd=PROGRAM,
    )


def _stock(corpus: Corpus) -> list[dict[str, Any]]:
    """The answers as the program reads them: what an answer fits is named, or left out."""
    texts = {question.n: question.text for question in corpus.questions}
    return [
        {
            "text": answer.text,
            "sources": answer.sources,
            "effort": answer.effort,
            "language": answer.language,
            "subject": None if question or answer.theme == ANY_THEME else answer.theme,
            "question": question,
        }
        for answer in corpus.answers
        for question in _questions_of(answer, texts)
    ]


def _questions_of(answer: Answer, texts: Mapping[int, str]) -> list[str | None]:
    """The texts it was written for; None stands for any other of its theme."""
    own: list[str | None] = [texts[n] for n in answer.suits]
    return [texts[answer.question]] if answer.question is not None else [*own, None]


async def _make_queues(amqp_url: str, partners: Sequence[Partner]) -> None:
    async with await aio_pika.connect(amqp_url) as connection, connection.channel() as channel:
        for partner in partners:
            arguments = dict(topology.PARTNER_QUEUE_ARGUMENTS)
            name = topology.partner_queue(partner.id)
            queue = await channel.declare_queue(name, durable=True, arguments=arguments)
            await queue.bind(topology.PARTNERS, f"{name}.#")

"""Questions through an installed platform: asked by HTTP, answered by a partner's program.

`python -m operations.trial --questions N`, with the administrator's secrets. The partner is called
`bibliotheque-d-essai`, reached by its queue; suspend or remove it before real questions come. Ends with 0
when every question has exactly one accepted answer, sent exactly once to its asker.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import secrets
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import asyncpg
import httpx

from operations.addresses import Addresses, addresses
from operations.broker.management import managing
from operations.broker.provision import as_user
from operations.database import as_service
from operations.errors import OperationError
from operations.partners import broker, keys, register
from services.notifier.store import trial as deliveries
from services.router.store import questions

PARTNER = "bibliotheque-d-essai"
RECORD = {
    "name": "Bibliothèque d'essai",
    "reach": {"way": "queue", "address": f"partner.{PARTNER}"},
    "languages": ["fr"],
    "hours": {day: ["00:00-24:00"] for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")},
}
EXAMPLES = Path(__file__).parents[1] / "examples"


@dataclass(frozen=True)
class TrialState:
    """`mails` above `questions` would be answers sent twice."""

    answered: int
    mails: int
    questions: int

    def is_complete(self, wanted: int) -> bool:
        return self.answered == self.mails == self.questions == wanted


async def main(chosen: argparse.Namespace) -> int:
    where = addresses()
    async with as_service(where.database_url, "ingest") as db:
        key = await keys.change_key(db, PARTNER)
    async with _partner_program(where):
        asked = await _ask(chosen.ingest_url, key, chosen.questions, chosen.rest)
        state = await _until_answered(where, asked, chosen.patience)
    print(f"{len(asked)} asked, {state.answered} answered, {state.mails} answers sent", flush=True)
    return 0 if state.is_complete(len(asked)) else 1


@asynccontextmanager
async def _partner_program(where: Addresses) -> AsyncIterator[None]:
    """The example program, as the partner it is for; started again when it ends by itself."""
    url = await _account(where)
    keeping = asyncio.create_task(_keep_running(url))
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.wait((keeping,))


async def _account(where: Addresses) -> str:
    async with as_service(where.database_url, "router") as db:
        await register.enter(db, PARTNER, RECORD)
    async with managing(where.management_url, where.vhost) as management:
        password = await broker.open_account(management, PARTNER)
        password = password or await broker.change_password(management, PARTNER)
    return as_user(where.amqp_url, PARTNER, password, where.vhost)


async def _keep_running(url: str) -> None:
    while True:
        answers = EXAMPLES / "answers.json"
        program = await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "sesame_partner", "--answers", str(answers)),
            cwd=EXAMPLES / "python",
            env=os.environ | {"SESAME_PARTNER_URL": url, "PYTHONPATH": ""},
        )
        try:
            await program.wait()
        except asyncio.CancelledError:
            program.terminate()
            await program.wait()
            raise
        await asyncio.sleep(1.0)


async def _ask(ingest_url: str, key: str, count: int, rest: float) -> list[UUID]:
    """With the partner's key: whoever has none may hand in but a few at once."""
    run, shown = secrets.token_hex(4), {"authorization": f"Bearer {key}"}
    async with httpx.AsyncClient(base_url=ingest_url, headers=shown, timeout=10) as http:
        asked = []
        for number in range(1, count + 1):
            asked.append(await _ask_one(http, run, number))
            await asyncio.sleep(rest)
        return asked


async def _ask_one(http: httpx.AsyncClient, run: str, number: int) -> UUID:
    """Again until it is accepted: the key makes sure that it is once."""
    question = {
        "text": f"Question d'essai {number} : qui a fondé la bibliothèque de la ville, et quand ?",
        "language": "fr",
        "asker": {"mail": f"essai-{run}-{number}@asker.example"},
    }
    while True:
        try:
            answer = await http.post(
                "/api/v1/questions", json=question, headers={"idempotency-key": f"{run}-{number}"}
            )
            answer.raise_for_status()
        except httpx.HTTPError as error:
            print(f"question {number}: {error!r}; again", flush=True)
            await asyncio.sleep(1.0)
        else:
            return UUID(answer.json()["id"])


async def _until_answered(where: Addresses, asked: Sequence[UUID], patience: float) -> TrialState:
    deadline = time.monotonic() + patience
    state = TrialState(0, 0, 0)
    while True:
        try:
            state = await _state(where, asked)
        except (OperationError, OSError, asyncpg.PostgresError) as error:
            print(f"not to be asked just now: {error}", flush=True)
        if state.is_complete(len(asked)) or time.monotonic() > deadline:
            return state
        print(f"{state.answered} of {len(asked)} answered", flush=True)
        await asyncio.sleep(1.0)


async def _state(where: Addresses, asked: Sequence[UUID]) -> TrialState:
    async with as_service(where.database_url, "router") as db:
        answered = await questions.count_answered(db, asked)
    async with as_service(where.database_url, "notifier") as db:
        return TrialState(answered, *await deliveries.answers_sent(db, asked))


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="trial", description=__doc__)
    parser.add_argument("--questions", type=int, default=50)
    parser.add_argument("--rest", type=float, default=0.0, help="seconds between two questions")
    parser.add_argument("--patience", type=float, default=180.0, help="seconds to wait for the last answer")
    usual = os.environ.get("SESAME_INGEST_URL", "http://127.0.0.1:8080")
    parser.add_argument("--ingest-url", default=usual, help="the HTTP API; or SESAME_INGEST_URL")
    return parser


if __name__ == "__main__":
    sys.exit(asyncio.run(main(_arguments().parse_args())))

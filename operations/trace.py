"""`./sesame trace QUESTION`: every event and delivery of one question with its time, from all services.

Shows ids, states and times; no text, no address.
"""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from asyncpg import Record
from rich.table import Table

from operations.addresses import addresses
from operations.database import as_service
from services.chassis.messaging import inbox
from services.chassis.terminal import operator_console
from services.contracts import topology
from services.ingest.store import tracing as ingest
from services.notifier.store import tracing as notifier
from services.router.store import tracing as router
from services.workspace.store import tracing as workspace

QUERIES = {
    "ingest": ingest.trace,
    "router": router.trace,
    "notifier": notifier.trace,
    "workspace": workspace.trace,
}
"""Service → rows of (at, what, detail) of one question. Metrics knows no question."""


@dataclass(frozen=True, order=True)
class Step:
    at: datetime
    service: str
    what: str
    detail: str


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    trace = subparsers.add_parser("trace", help="one question's events and deliveries, from all services")
    trace.add_argument("question", type=_question, help="its id")
    trace.set_defaults(run=lambda chosen: asyncio.run(show(chosen)))


def _question(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no question's id; one looks like 01a21108-e935-7130-893a-d6bc8473e330"
        ) from None


async def show(chosen: argparse.Namespace) -> int:
    where = addresses().database_url
    steps = sorted(await _steps(where, chosen.question))
    table = Table("at (UTC)", "service", "what", "detail")
    for step in steps:
        table.add_row(f"{step.at:%Y-%m-%d %H:%M:%S.%f}"[:-3], step.service, step.what, step.detail)
    operator_console().print(table if steps else f"no service knows question {chosen.question}")
    for service, count in (await waiting(where, chosen.question)).items():
        print(f"{service}: {count} events wait for this question to arrive")
    return 0 if steps else 1


async def _steps(admin_url: str, question: UUID) -> list[Step]:
    steps: list[Step] = []
    for service, query in QUERIES.items():
        async with as_service(admin_url, service) as db:
            steps.extend(_read(service, await query(db, question)))
    return steps


def _read(service: str, rows: Sequence[Record]) -> Iterator[Step]:
    for row in rows:
        yield Step(row["at"], service, row["what"], row["detail"] or "")


async def waiting(admin_url: str, question: UUID) -> dict[str, int]:
    """Service → events that came before their question."""
    counts = {}
    for service in topology.SERVICES:
        async with as_service(admin_url, service) as db:
            if count := await inbox.waiting_for(db, question):
                counts[service] = count
    return counts

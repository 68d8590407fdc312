"""`./sesame doctor`: what is wrong here, one line each; status 1 when anything is."""

from __future__ import annotations

import argparse
import asyncio
import time
from collections.abc import AsyncIterator, Sequence

import asyncpg

from operations.addresses import Addresses, addresses
from operations.broker.management import managing
from operations.doctor.broker import OF_BROKER
from operations.doctor.database import OF_DATABASE
from operations.doctor.findings import Finding, Grade
from operations.doctor.network import OF_NETWORK
from operations.doctor.scanner import scanner
from operations.errors import OperationError

LOOK_SECONDS = 1.0


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    doctor = subparsers.add_parser("doctor", help="what is wrong with this installation")
    doctor.add_argument(
        "--wait",
        type=float,
        default=0.0,
        metavar="SECONDS",
        help="look again for that long until all is well",
    )
    doctor.set_defaults(run=lambda chosen: asyncio.run(examine(chosen.wait)))


async def examine(wait_seconds: float) -> int:
    where, deadline = addresses(), time.monotonic() + wait_seconds
    while True:
        findings = [finding async for finding in _findings(where)]
        if not _any_fault(findings) or time.monotonic() >= deadline:
            return _say(findings)
        await asyncio.sleep(LOOK_SECONDS)


def _say(findings: Sequence[Finding]) -> int:
    for finding in findings:
        print(f"{finding.grade:<5} {finding.what}: {finding.said}")
    return 1 if _any_fault(findings) else 0


def _any_fault(findings: Sequence[Finding]) -> bool:
    return any(finding.grade is Grade.FAULT for finding in findings)


async def _findings(where: Addresses) -> AsyncIterator[Finding]:
    async with managing(where.management_url, where.vhost) as management:
        for check in OF_BROKER:
            async for finding in _safely(check.__name__, check(management, where)):
                yield finding
    for rest in (*OF_NETWORK, scanner, *OF_DATABASE):
        async for finding in _safely(rest.__name__, rest(where)):
            yield finding


async def _safely(what: str, findings: AsyncIterator[Finding]) -> AsyncIterator[Finding]:
    """One check that can't be made must not hide the others."""
    try:
        async for finding in findings:
            yield finding
    except (OperationError, OSError, asyncpg.PostgresError) as error:
        yield Finding(Grade.FAULT, what, f"{type(error).__name__}: {error}")

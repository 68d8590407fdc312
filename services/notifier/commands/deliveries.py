"""`./sesame notifier webhook PARTNER`: a secret; `./sesame notifier deliveries`: what was given up;
`./sesame notifier silences`: who is not written to any more."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TypeVar

from rich.table import Table

from services.chassis import settings
from services.chassis.messaging.command import command_transactions
from services.chassis.messaging.transaction import Unit
from services.chassis.terminal import operator_console
from services.contracts.addresses import address_digests
from services.notifier.domain.signing import new_secret
from services.notifier.handlers import failures
from services.notifier.settings import NotifierSettings
from services.notifier.store import deliveries, endpoints, silences

DeliveryAction = Callable[[Unit, argparse.Namespace], Awaitable[int]]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    notifier = subparsers.add_parser("notifier", help="what goes out: webhook secrets, deliveries given up")
    actions = notifier.add_subparsers(metavar="ACTION", required=True)
    webhook = actions.add_parser("webhook", help="make a partner's new webhook secret and show it once")
    webhook.add_argument("partner", help="the partner's id")
    webhook.add_argument("--drop-old", action="store_true", help="make none: only the newest signs now")
    webhook.set_defaults(run=lambda chosen: run(change_secret, chosen))
    lost = actions.add_parser("deliveries", help="what was given up, the latest first")
    lost.add_argument("--retry", metavar="ID", help="try this one again, from the beginning")
    lost.set_defaults(run=lambda chosen: run(show_or_retry, chosen))
    silent = actions.add_parser("silences", help="addresses whose mail came back for good, the latest first")
    silent.add_argument("--lift", metavar="ADDRESS", help="write there again: the address or its name here")
    silent.set_defaults(run=lambda chosen: run(_silences, chosen))


def run(action: DeliveryAction, chosen: argparse.Namespace) -> int:
    return asyncio.run(_in_a_unit(action, chosen))


async def _in_a_unit(action: DeliveryAction, chosen: argparse.Namespace) -> int:
    options = settings.load(NotifierSettings)
    async with (
        command_transactions("notifier", options.database_url) as transactions,
        transactions.begin() as unit,
    ):
        return await action(unit, chosen)


async def change_secret(unit: Unit, chosen: argparse.Namespace) -> int:
    if chosen.drop_old:
        known = await endpoints.drop_old(unit.db, chosen.partner, unit.now)
        return 0 if known else _fail(f"{chosen.partner}: has no webhook secret; leave out --drop-old")
    if not await endpoints.has_secret(unit.db, chosen.partner):
        first = f"./sesame partners rotate {chosen.partner} --only webhook"
        return _fail(f"{chosen.partner}: has no webhook secret yet; {first} makes a known partner's first")
    secret = new_secret()
    await endpoints.rotate(unit.db, chosen.partner, secret, unit.now)
    print(secret)
    return 0


async def show_or_retry(unit: Unit, chosen: argparse.Namespace) -> int:
    if chosen.retry is not None:
        if not await failures.retry(unit, chosen.retry):
            return _fail(f"{chosen.retry}: no delivery of this id was given up")
        print(f"{chosen.retry} is on its way again; `operator trace` of its question says what becomes of it")
        return 0
    table = Table("id", "kind", "way", "question", "attempts", "given up", "last error")
    for row in await deliveries.lost(unit.db):
        table.add_row(*(str(value) for value in row))
    operator_console().print(table)
    return 0


async def _silences(unit: Unit, chosen: argparse.Namespace) -> int:
    return await show_or_lift(settings.load(NotifierSettings).keys, unit, chosen)


async def show_or_lift(keys: Sequence[bytes], unit: Unit, chosen: argparse.Namespace) -> int:
    if chosen.lift is not None:
        digests = address_digests(keys, chosen.lift)
        if not await failures.lift(unit, digests, chosen.lift):
            return _fail(f"{chosen.lift}: no such address is silenced; see ./sesame notifier silences")
        print("Lifted. What was given up meanwhile: ./sesame notifier deliveries, then --retry ID")
        return 0
    table = Table("name", "since", "partners", "questions asked", "what the server said")
    libraries = _by_digest(keys, await silences.libraries_by_address(unit.db))
    asked = _by_digest(keys, await silences.questions_by_address(unit.db))
    for row in await silences.silences(unit.db):
        digest, since = row["digest"], f"{row['silenced_at']:%Y-%m-%d %H:%M}"
        known = (libraries.get(digest, ""), str(asked.get(digest, "")))
        table.add_row(digest.hex()[:12], since, *known, row["diagnostic"])
    operator_console().print(table if table.row_count else "Nobody is silenced.")
    return 0


Parsed = TypeVar("Parsed")


def _by_digest(keys: Sequence[bytes], found: Mapping[str, Parsed]) -> dict[bytes, Parsed]:
    return {digest: value for address, value in found.items() for digest in address_digests(keys, address)}


def _fail(reason: str) -> int:
    print(reason, file=sys.stderr)
    return 1

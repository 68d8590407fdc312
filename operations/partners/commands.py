"""`./sesame partners add | rotate | suspend | resume | remove | list | try`"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from getpass import getpass
from pathlib import Path
from typing import Any
from uuid import UUID

import yaml
from rich.table import Column, Table

from operations.addresses import Addresses, addresses
from operations.broker.counting import QueueCount, counts
from operations.broker.management import managing
from operations.broker.provision import as_user
from operations.database import as_service
from operations.errors import OperationError
from operations.partners import broker, keys, resend, webhooks
from operations.partners import register as registry
from operations.partners import sheet as sheets
from operations.partners.conformance import try_out
from operations.partners.trial_questions import close_trial
from services.chassis.terminal import operator_console
from services.contracts import topology
from services.contracts.addresses import PARTNER_ID, is_partner_id
from services.ingest.store.access import partner_access

INSIDE = (
    "sesame: the sheet's AMQP address is the one we use ourselves; if partners can't reach the broker so,\n"
    "        set SESAME_PARTNER_AMQP_URL (docs/operations.md, TLS)"
)

Action = Callable[[argparse.Namespace, Addresses], Awaitable[int]]


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    top = subparsers.add_parser("partners", help="the libraries of the network: add, rotate, suspend, …")
    actions = top.add_subparsers(metavar="ACTION", required=True)
    _describe(
        _add(actions, "add", add, "account, queue, rights, record, API key; again: mends what is missing")
    )
    rotating = _add(actions, "rotate", rotate, "new secrets; the old password and key end at once")
    rotating.add_argument("--only", choices=("broker", "api", "webhook", "desk"), help="one of them")
    _add(actions, "suspend", suspend, "shut out: nothing of it opens, and what it has goes to others")
    _add(actions, "resume", resume, "end a suspension: everything opens as before")
    removing = _add(actions, "remove", remove, "account, queue, record and links go; its past stays counted")
    removing.add_argument("--yes", action="store_true", help="really: what waits in its queue is lost")
    _add(actions, "try", try_partner, "send good and bad events as the partner; asks for its broker password")
    resend.register(actions)
    listing = actions.add_parser("list", help="one line each")
    listing.set_defaults(run=lambda chosen: asyncio.run(_await(show_list, chosen)))


def _add(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, action: Action, meaning: str
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=meaning)
    parser.add_argument("id", type=_id, help="small letters, digits and hyphens")
    parser.set_defaults(run=lambda chosen: asyncio.run(_await(action, chosen)))
    return parser


def _describe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", help="as askers read it; needed the first time")
    parser.add_argument("--mail", help="reach it by mail at this address; default: by its queue")
    parser.add_argument("--webhook", metavar="URL", help="reach it by signed POST to this address")
    parser.add_argument("--languages", help="as in fr,en")
    parser.add_argument("--subjects", help="theme:strength of 1 to 5, as in histoire:4,droit:2")
    parser.add_argument("--territories", help="as in 69,2A,country:BE; none: everywhere")
    parser.add_argument("--capacity", type=int, help="questions a week at most")
    parser.add_argument("--record", type=Path, help="a YAML mapping with any field of docs/routing.md")
    parser.add_argument("--language", choices=sheets.LANGUAGES, default="fr", help="of the sheet")


def _id(text: str) -> str:
    if not is_partner_id(text):
        raise argparse.ArgumentTypeError(f'"{text}" must match {PARTNER_ID}')
    return text


async def _await(action: Action, chosen: argparse.Namespace) -> int:
    return await action(chosen, addresses())


async def add(chosen: argparse.Namespace, where: Addresses) -> int:
    if chosen.webhook and (doubt := await webhooks.check_address(chosen.webhook)):
        print(f"sesame: {doubt}", file=sys.stderr)
    async with as_service(where.database_url, "router") as db:
        changed = await registry.enter(db, chosen.id, await _wanted(chosen, await registry.records(db)))
    async with managing(where.management_url, where.vhost) as management:
        password = await broker.open_account(management, chosen.id)
    async with as_service(where.database_url, "ingest") as db:
        await partner_access.admit(db, chosen.id)
        key = await keys.first_key(db, chosen.id)
    webhook = await _webhook_secret(chosen.id, where) if chosen.webhook else None
    if not where.partner_amqp_url:
        print(INSIDE, file=sys.stderr)
    print(sheets.sheet(chosen.id, where, sheets.Secrets(password, key, webhook), chosen.language))
    print(f"record: {', '.join(changed) or 'unchanged'}")
    return 0


async def _webhook_secret(partner: str, where: Addresses) -> str | None:
    async with as_service(where.database_url, "notifier") as db:
        return await webhooks.first_secret(db, partner)


async def rotate(chosen: argparse.Namespace, where: Addresses) -> int:
    async with as_service(where.database_url, "router") as db:
        await registry.known(db, chosen.id)
    if chosen.only in (None, "broker"):
        async with managing(where.management_url, where.vhost) as management:
            print(f"broker password: {await broker.change_password(management, chosen.id)}")
    if chosen.only in (None, "api"):
        async with as_service(where.database_url, "ingest") as db:
            print(f"API key: {await keys.change_key(db, chosen.id)}")
    if chosen.only in (None, "desk"):
        async with as_service(where.database_url, "ingest") as db:
            await partner_access.change_desk(db, chosen.id)
        print(f"desk page: a new address, which ./sesame ingest desk {chosen.id} prints")
    async with as_service(where.database_url, "notifier") as db:
        if chosen.only == "webhook" or (chosen.only is None and await webhooks.has_one(db, chosen.id)):
            print(f"webhook secret: {await webhooks.change_secret(db, chosen.id)}")
    return 0


async def suspend(chosen: argparse.Namespace, where: Addresses) -> int:
    async with as_service(where.database_url, "router") as db:
        await registry.suspend(db, chosen.id, datetime.now(UTC).date().isoformat())
    async with as_service(where.database_url, "ingest") as db:
        await partner_access.suspend(db, chosen.id, datetime.now(UTC))
    async with managing(where.management_url, where.vhost) as management:
        await broker.suspend(management, chosen.id)
    print(f"{chosen.id} is suspended: ./sesame partners resume {chosen.id}")
    return 0


async def resume(chosen: argparse.Namespace, where: Addresses) -> int:
    async with managing(where.management_url, where.vhost) as management:
        await broker.resume(management, chosen.id)
    async with as_service(where.database_url, "ingest") as db:
        await partner_access.resume(db, chosen.id)
    async with as_service(where.database_url, "router") as db:
        await registry.resume(db, chosen.id)
    print(f"{chosen.id} is back")
    return 0


async def remove(chosen: argparse.Namespace, where: Addresses) -> int:
    if not chosen.yes:
        raise OperationError(
            f'remove "{chosen.id}": what waits in its queue is lost; say --yes, or suspend it'
        )
    async with as_service(where.database_url, "router") as db:
        await registry.strike_out(db, chosen.id)
    async with as_service(where.database_url, "ingest") as db:
        await keys.revoke_all(db, chosen.id)
        await partner_access.remove(db, chosen.id, datetime.now(UTC))
    async with managing(where.management_url, where.vhost) as management:
        await broker.close_account(management, chosen.id)
    print(f"{chosen.id} is removed")
    return 0


async def show_list(_: argparse.Namespace, where: Addresses) -> int:
    async with as_service(where.database_url, "router") as db:
        records = await registry.records(db)
    async with managing(where.management_url, where.vhost) as management:
        accounts = await broker.partner_users(management)
    waiting = await counts(where.broker_url, map(topology.partner_queue, accounts))
    table = Table(Column("id", no_wrap=True), "name", "reached by", "broker account", "waiting", "state")
    for partner in sorted({*records, *accounts}):
        record = records.get(partner, {})
        table.add_row(
            partner,
            record.get("name", "(no record)"),
            record.get("reach", {}).get("way", ""),
            "yes" if partner in accounts else "no",
            _waiting(waiting.get(topology.partner_queue(partner))),
            "suspended" if registry.is_suspended(record) else "",
        )
    operator_console().print(table)
    return 0


def _waiting(count: QueueCount | None) -> str:
    return "" if count is None else str(count.messages)


async def try_partner(chosen: argparse.Namespace, where: Addresses) -> int:
    """What it asked is closed again."""
    await _must_exist(chosen.id, where)
    url = as_user(where.amqp_url, chosen.id, _password(), where.vhost)
    outcomes = await try_out(url, where.broker_url, chosen.id)
    for outcome in outcomes:
        print(f"{'ok  ' if outcome.passed else 'FAIL'} {outcome.what}: {outcome.said}")
    left = [question for outcome in outcomes if (question := outcome.question)]
    faults = [fault for question in left if (fault := await _closed(where, question))]
    return 0 if all(outcome.passed for outcome in outcomes) and not faults else 1


async def _closed(where: Addresses, question: UUID) -> str | None:
    fault = await close_trial(where, question)
    print(f"the trial's question {question} is closed" if fault is None else f"FAIL {question}: {fault}")
    return fault


async def _must_exist(partner: str, where: Addresses) -> None:
    async with as_service(where.database_url, "router") as db:
        if partner not in await registry.records(db):
            raise OperationError(f'no partner "{partner}"; ./sesame partners list shows who there is')


def _password() -> str:
    """Never an argument: everybody on the machine can read those."""
    if sys.stdin.isatty():
        return getpass("The partner's broker password: ")
    return sys.stdin.readline().strip()


async def _wanted(chosen: argparse.Namespace, held: dict[str, Any]) -> dict[str, Any]:
    """The fields of the record that the options name; a new partner is reached by its queue."""
    wanted: dict[str, Any] = await asyncio.to_thread(_from_file, chosen.record) if chosen.record else {}
    if chosen.mail:
        wanted["reach"] = {"way": "mail", "address": chosen.mail}
    elif chosen.webhook:
        wanted["reach"] = {"way": "webhook", "address": chosen.webhook}
    elif "reach" not in wanted and chosen.id not in held:
        wanted["reach"] = {"way": "queue", "address": f"partner.{chosen.id}"}
    given = {
        "name": chosen.name,
        "languages": _list(chosen.languages),
        "subjects": _strengths(chosen.subjects),
        "territories": _list(chosen.territories),
        "capacity_per_week": chosen.capacity,
    }
    return wanted | {field: value for field, value in given.items() if value is not None}


def _from_file(path: Path) -> dict[str, Any]:
    record = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(record, dict):
        raise OperationError(f"{path}: one partner as a mapping is wanted, as `name: Bibliothèque de Lyon`")
    return record


def _list(text: str | None) -> list[str] | None:
    return [part.strip() for part in text.split(",")] if text else None


def _strengths(text: str | None) -> dict[str, int] | None:
    if not text:
        return None
    pairs = [part.partition(":") for part in text.split(",")]
    try:
        return {theme.strip(): int(strength) for theme, _, strength in pairs}
    except ValueError:
        raise OperationError(f'--subjects {text}: write theme:strength, as "histoire:4,droit:2"') from None

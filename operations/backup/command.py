"""`operator backup DIR`, `operator restore DIR`, `operator backup-key`."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from operations import handbook
from operations.addresses import SECRETS, Addresses, addresses
from operations.backup import copies, in_flight, postgres
from operations.backup.broker_copy import of_partners, of_vhost
from operations.backup.copies import Copy
from operations.backup.sealing import Identity, Recipient, identities_of, new_key, recipients_of
from operations.broker.management import managing
from operations.database import as_service
from operations.errors import OperationError
from operations.secrets import KEPT, write_secret
from services.chassis.messaging import inbox
from services.chassis.postgres.database import Db
from services.contracts import topology
from services.ingest.store.conversations import submissions
from services.metrics.store import backups
from services.router.store import partners

DATABASE, BROKER, EVENTS = "database.dump", "broker.json", "events.jsonl"
HELD_SECRETS, SETTINGS = "secrets.json", "settings.tar"
RESTORED = ("link",)
"""Secrets that what is out there depends on: links in mails. All others are an installation's own."""
LINK_VARIABLE = "SESAME_LINK_SECRET"
RECIPIENTS_VARIABLE = "SESAME_BACKUP_RECIPIENTS"

WORTH: Mapping[str, tuple[str, Callable[[Db], Awaitable[bool]]]] = {
    "ingest": ("questions or mails", submissions.any_came),
    "router": ("partners", partners.any_stands),
}
"""What nobody would want replaced by a slip. What services tell each other when they first start is none."""


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    saving = subparsers.add_parser("backup", help="everything into a folder, encrypted, while services run")
    saving.add_argument("folder", type=Path, help="a new folder is made in it, named by the time")
    saving.add_argument(
        "--recipient", action="append", metavar="KEY", help=f"age1… or ssh-…; default: {RECIPIENTS_VARIABLE}"
    )
    saving.add_argument("--settings", type=Path, metavar="TAR", help="your settings, kept as they are")
    saving.add_argument("--keep", type=int, metavar="N", help="remove the oldest copies beyond N")
    saving.add_argument(
        "--patience", type=float, default=120.0, metavar="SECONDS", help="for queues to be emptied once"
    )
    saving.set_defaults(run=lambda chosen: asyncio.run(save(chosen)))
    restoring = subparsers.add_parser("restore", help="a copy back, while the services stand")
    restoring.add_argument("folder", type=Path, help="a copy, or the folder whose newest one is meant")
    restoring.add_argument("--identity", type=Path, required=True, help="the key's file; /dev/stdin for none")
    restoring.add_argument("--over", action="store_true", help="replace what this installation has taken in")
    restoring.set_defaults(run=lambda chosen: asyncio.run(restore(chosen)))
    making = subparsers.add_parser("backup-key", help="a new key: one half to keep safe, one to encrypt for")
    making.set_defaults(run=lambda chosen: show_new_key())


def show_new_key() -> int:
    identity, recipient = new_key()
    print(f"# Keep this line where the copies are not; without it no copy can be read.\n{identity}")
    print(f"# {RECIPIENTS_VARIABLE}={recipient}")
    return 0


async def save(chosen: argparse.Namespace) -> int:
    where, now = addresses(), datetime.now(UTC)
    wanted = chosen.recipient or os.environ.get(RECIPIENTS_VARIABLE, "").split(",")
    recipients = recipients_of(wanted)
    if not recipients:
        raise OperationError(
            f"backup: for whose key? --recipient age1… or {RECIPIENTS_VARIABLE}; `backup-key` makes one"
        )
    with copies.new_copy(chosen.folder, now) as copy:
        left = await _copy_all(where, copy, recipients, chosen.patience)
        if chosen.settings is not None:
            settings = await asyncio.to_thread(chosen.settings.read_bytes)
            copy.seal(SETTINGS, settings, recipients)
        size = copy.size
    async with as_service(where.database_url, "metrics") as db:
        await backups.note(db, now, size)
    print(f"{copies.newest(chosen.folder).folder}: {size / 1e6:.1f} MB for {len(recipients)} recipients")
    if chosen.keep:
        for gone in copies.keep_newest(chosen.folder, chosen.keep):
            print(f"removed {gone}")
    for service, count in left.items():
        print(f"warn  {count} events waited for {service} throughout: they are not in it", file=sys.stderr)
    return 1 if left else 0


async def _copy_all(
    where: Addresses, copy: Copy, recipients: Sequence[Recipient], patience: float
) -> dict[str, int]:
    """Gives what was on its way and could not be had: service → events."""
    async with in_flight.listening(where.broker_url) as listener:
        left = await in_flight.earlier_ones_taken(where.broker_url, patience)
        async with postgres.snapshot(where.database_url) as moment:
            heard = await listener.all_until_now()
            target = copy.sealed(DATABASE)
            await asyncio.to_thread(
                postgres.dump, where.database_url, topology.SERVICES, moment, target, recipients
            )
    copy.seal(EVENTS, in_flight.as_lines(heard), recipients)
    async with managing(where.management_url, where.vhost) as management:
        definitions = of_vhost(await management.definitions(), where.vhost)
    copy.seal(BROKER, json.dumps(definitions).encode(), recipients)
    copy.seal(HELD_SECRETS, json.dumps(held_secrets()).encode(), recipients)
    return dict(left)


def held_secrets() -> dict[str, str]:
    """Those of the installation, or the link's key alone where there are no others."""
    kept = SECRETS / KEPT
    if kept.exists():
        secrets: dict[str, str] = json.loads(kept.read_text())
        return secrets
    if LINK_VARIABLE not in os.environ:
        raise OperationError(f"backup: no secrets here; set {LINK_VARIABLE} to that of ingest and notifier")
    return {"link": os.environ[LINK_VARIABLE]}


async def restore(chosen: argparse.Namespace) -> int:
    where, copy = addresses(), copies.newest(chosen.folder)
    identities = identities_of(await asyncio.to_thread(chosen.identity.read_text))
    copy.check()
    secrets: dict[str, str] = json.loads(copy.read(HELD_SECRETS, identities))
    await _must_stand(where, over=chosen.over)
    await postgres.restore(where.database_url, topology.SERVICES, copy.sealed(DATABASE), identities)
    await _know_again(where)
    events = await _broker_back(where, copy, identities)
    print(f"{copy.folder.name}: database, broker and {events} events are back")
    return 0 if _secrets_back(secrets, copy) else 1


async def _must_stand(where: Addresses, *, over: bool) -> None:
    """Nobody works on what is replaced, and nothing of worth is replaced by a slip."""
    running = await postgres.connected(where.database_url)
    services = [name for name in running if name in topology.SERVICES]
    if services:
        stop = {handbook.RunsIn.COMPOSE: f"compose stop {' '.join(services)}"}.get(where.runs_in, "stop them")
        raise OperationError(f"restore: {', '.join(services)} are at work on the database: {stop}")
    for service, (what, holds_any) in {} if over else WORTH.items():
        async with as_service(where.database_url, service) as db:
            if await holds_any(db):
                raise OperationError(
                    f"restore: {service} here has {what} already; say --over to replace them"
                )


async def _know_again(where: Addresses) -> None:
    for service in topology.SERVICES:
        async with as_service(where.database_url, service) as db:
            await inbox.renew(db)


async def _broker_back(where: Addresses, copy: Copy, identities: Sequence[Identity]) -> int:
    async with managing(where.management_url, where.vhost) as management:
        await management.load(in_vhost(of_partners(json.loads(copy.read(BROKER, identities))), where.vhost))
    return await in_flight.hand_in_again(where.broker_url, copy.read(EVENTS, identities))


def in_vhost(definitions: Mapping[str, Any], vhost: str) -> dict[str, Any]:
    """The same in the virtual host of this installation, whatever that of the copy was called."""
    moved = dict(definitions) | {"vhosts": [{"name": vhost}]}
    for kind, entries in definitions.items():
        if isinstance(entries, list) and any("vhost" in entry for entry in entries):
            moved[kind] = [entry | {"vhost": vhost} for entry in entries]
    return moved


def _secrets_back(secrets: dict[str, str], copy: Copy) -> bool:
    """Into the installation's own, where they can be written; else says by whom."""
    kept = SECRETS / KEPT
    if kept.exists() and os.access(SECRETS, os.W_OK):
        here: dict[str, str] = json.loads(kept.read_text())
        restored = {name: secrets[name] for name in RESTORED if name in secrets}
        write_secret(kept, json.dumps(here | restored))
        print("the link key is back: services read it when they are started by the command for all of them")
        return True
    if os.environ.get(LINK_VARIABLE) == secrets.get("link"):
        return True
    print(
        f"the link key can't be written here: set {LINK_VARIABLE} of ingest and notifier to `link` in"
        f" age -d -i KEY {copy.sealed(HELD_SECRETS)}",
        file=sys.stderr,
    )
    return False

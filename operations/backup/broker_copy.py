"""`./sesame broker save | load`: everything declared in our virtual host, with users and rights, as one file.

Messages are not in it. Passwords are, as hashes: keep the file like a secret. Loading brings partners'
accounts back; administrator and services keep the passwords of the installation that is loaded into.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from operations.addresses import addresses
from operations.broker.management import managing
from operations.errors import OperationError
from operations.partners.broker import is_partner

STREAM = "-"
OF_A_VHOST = (
    "vhosts",
    "permissions",
    "topic_permissions",
    "parameters",
    "policies",
    "queues",
    "exchanges",
    "bindings",
)


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    broker = subparsers.add_parser("broker", help="save and load the broker's definitions, partners included")
    actions = broker.add_subparsers(metavar="ACTION", required=True)
    for name, action, meaning in (
        ("save", save, "write them to a file"),
        ("load", load, "add them to what the broker has"),
    ):
        parser = actions.add_parser(name, help=meaning)
        parser.add_argument("file", help=f"JSON; {STREAM} for the standard stream")
        parser.set_defaults(run=lambda chosen, action=action: asyncio.run(action(chosen.file)))


async def save(file: str) -> int:
    where = addresses()
    async with managing(where.management_url, where.vhost) as management:
        text = json.dumps(of_vhost(await management.definitions(), where.vhost), indent=1)
    await asyncio.to_thread(_write, file, text)
    return 0


async def load(file: str) -> int:
    where = addresses()
    try:
        definitions = json.loads(await asyncio.to_thread(_read, file))
        users = definitions["users"]
    except (OSError, ValueError, TypeError, KeyError) as error:
        said = f"{file}: not what `broker save` writes: {error or type(error).__name__}"
        raise OperationError(said) from error
    if not isinstance(users, list):
        raise OperationError(f"{file}: not what `broker save` writes: users is no list")
    async with managing(where.management_url, where.vhost) as management:
        await management.load(of_partners(definitions))
    return 0


def of_vhost(definitions: Mapping[str, Any], vhost: str) -> dict[str, Any]:
    """Others on the same broker go on by themselves: loaded, what they had then would come back."""

    def is_ours(kind: str, entry: Mapping[str, Any]) -> bool:
        return bool(entry["name" if kind == "vhosts" else "vhost"] == vhost)

    return {
        kind: [entry for entry in found if is_ours(kind, entry)] if kind in OF_A_VHOST else found
        for kind, found in definitions.items()
    }


def of_partners(definitions: Mapping[str, Any]) -> dict[str, Any]:
    """Without the users that every installation has of its own, with passwords of its own."""
    partners = {user["name"] for user in definitions["users"] if is_partner(user)}
    kept = dict(definitions) | {"users": [user for user in definitions["users"] if user["name"] in partners]}
    for kind in ("permissions", "topic_permissions"):
        kept[kind] = [entry for entry in definitions.get(kind, ()) if entry["user"] in partners]
    return kept


def _write(file: str, text: str) -> None:
    if file == STREAM:
        print(text)
        return
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
        out.write(text)


def _read(file: str) -> str:
    return sys.stdin.read() if file == STREAM else Path(file).read_text()

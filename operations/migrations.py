"""`./sesame migrations`: what each schema has, and the way back from a migration."""

from __future__ import annotations

import argparse
import asyncio
from pathlib import Path

import services
from operations.addresses import addresses
from operations.database import as_service
from operations.errors import OperationError
from services.chassis.postgres import schema
from services.contracts import topology

LOCK_TIMEOUT_SECONDS = 5.0


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    migrations = subparsers.add_parser(
        "migrations", help="what each schema has; the way back from a migration"
    )
    actions = migrations.add_subparsers(metavar="ACTION", required=True)
    listing = actions.add_parser("list", help="applied and missing ones of each service")
    listing.set_defaults(run=lambda chosen: asyncio.run(show()))
    back = actions.add_parser(
        "roll-back",
        help="take one back, and those after it; first go back to a version that does not bring it",
    )
    back.add_argument("service", choices=topology.SERVICES)
    back.add_argument("migration", help="its name without .sql, such as 0003.subject-model")
    back.set_defaults(run=lambda chosen: asyncio.run(roll_back(chosen.service, chosen.migration)))


async def show() -> int:
    for service in topology.SERVICES:
        async with as_service(addresses().database_url, service) as db:
            applied = await schema.applied(db)
        for id_ in sorted(applied | schema.wanted(_folders(service))):
            print(f"{service:<10} {'applied' if id_ in applied else 'missing':<8} {id_}")
    return 0


async def roll_back(service: str, migration: str) -> int:
    folder = next((f for f in _folders(service) if migration in schema.wanted([f])), None)
    if folder is None:
        raise OperationError(f"{service}: no migration {migration!r} here; see ./sesame migrations list")
    async with as_service(addresses().database_url, service) as db:
        try:
            done = await schema.roll_back(db, folder, migration, lock_timeout_seconds=LOCK_TIMEOUT_SECONDS)
        except schema.MigrationFailed as error:
            raise OperationError(f"{service}: {error}") from error
    print("\n".join(f"taken back: {id_}" for id_ in done) or f"{service} does not have {migration}")
    return 0


def _folders(service: str) -> list[Path]:
    return [schema.CHASSIS, Path(services.__path__[0]) / service / "migrations"]

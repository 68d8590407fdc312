"""The operator's commands, in a container: `./sesame` without what needs a development machine."""

from __future__ import annotations

import argparse
import importlib
import importlib.util
import os
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType

from operations.addresses import SECRETS
from operations.errors import OperationError
from services.chassis.terminal import printing_harmlessly

FOR_OPERATORS = (
    "operations.partners.commands",
    "operations.trace",
    "operations.person",
    "operations.doctor.command",
    "operations.migrations",
    "operations.backup.broker_copy",
    "operations.backup.command",
)
FROM_SECRETS = ("SESAME_AMQP_URL", "SESAME_DATABASE_URL")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status as that of `./sesame`."""
    _take_addresses()
    chosen = parser().parse_args(arguments)
    with printing_harmlessly():
        try:
            status: int = chosen.run(chosen)
        except OperationError as problem:
            print(f"sesame: {problem}", file=sys.stderr)
            return 2
    return status


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="sesame", description="The operator's commands.")
    subparsers = top.add_subparsers(metavar="COMMAND", required=True)
    for module in (*map(importlib.import_module, FOR_OPERATORS), *service_commands().values()):
        module.register(subparsers)
    return top


def service_commands() -> dict[str, ModuleType]:
    """Service → its `services/<name>/commands.py`, where it has one."""
    services = importlib.import_module("services")
    names = sorted(found.name for found in pkgutil.iter_modules(services.__path__) if found.ispkg)
    return {
        name: importlib.import_module(f"services.{name}.commands")
        for name in names
        if importlib.util.find_spec(f"services.{name}.commands") is not None
    }


def _take_addresses() -> None:
    """For the commands that read variables alone."""
    for variable in FROM_SECRETS:
        file = SECRETS / variable.lower()
        if variable not in os.environ and file.exists():
            os.environ[variable] = file.read_text()


if __name__ == "__main__":
    sys.exit(main())

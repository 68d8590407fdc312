"""The operator's commands, in a container: `./sesame` without what needs a development machine."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from devtools.cli import FOR_OPERATORS, service_commands
from operations.addresses import SECRETS
from operations.errors import LocalError

FROM_SECRETS = ("SESAME_AMQP_URL", "SESAME_DATABASE_URL")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status as that of `./sesame`."""
    _take_addresses()
    chosen = parser().parse_args(arguments)
    try:
        status: int = chosen.run(chosen)
    except LocalError as problem:
        print(f"sesame: {problem}", file=sys.stderr)
        return 2
    return status


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(prog="sesame", description="The operator's commands.")
    subparsers = top.add_subparsers(metavar="COMMAND", required=True)
    for module in (*map(importlib.import_module, FOR_OPERATORS), *service_commands().values()):
        module.register(subparsers)
    return top


def _take_addresses() -> None:
    """For the commands that read variables alone."""
    for variable in FROM_SECRETS:
        file = SECRETS / variable.lower()
        if variable not in os.environ and file.exists():
            os.environ[variable] = file.read_text()


if __name__ == "__main__":
    sys.exit(main())

"""The `./sesame` command. Each subcommand lives in a module of its own with `register(subparsers)`."""

import argparse
import importlib
import importlib.util
import pkgutil
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType

from deploy.local.errors import LocalError

COMMANDS = (
    "deploy.local.suite_commands",
    "deploy.local.check_command",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done, 1 a check or question failed, 2 wrong use or something missing, 130 Ctrl-C."""
    chosen = parser().parse_args(arguments)
    try:
        status: int = chosen.run(chosen)
    except LocalError as problem:
        print(f"sesame: {problem}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return status


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="./sesame",
        description="Sésame: libraries answer questions together. Everything from here, on this machine.",
        epilog="SESAME_AMQP_URL and SESAME_DATABASE_URL name servers to use instead of private ones.",
    )
    subparsers = top.add_subparsers(metavar="COMMAND", required=True)
    for module in (*map(importlib.import_module, COMMANDS), *_service_commands()):
        module.register(subparsers)
    return top


def _service_commands() -> Iterator[ModuleType]:
    """`services/<name>/commands.py`, where a service has one."""
    services = importlib.import_module("services")
    for service in sorted(pkgutil.iter_modules(services.__path__), key=lambda found: found.name):
        name = f"services.{service.name}.commands"
        if service.ispkg and importlib.util.find_spec(name) is not None:
            yield importlib.import_module(name)


if __name__ == "__main__":
    sys.exit(main())

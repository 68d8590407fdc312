"""The `./sesame` command. Each subcommand lives in a module of its own with `register(subparsers)`."""

import argparse
import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from types import ModuleType

from devtools.checkout import KEPT
from devtools.servers.running_settings import OPERATOR, environment_of
from devtools.servers.servers import AMQP_URL, DATABASE_URL
from operations.cli import FOR_OPERATORS, service_commands
from operations.errors import OperationError
from services.chassis.terminal import printing_harmlessly

COMMANDS = (
    "devtools.commands.demo",
    "devtools.commands.up",
    "devtools.commands.year",
    "devtools.commands.suite",
    "devtools.commands.check",
    "devtools.commands.texts",
    "devtools.commands.docs",
    "devtools.commands.audit",
    *FOR_OPERATORS,
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status: 0 done, 1 a check or question failed, 2 wrong use or something missing, 130 Ctrl-C."""
    given = sys.argv[1:] if arguments is None else arguments
    chosen = _parse(given)
    _take_environment_of(chosen.owner)
    with nullcontext() if chosen.owner is None else printing_harmlessly():
        try:
            status: int = chosen.run(chosen)
        except OperationError as problem:
            print(f"sesame: {problem}", file=sys.stderr)
            return 2
        except KeyboardInterrupt:
            return 130
    return status


def _parse(given: Sequence[str]) -> argparse.Namespace:
    """A command with `passes_on` gets what argparse doesn't know as `others`; elsewhere it is an error."""
    top = parser()
    chosen, others = top.parse_known_args(given, argparse.Namespace(passes_on=False))
    if others and not chosen.passes_on:
        top.error(f"unrecognized arguments: {' '.join(others)}")
    chosen.others = others
    return chosen


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="./sesame",
        description="Sésame: libraries answer questions together. Everything from here, on this machine.",
        epilog="SESAME_AMQP_URL and SESAME_DATABASE_URL name servers to use instead of private ones. Tests"
        " make virtual hosts there through SESAME_AMQP_MANAGEMENT_URL (default: port 15672 of the host).",
    )
    subparsers = top.add_subparsers(metavar="COMMAND", required=True)
    for owner, module in _modules():
        known = set(subparsers.choices)
        module.register(subparsers)
        for name in subparsers.choices.keys() - known:
            subparsers.choices[name].set_defaults(owner=owner)
    return top


def _modules() -> Iterator[tuple[str | None, ModuleType]]:
    """Whose environment its commands take (a service's, OPERATOR, or None for those that ask no server), and
    what registers them."""
    for name in COMMANDS:
        yield OPERATOR if name in FOR_OPERATORS else None, importlib.import_module(name)
    yield from service_commands().items()


def _take_environment_of(owner: str | None) -> None:
    """All of it, or nothing: who names a server of their own gets none of the settings that belong to another
    (`./sesame up`'s link key would sign for it).
    """
    if owner is None or {AMQP_URL, DATABASE_URL} & os.environ.keys():
        return
    for name, value in environment_of(owner, KEPT).items():
        os.environ.setdefault(name, value)


if __name__ == "__main__":
    sys.exit(main())

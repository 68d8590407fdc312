"""`./sesame metrics figures | rebuild | check | import | freeze | thaw`"""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path

FORMATS = ("pdf", "png", "csv", "json", "ods")


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    top = subparsers.add_parser("metrics", help="key figures: as files, counted anew, checked, imported")
    actions = top.add_subparsers(metavar="ACTION", required=True)
    _add_figures(actions)
    _add(actions, "rebuild", "count the whole log anew and put the result in place of the counters")
    _add(actions, "check", "compare the counters with the log; status 1 when they differ")
    importing = _add(actions, "import", "take over years from before Sésame, from a CSV file")
    importing.add_argument("file", type=Path, metavar="FILE", help="see docs/metrics.md for its columns")
    importing.add_argument(
        "--new-years",
        action="store_true",
        help="leave out what is known of already: years imported before or counted here",
    )
    for name, meaning in (
        ("freeze", "keep the figures of a year that is over as they are now"),
        ("thaw", "let a frozen year follow the counters again"),
    ):
        _add(actions, name, meaning).add_argument("year", type=int)


def _add_figures(actions: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    figures = _add(actions, "figures", "the key figures of a year as a file")
    figures.add_argument("year", type=int)
    figures.add_argument("--format", choices=FORMATS, default="pdf")
    figures.add_argument("--partner", default="", metavar="ID", help="of one partner, not of the network")
    figures.add_argument("--lang", choices=("fr", "en"), default="fr")
    figures.add_argument("--paper", choices=("a4", "a3"), default="a4", help="of a PDF")
    figures.add_argument("--shape", choices=("wide", "square"), default="wide", help="of a PNG")
    figures.add_argument("--output", type=Path, metavar="FILE", help="default: figures-<year>.<format>")


def _add(
    actions: argparse._SubParsersAction[argparse.ArgumentParser], name: str, meaning: str
) -> argparse.ArgumentParser:
    parser = actions.add_parser(name, help=meaning)
    parser.add_argument(
        "--database-url",
        metavar="URL",
        help="metrics' own role; default: SESAME_DATABASE_URL, or what ./sesame up uses",
    )
    parser.set_defaults(run=_run, action=name)
    return parser


def _run(chosen: argparse.Namespace) -> int:
    # Not at the top: every other ./sesame command would load the database driver and the charts.
    from services.metrics.commands.actions import ACTIONS, CannotBeDone

    try:
        return asyncio.run(_await(ACTIONS[chosen.action], chosen))
    except CannotBeDone as problem:
        print(f"sesame: {problem}", file=sys.stderr)
        return 2


async def _await(action: Callable[[argparse.Namespace], Awaitable[int]], chosen: argparse.Namespace) -> int:
    return await action(chosen)

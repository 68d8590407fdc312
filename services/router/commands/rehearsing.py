"""`./sesame router simulate FILE`: route questions without sending anything; see who would get how much."""

from __future__ import annotations

import argparse
from dataclasses import fields, replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from services.router.commands.at_desk import AtDesk, run
from services.router.domain.directory import Directory
from services.router.domain.loads import LoadBook, week_of
from services.router.domain.network import Network, Weights
from services.router.domain.partner import Role
from services.router.domain.rehearsal import Shares, rehearse
from services.router.holiday_calendar import holidays_of
from services.router.partner_files import FaultyFile, read_file
from services.router.question_files import read_questions

PARTS = [field.name for field in fields(Weights)]


def register(things: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = things.add_parser("simulate", help="route questions of a file without sending anything")
    parser.add_argument("file", type=Path, help="questions, one JSON object per line")
    parser.add_argument("--partners", type=Path, help="try these (YAML or CSV) instead of the database's")
    parser.add_argument(
        "--weight",
        type=_weight,
        action="append",
        default=[],
        metavar="PART=POINTS",
        help=f"of {', '.join(PARTS)}",
    )
    parser.add_argument("--each", action="store_true", help="also print who gets each question")
    parser.set_defaults(run=lambda chosen: run(partial(simulate, chosen)))


def _weight(text: str) -> tuple[str, float]:
    name, _, points = text.partition("=")
    if name not in PARTS:
        raise argparse.ArgumentTypeError(f"there is no part {name}; parts are {', '.join(PARTS)}")
    return name, float(points)


async def simulate(chosen: argparse.Namespace, there: AtDesk) -> int:
    start = datetime.now(UTC)
    directory = await _directory(chosen, there)
    network = Network(
        directory,
        LoadBook(week_of(start, there.settings.zone)),
        replace(there.settings.weights, **dict(chosen.weight)),
        there.settings.terms.answer,
    )
    questions = read_questions(chosen.file, there.desk.working_days, there.settings.terms, start)
    counted = Shares()
    for asked, decision in rehearse(questions, network, there.settings.zone):
        counted.count(decision)
        if chosen.each:
            print(
                f"{asked.id}: {decision.chosen.partner.id if decision.chosen else 'nobody'} ({decision.tier})"
            )
    _print(counted, directory)
    return 0


async def _directory(chosen: argparse.Namespace, there: AtDesk) -> Directory:
    if chosen.partners is None:
        async with there.transactions.begin() as unit:
            return (await there.desk.ledgers.of(unit).standing()).directory
    wanted, faults = read_file(chosen.partners)
    if faults:
        raise FaultyFile("\n".join(f"{chosen.partners}, {fault}" for fault in faults))
    return Directory(wanted, holidays_of)


def _print(counted: Shares, directory: Directory) -> None:
    total = sum(counted.got.values())
    table = Table(caption="due: by its share of the capacity among those who could have had each question")
    table.add_column("partner", overflow="fold")
    for title in ("a week", "questions", "share", "due", "off by"):
        table.add_column(title, justify="right")
    for partner in sorted(directory.partners, key=lambda name: (-counted.got[name], name)):
        if directory.partners[partner].role is Role.COORDINATOR:
            continue
        due = counted.due.get(partner, 0.0)
        capacity = directory.partners[partner].capacity_per_week
        table.add_row(
            partner,
            "-" if capacity is None else str(capacity),
            str(counted.got[partner]),
            f"{counted.got[partner] / total:.1%}" if total else "-",
            f"{due:.1f}",
            f"{counted.deviation(partner):+.1%}" if due else "-",
        )
    Console().print(table)
    print(f"{total} questions routed, {counted.nobody} to nobody")

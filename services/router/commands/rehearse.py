"""`./sesame router simulate FILE`: route questions without sending anything; see who would get how much."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.table import Table

from services.chassis.holiday_calendar import holidays_of
from services.chassis.terminal import operator_console
from services.router.commands.coordinating import CommandContext, run
from services.router.commands.weighing import PARTS, part_and_points
from services.router.domain.partner import Partner, PartnerRole
from services.router.domain.routing.directory import Directory
from services.router.domain.routing.loads import LoadBook, week_of
from services.router.domain.routing.rehearsal import Shares, rehearse
from services.router.domain.routing.routing_request import Network
from services.router.files.partners import FaultyFile, read_file
from services.router.files.questions import read_questions
from services.router.store import weights


def register(things: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = things.add_parser("simulate", help="route questions of a file without sending anything")
    parser.add_argument("file", type=Path, help="questions, one JSON object per line")
    parser.add_argument("--partners", type=Path, help="try these (YAML or CSV) instead of the database's")
    parser.add_argument(
        "--weight",
        type=part_and_points,
        action="append",
        default=[],
        metavar="PART=POINTS",
        help=f"of {', '.join(PARTS)}",
    )
    parser.add_argument("--each", action="store_true", help="also print who gets each question")
    parser.set_defaults(run=lambda chosen: run(partial(simulate, chosen)))


async def simulate(chosen: argparse.Namespace, there: CommandContext) -> int:
    start = datetime.now(UTC)
    directory = await _directory(chosen, there)
    async with there.transactions.begin() as unit:
        known = await weights.now(unit.db)
    network = Network(
        directory,
        LoadBook(week_of(start, there.settings.zone)),
        replace(known, **dict(chosen.weight)),
        there.settings.terms.answer,
    )
    questions = read_questions(chosen.file, there.context.working_days, there.settings.terms, start)
    counted = Shares()
    for asked, decision in rehearse(questions, network, there.settings.zone):
        counted.count(decision)
        if chosen.each:
            print(
                f"{asked.id}: {decision.chosen.partner.id if decision.chosen else 'nobody'} ({decision.tier})"
            )
    _print(counted, directory)
    return 0


async def _directory(chosen: argparse.Namespace, there: CommandContext) -> Directory:
    if chosen.partners is None:
        async with there.transactions.begin() as unit:
            return (await there.context.sessions.of(unit).network_state()).directory
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
    for name in sorted(counted.due, key=lambda name: (-counted.got[name], name)):
        table.add_row(name, *_numbers(counted, directory.partners[name], total))
    operator_console().print(table)
    never = sum(p.role is not PartnerRole.COORDINATOR for p in directory.partners.values()) - len(counted.due)
    if never:
        print(f"{never} partners could have had none of them, or were never among the best")
    print(f"{total} questions routed, {counted.nobody} to nobody")


def _numbers(counted: Shares, partner: Partner, total: int) -> Iterator[str]:
    got, due, capacity = counted.got[partner.id], counted.due[partner.id], partner.capacity_per_week
    yield "-" if capacity is None else str(capacity)
    yield str(got)
    yield f"{got / total:.1%}"
    yield f"{due:.1f}"
    yield f"{counted.deviation(partner.id):+.1%}" if due else "-"

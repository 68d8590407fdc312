"""`./sesame year`: does the network keep its promise? A whole year with the real services, in minutes."""

from __future__ import annotations

import argparse
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import uvloop
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from devtools.servers.folders import throwaway_folder
from devtools.simulation import people
from devtools.simulation.platform_stage import services
from devtools.simulation.play import Year
from devtools.simulation.report import Report, by_partner
from devtools.simulation.year_checks import YearCheck, checks_of, table_of
from operations.errors import OperationError
from services.chassis.holiday_calendar import holidays_of
from services.chassis.working_time import WorkingClock, working_days
from services.router.domain.partner import Partner
from services.router.files.partners import FaultyFile, read_file

ZONE = ZoneInfo("Europe/Paris")
HOLIDAY = holidays_of("FR", None)
COLUMNS = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    year = subparsers.add_parser(
        "year", help="a whole year with all services by a clock of its own, in minutes"
    )
    year.add_argument("--questions", type=int, default=3_500)
    year.add_argument("--year", type=int, default=datetime.now(UTC).year)
    year.add_argument("--partners", type=Path, metavar="FILE", help="these (YAML or CSV); none: made up")
    year.add_argument("--made-up", type=int, default=47, metavar="COUNT", help="so many (default: 47)")
    year.add_argument("--seed", type=int, default=1, help="the same seed gives the same people")
    year.add_argument(
        "--step", type=float, default=3.0, metavar="HOURS", help="what falls into it happens together"
    )
    year.set_defaults(run=run)


def run(chosen: argparse.Namespace) -> int:
    """0 when every question came to its end, was told, and was counted; else 1."""
    console = Console()
    with throwaway_folder() as folder:
        _, checks = uvloop.run(play(chosen, folder, console))
    return 0 if all(one.good for one in checks) else 1


async def play(chosen: argparse.Namespace, folder: Path, console: Console) -> tuple[Report, list[YearCheck]]:
    chance = random.Random(chosen.seed)
    wanted = _wanted(chosen, chance)
    moments = people.arrivals(chance, chosen.year, chosen.questions, ZONE, HOLIDAY)
    console.print("starting RabbitMQ, PostgreSQL and the four services")
    async with services(folder) as stage:
        step = timedelta(hours=chosen.step)
        year = Year(stage, wanted, WorkingClock(working_days(ZONE, HOLIDAY)), holidays_of, chance, step)
        with Progress(*COLUMNS, console=console) as progress:
            task = progress.add_task(f"questions of {chosen.year}", total=len(moments))
            await year.play(chosen.year, moments, lambda: progress.advance(task))
        states = await stage.idle.states()
        console.print(by_partner(year.report, wanted), year.report.table(states))
        checks = [one async for one in checks_of(stage, year.report, year.talk, states, chosen.year)]
    console.print(table_of(checks))
    return year.report, checks


def _wanted(chosen: argparse.Namespace, chance: random.Random) -> list[Partner]:
    if chosen.partners is None:
        return list(people.network(chance, chosen.made_up))
    try:
        wanted, faults = read_file(chosen.partners)
    except FaultyFile as fault:
        raise OperationError(str(fault)) from fault
    if faults:
        raise OperationError("\n".join(f"{chosen.partners}, {fault}" for fault in faults))
    return wanted

"""`./sesame router-year`: a whole year with the router alone, in minutes; nothing is sent or kept."""

from __future__ import annotations

import argparse
import random
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from rich.progress import Progress

from devtools.simulation.router_year import people
from devtools.simulation.router_year.alone import Alone, tables_apart
from devtools.simulation.router_year.play import Year
from devtools.simulation.router_year.report import ENDED, by_partner
from services.chassis.terminal import operator_console
from services.router.commands.coordinating import CommandContext, run
from services.router.domain.partner import Partner
from services.router.domain.partner_record import read_partner
from services.router.files.partners import FaultyFile, read_file
from services.router.handlers.holiday_calendar import holidays_of
from services.router.store import partner_directory

_STATES = "SELECT state, count(*) AS number FROM question GROUP BY state"
_OPEN_LOADS = "SELECT coalesce(sum(open), 0) FROM load"
_OPEN_ASSIGNMENTS = "SELECT count(*) FROM assignment WHERE ended_at IS NULL"


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "router-year", help="a whole year with the router alone, in minutes; nothing is sent"
    )
    parser.add_argument("--questions", type=int, default=3_500)
    parser.add_argument("--year", type=int, default=datetime.now(UTC).year)
    parser.add_argument("--partners", type=Path, help="these (YAML or CSV) instead of the database's")
    parser.add_argument("--made-up", type=int, metavar="COUNT", help="so many partners that don't exist")
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same year")
    parser.set_defaults(run=lambda chosen: run(partial(play, chosen)))


async def play(chosen: argparse.Namespace, there: CommandContext) -> int:
    """Status 1 when a question was left without an end."""
    chance = random.Random(chosen.seed)
    wanted = await _wanted(chosen, there, chance)
    settings = there.settings
    holiday = holidays_of(settings.network_country, settings.network_region)
    moments = people.arrivals(chance, chosen.year, chosen.questions, settings.zone, holiday)
    async with tables_apart(settings.database_url) as pool:
        year = Year(Alone(there.desk, pool), wanted, there.desk.working_days, holidays_of, chance)
        with Progress(transient=True) as progress:
            task = progress.add_task("questions", total=len(moments))
            await year.play(chosen.year, moments, lambda: progress.advance(task))
        states = {row["state"]: row["number"] for row in await pool.fetch(_STATES)}
        loads, held = await pool.fetchval(_OPEN_LOADS), await pool.fetchval(_OPEN_ASSIGNMENTS)
    operator_console().print(by_partner(year.report, wanted), year.report.table(states))
    left = sum(number for state, number in states.items() if state not in ENDED)
    print(f"{left} without an end; {held} still with a partner, {loads} by the loads")
    return 1 if left or sum(states.values()) != chosen.questions or loads != held else 0


async def _wanted(chosen: argparse.Namespace, there: CommandContext, chance: random.Random) -> list[Partner]:
    if chosen.made_up:
        return list(people.network(chance, chosen.made_up))
    if chosen.partners:
        wanted, faults = read_file(chosen.partners)
        if faults:
            raise FaultyFile("\n".join(f"{chosen.partners}, {fault}" for fault in faults))
        return wanted
    async with there.transactions.begin() as unit:
        held = [read_partner(record) for record in (await partner_directory.records(unit.db)).values()]
    if not held:
        raise FaultyFile("the database has no partners; try --made-up 47, or --partners FILE")
    return held

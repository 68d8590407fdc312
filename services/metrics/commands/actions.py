"""What the commands do. Each gets the chosen options and gives the exit status."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncpg
from asyncpg import Pool, Record

from services.chassis.face import NetworkFace
from services.metrics.domain import imported_years
from services.metrics.domain.figures import YearFigures
from services.metrics.domain.times import NetworkTime
from services.metrics.handlers import year_figures
from services.metrics.handlers.figures_json import to_json
from services.metrics.handlers.network_time import network_time
from services.metrics.handlers.recounting import Difference, check, rebuild
from services.metrics.pages.formats import FORMATS, FormatRequest, file_name
from services.metrics.pages.imprint import Imprint
from services.metrics.settings import NetworkSettings, SheetSettings
from services.metrics.store import other_years

FiguresAction = Callable[[argparse.Namespace], Awaitable[int]]


class CannotBeDone(Exception):
    """Said to the operator in one line."""


def zone() -> ZoneInfo:
    return NetworkSettings().network_time_zone


def times() -> NetworkTime:
    """As the service counts: with other settings, `check` would find other working times."""
    network = NetworkSettings()
    return network_time(network.network_time_zone, network.network_country, network.network_region)


@asynccontextmanager
async def database(chosen: argparse.Namespace) -> AsyncIterator[Pool[Record]]:
    url = chosen.database_url or os.environ.get("SESAME_DATABASE_URL")
    if not url:
        raise CannotBeDone("no database: start ./sesame up, set SESAME_DATABASE_URL or pass --database-url")
    try:
        async with asyncpg.create_pool(url, min_size=1, max_size=2, server_settings={"jit": "off"}) as pool:
            yield pool
    except OSError as error:
        raise CannotBeDone(f"the database can't be reached ({error}); is ./sesame up running?") from error
    except asyncpg.UndefinedTableError as error:
        raise CannotBeDone(f"{error}: use the URL of metrics' own role, whose schema it is") from error


async def write_figures(chosen: argparse.Namespace) -> int:
    async with database(chosen) as pool:
        figures = await _figures(pool, chosen.year, chosen.partner)
    settings = SheetSettings()
    face = NetworkFace.of(settings, ask_url=settings.public_url, archive_url="")
    imprint = Imprint.of(face, settings.metrics_public_url)
    a3, square = chosen.paper == "a3", chosen.shape == "square"
    wish = FormatRequest(chosen.lang, zone().key, imprint, a3=a3, square=square)
    target: Path = chosen.output or Path(file_name(figures, chosen.format, wish))
    _save(target, FORMATS[chosen.format].make(figures, wish))
    return 0


def _save(target: Path, content: bytes) -> None:
    target.write_bytes(content)
    print(f"{target}: {len(content):,} bytes", file=sys.stderr)


async def _figures(pool: Pool[Record], year: int, partner: str = "") -> YearFigures:
    try:
        made_up = SheetSettings().figures_made_up_until
        return await year_figures.read(pool, year, partner=partner, today=today(), made_up_until=made_up)
    except year_figures.NoSuchYear as error:
        known = ", ".join(map(str, await year_figures.years(pool, partner))) or "none"
        raise CannotBeDone(f"{error}; known years: {known}") from error


def today() -> date:
    return datetime.now(zone()).date()


async def rebuild_counters(chosen: argparse.Namespace) -> int:
    started = time.monotonic()
    async with database(chosen) as pool:
        facts = await rebuild(pool, times())
    seconds = time.monotonic() - started
    print(f"{facts:,} facts counted anew in {seconds:.1f} s ({facts / seconds:,.0f}/s)")
    return 0


async def check_counters(chosen: argparse.Namespace) -> int:
    async with database(chosen) as pool:
        facts, differences = await check(pool, times())
    for different in differences:
        where = " ".join(str(part) for part in different[:5] if part not in ("", None))
        print(f"{where}: counted {different.counted}, the log says {different.in_log}")
    if differences:
        print(_advice(differences))
        return 1
    print(f"the counters are what the {facts:,} facts of the log say")
    return 0


def _advice(differences: Sequence[Difference]) -> str:
    if all("_working" in different.facet for different in differences):
        return (
            "only working time differs: SESAME_NETWORK_TIME_ZONE, _COUNTRY and _REGION must be here what they"
            " are for the service; after a change of them: ./sesame metrics rebuild"
        )
    return "the counters differ from the log; mend them with: ./sesame metrics rebuild"


async def import_years(chosen: argparse.Namespace) -> int:
    try:
        rows = imported_years.read(chosen.file)
    except (OSError, imported_years.BadFile) as error:
        raise CannotBeDone(str(error)) from error
    async with database(chosen) as pool, pool.acquire() as db:
        if chosen.new_years:
            known = await other_years.known(db)
            rows = [row for row in rows if (row.partner, row.year) not in known]
        await other_years.import_years(db, rows)
    years = sorted({row.year for row in rows})
    print(f"{len(rows)} numbers of {len(years)} years imported: {', '.join(map(str, years))}")
    return 0


async def freeze(chosen: argparse.Namespace) -> int:
    """The network's figures and those of every partner in it."""
    if chosen.year >= today().year:
        raise CannotBeDone(f"{chosen.year} is not over: only a year that is past can be frozen")
    async with database(chosen) as pool:
        network = await _figures(pool, chosen.year)
        partners = [share.id for share in network.partners]
        kept = [network, *[await _figures(pool, chosen.year, partner) for partner in partners]]
        async with pool.acquire() as db, db.transaction():
            for figures in kept:
                await other_years.freeze(db, figures.year, figures.partner, to_json(figures))
    print(f"{chosen.year} is frozen: the network and {len(partners)} partners")
    return 0


async def thaw(chosen: argparse.Namespace) -> int:
    async with database(chosen) as pool, pool.acquire() as db:
        await other_years.thaw(db, chosen.year)
    print(f"{chosen.year} follows the counters again")
    return 0


ACTIONS: Mapping[str, FiguresAction] = {
    "figures": write_figures,
    "rebuild": rebuild_counters,
    "check": check_counters,
    "import": import_years,
    "freeze": freeze,
    "thaw": thaw,
}

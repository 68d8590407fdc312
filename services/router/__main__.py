"""The router's composition root: `python -m services.router`."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from pathlib import Path

from services.chassis.clock import Clock
from services.chassis.holiday_calendar import look_up
from services.chassis.run import Chassis, run
from services.contracts import topology
from services.router.entrypoints import subscriptions
from services.router.entrypoints.requests import requests
from services.router.entrypoints.timers import Timers
from services.router.files.partners import read_file
from services.router.handlers.context import RoutingContext
from services.router.settings import RouterSettings
from services.router.store import partner_directory

log = logging.getLogger(__name__)

MIGRATIONS = Path(__file__).parent / "migrations"


async def serve(settings: RouterSettings, clock: Clock | None = None) -> None:
    async with Chassis.start(settings, name="router", migrations=MIGRATIONS, clock=clock) as chassis:
        if settings.partners_file is not None:
            await _import(chassis, settings.partners_file)
        context = RoutingContext.of(settings)
        chassis.background("holidays", partial(_look_up_holidays, chassis, settings.network_country))
        await chassis.consume(subscriptions.subscriptions(context), {topology.COORDINATOR: requests(context)})
        timers = Timers(context, chassis.pool, chassis.begin, chassis.clock)
        chassis.every(settings.timer_seconds, timers.fire)
        chassis.every(settings.timer_seconds, timers.tell)
        await chassis.until_stopped()


async def _look_up_holidays(chassis: Chassis, network: str) -> None:
    async with chassis.begin() as unit:
        records = await partner_directory.records(unit.db)
    countries = {network, *(record.get("country", "FR") for record in records.values())}
    try:
        await asyncio.to_thread(look_up, countries, chassis.clock.now().year)
    except OSError as error:
        log.warning("%s; tried again when a decision needs it", error)


async def _import(chassis: Chassis, path: Path) -> None:
    """Partners in the file become what it says; others stay. Faulty ones are logged and left out."""
    wanted, faults = await asyncio.to_thread(read_file, path)
    for fault in faults:
        log.error("%s, %s", path, fault)
    async with chassis.begin() as unit:
        changes = await partner_directory.compare(unit.db, wanted, whole=False)
        await partner_directory.apply(unit.db, changes, actor=f"file {path.name}", now=unit.now)
    log.info("%s: %d partners, %d changed", path, len(wanted), len(changes))


if __name__ == "__main__":
    run(serve, RouterSettings, name="router")

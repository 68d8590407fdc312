"""The notifier's composition root."""

from __future__ import annotations

from pathlib import Path

from services.chassis.clock import Clock
from services.chassis.run import Chassis, run
from services.notifier import backlog, channels, entrypoints, lanes, wake
from services.notifier.archive import app, views
from services.notifier.handlers import Coordinator
from services.notifier.instruments import Instruments
from services.notifier.releasing import Rules
from services.notifier.rounds import Rounds
from services.notifier.settings import NotifierSettings
from services.notifier.settle import Settlement
from services.notifier.worker import Lane

ROUNDS_SECONDS = 600.0
MIGRATIONS = Path(__file__).parent / "migrations"


async def serve(settings: NotifierSettings, clock: Clock | None = None) -> None:
    async with Chassis.start(settings, name="notifier", migrations=MIGRATIONS, clock=clock) as chassis:
        chassis.ops.sources["deliveries"] = backlog.source(chassis)
        instruments = Instruments(chassis.registry)
        settlement = Settlement(settings.coordinator_mail, instruments, settings.rating_after)
        running = await lanes.build(settings, chassis, instruments, settlement)
        for lane in running:
            chassis.background(f"{lane.way} deliveries", lane.run)
        chassis.background(
            "word of deliveries",
            lambda: wake.listen(settings.database_url, lambda: _wake_all(running)),
        )
        rounds = Rounds(chassis.begin, settings.coordinator_mail, settings.timezone)
        chassis.every(ROUNDS_SECONDS, rounds.make)
        rules = Rules(settings.archive_release, settings.lasting_archive_url)
        await chassis.consume(
            entrypoints.subscriptions(
                Coordinator(settings.coordinator_mail), rules, settlement, channels.set_up(settings)
            )
        )
        read = views.Views(chassis.begin)
        chassis.every(views.SECONDS, read.announce)
        await chassis.serve(
            app.build(settings, chassis, rules, settlement, read),
            settings.notifier_host,
            settings.notifier_port,
        )
        await chassis.until_stopped()
        await read.announce()


def _wake_all(running: list[Lane]) -> None:
    for lane in running:
        lane.wake()


if __name__ == "__main__":
    run(serve, NotifierSettings, name="notifier")

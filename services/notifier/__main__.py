"""The notifier's composition root."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import partial
from pathlib import Path

from services.chassis.clock import Clock
from services.chassis.run import Chassis, run
from services.contracts import topology
from services.notifier.entrypoints import backlog, requests, subscriptions
from services.notifier.entrypoints.archive import app, page_views
from services.notifier.handlers import group_posts, release_requests
from services.notifier.handlers.archiving import ReleaseRules
from services.notifier.handlers.delivery_metrics import DeliveryMetrics
from services.notifier.handlers.digests import Digests
from services.notifier.handlers.facts.decisions import CoordinatorAddress
from services.notifier.handlers.outcomes import Outcomes
from services.notifier.sending import channels, wake, workers
from services.notifier.sending.worker import DeliveryWorker
from services.notifier.settings import NotifierSettings

ROUNDS_SECONDS = 600.0
NEWS_SECONDS = 1.0
"""Rest between two looks at what the workspace is to be told of the archive."""
MIGRATIONS = Path(__file__).parent / "migrations"


async def serve(settings: NotifierSettings, clock: Clock | None = None) -> None:
    async with Chassis.start(settings, name="notifier", migrations=MIGRATIONS, clock=clock) as chassis:
        chassis.ops.sources["deliveries"] = backlog.source(chassis)
        instruments = DeliveryMetrics(chassis.registry)
        outcomes = Outcomes(settings.coordinator_mail, instruments, settings.rating_after)
        running = await workers.build(settings, chassis, instruments, outcomes)
        for worker in running:
            chassis.background(f"{worker.way} deliveries", worker.run)
        chassis.background(
            "word of deliveries",
            lambda: wake.listen(settings.database_url, partial(_wake, running)),
        )
        rounds = Digests(chassis.begin, settings.coordinator_mail, settings.timezone)
        chassis.every(ROUNDS_SECONDS, rounds.make)
        rules = ReleaseRules(
            settings.archive_release, settings.lasting_archive_url, workers.wall_of(settings)
        )
        await chassis.consume(
            subscriptions.subscriptions(
                CoordinatorAddress(settings.coordinator_mail),
                rules,
                outcomes,
                settings.keys,
                channels.set_up(settings),
            ),
            {topology.COORDINATOR: requests.requests(rules, outcomes, settings.keys)},
        )
        chassis.every(NEWS_SECONDS, partial(release_requests.tell, chassis.begin))
        chassis.every(
            NEWS_SECONDS, partial(group_posts.tell, chassis.begin, outcomes, workers.wall_of(settings))
        )
        read = page_views.PageViews(chassis.begin)
        chassis.every(page_views.SECONDS, read.announce)
        await chassis.serve(
            app.build(settings, await chassis.reading(settings.archive_pool_size), rules, read),
            settings.notifier_host,
            settings.notifier_port,
        )
        await chassis.until_stopped()
        await read.announce()


def _wake(running: Sequence[DeliveryWorker], ways: Collection[str]) -> None:
    for worker in running:
        if not ways or worker.way in ways:
            worker.wake()


if __name__ == "__main__":
    run(serve, NotifierSettings, name="notifier")

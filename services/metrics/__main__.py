"""Composition root: builds metrics from its settings and runs it."""

from __future__ import annotations

import asyncio
from functools import partial
from pathlib import Path

from services.chassis.clock import Clock
from services.chassis.face import NetworkFace
from services.chassis.run import Chassis, run
from services.contracts.vocabulary import Facets
from services.metrics.domain.facts import check_facets
from services.metrics.entrypoints import subscriptions
from services.metrics.entrypoints.prometheus import collect
from services.metrics.entrypoints.web import FigureSite
from services.metrics.handlers.folding import fold
from services.metrics.handlers.network_time import network_time
from services.metrics.pages.imprint import Imprint
from services.metrics.pages.page import FigurePages
from services.metrics.settings import MetricsSettings
from services.metrics.store import counting

MIGRATIONS = Path(__file__).parent / "migrations"

NOT_A_FACET = {"received_at"}

LINGER_SECONDS = 0.1
"""Nobody waits for a count: larger batches are cheaper."""


async def serve(settings: MetricsSettings, clock: Clock | None = None) -> None:
    async with Chassis.start(settings, name="metrics", migrations=MIGRATIONS, clock=clock) as chassis:
        await _check_facets(chassis)
        zone = settings.network_time_zone
        times = await asyncio.to_thread(network_time, zone, settings.network_country, settings.network_region)
        chassis.ops.sources["counters"] = partial(collect, chassis.pool)
        chassis.every(settings.metrics_fold_seconds, partial(fold, chassis.pool, times, clock=chassis.clock))
        face = NetworkFace.of(settings, ask_url=settings.public_url, archive_url=settings.archive_url)
        pages = FigurePages(base=settings.metrics_public_url, zone=zone.key, face=face)
        door = FigureSite(
            chassis.pool,
            chassis.clock,
            zone,
            pages,
            Imprint.of(face, settings.metrics_public_url),
            settings.figures_made_up_until,
        )
        await chassis.serve(door.app(), settings.metrics_host, settings.metrics_port)
        await chassis.consume(
            subscriptions.subscriptions(), lock_questions=False, linger_seconds=LINGER_SECONDS
        )
        await chassis.until_stopped()


async def _check_facets(chassis: Chassis) -> None:
    """A facet that only some places know would be counted as nought, and nobody would see it."""
    async with chassis.pool.acquire() as db:
        check_facets(set(Facets.model_fields) - NOT_A_FACET, await counting.columns_of_pending(db))


if __name__ == "__main__":
    run(serve, MetricsSettings, name="metrics")

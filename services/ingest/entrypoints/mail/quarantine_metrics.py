"""How much waits for a person, for Prometheus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asyncpg import Pool, Record
from prometheus_client.core import GaugeMetricFamily, Metric

from services.ingest.store import quarantine


def quarantine_metrics(pool: Pool[Record]) -> Callable[[], Awaitable[list[Metric]]]:
    async def collect() -> list[Metric]:
        async with pool.acquire() as db:
            count, age = await quarantine.backlog(db)
        return [
            GaugeMetricFamily("sesame_ingest_quarantined", "Mails held for a person", value=count),
            GaugeMetricFamily("sesame_ingest_quarantine_oldest_seconds", "Age of the oldest", value=age),
        ]

    return collect

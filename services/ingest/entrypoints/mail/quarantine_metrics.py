"""How much waits for a person, for Prometheus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asyncpg import Pool, Record
from prometheus_client.core import GaugeMetricFamily, Metric

from services.ingest.store import held_replies, quarantine


def quarantine_metrics(pool: Pool[Record]) -> Callable[[], Awaitable[list[Metric]]]:
    async def collect() -> list[Metric]:
        async with pool.acquire() as db:
            count, age = await quarantine.backlog(db)
            replies, reply_age = await held_replies.backlog(db)
        return [
            GaugeMetricFamily("sesame_ingest_quarantined", "Mails held for a person", value=count),
            GaugeMetricFamily("sesame_ingest_quarantine_oldest_seconds", "Age of the oldest", value=age),
            GaugeMetricFamily(
                "sesame_ingest_held_replies", "Replies of libraries held on their pages", value=replies
            ),
            GaugeMetricFamily(
                "sesame_ingest_held_replies_oldest_seconds", "Age of the oldest", value=reply_age
            ),
        ]

    return collect

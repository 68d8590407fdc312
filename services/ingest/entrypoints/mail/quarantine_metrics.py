"""How much waits for a person, and of what programs said too early, for Prometheus."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from asyncpg import Pool, Record
from prometheus_client.core import GaugeMetricFamily, Metric

from services.ingest.store import files
from services.ingest.store.conversations import early_submissions
from services.ingest.store.mail import held_replies, quarantine


def quarantine_metrics(pool: Pool[Record], room: int) -> Callable[[], Awaitable[list[Metric]]]:
    async def collect() -> list[Metric]:
        async with pool.acquire() as db:
            count, age = await quarantine.backlog(db)
            replies, reply_age = await held_replies.backlog(db)
            kept = await files.kept_bytes(db)
            early, early_age = await early_submissions.backlog(db)
        bytes_kept = GaugeMetricFamily(
            "sesame_ingest_kept_bytes", "Files, and what is held for a person", labels=["kind"]
        )
        bytes_kept.add_metric(["files"], kept.files)
        bytes_kept.add_metric(["held"], kept.held)
        return [
            bytes_kept,
            GaugeMetricFamily("sesame_ingest_room_bytes", "What may be kept of both at most", value=room),
            GaugeMetricFamily("sesame_ingest_quarantined", "Mails held for a person", value=count),
            GaugeMetricFamily("sesame_ingest_quarantine_oldest_seconds", "Age of the oldest", value=age),
            GaugeMetricFamily(
                "sesame_ingest_held_replies", "Replies of libraries held on their pages", value=replies
            ),
            GaugeMetricFamily(
                "sesame_ingest_held_replies_oldest_seconds", "Age of the oldest", value=reply_age
            ),
            GaugeMetricFamily(
                "sesame_ingest_early_submissions", "What partners said before it was known", value=early
            ),
            GaugeMetricFamily("sesame_ingest_early_oldest_seconds", "Age of the oldest", value=early_age),
        ]

    return collect

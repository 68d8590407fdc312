"""What waits to be sent, asked anew at each scrape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable

from prometheus_client.core import GaugeMetricFamily, Metric

from services.chassis.run import Chassis
from services.notifier.store import deliveries


def source(chassis: Chassis) -> Callable[[], Awaitable[Iterable[Metric]]]:
    async def ask() -> list[Metric]:
        async with chassis.pool.acquire() as db:
            waiting = await deliveries.waiting(db, chassis.clock.now())
        rows = GaugeMetricFamily("sesame_deliveries_waiting", "Decided and not yet sent", labels=["way"])
        oldest = GaugeMetricFamily(
            "sesame_deliveries_oldest_seconds", "Age of the oldest of them", labels=["way"]
        )
        for way, (count, age) in waiting.items():
            rows.add_metric([way], count)
            oldest.add_metric([way], age)
        return [rows, oldest]

    return ask

"""The private port: /live, /ready, /metrics. Never reachable from outside."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

log = logging.getLogger(__name__)

OK = "ok"

Check = Callable[[], Awaitable[None]]
Source = Callable[[], Awaitable[Iterable[Metric]]]


class _Once(Collector):
    """Metrics read for this one scrape."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


class PrivatePort:
    """/ready is whether the doors can take work: it has `started`, and all `checks` pass. What is `watched`
    is told beside them and shuts no door: while the broker is away, the outbox takes what comes. Both show as
    `sesame_ready`, which wakes somebody. `sources` are asked anew at each scrape: one that fails shows as
    `sesame_source_up 0` and never as old numbers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self.started = False
        self.checks: dict[str, Check] = {}
        self.watched: dict[str, Check] = {}
        self.sources: dict[str, Source] = {}
        self.app = Starlette(
            routes=[
                Route("/live", self._live),
                Route("/ready", self._ready),
                Route("/metrics", self._metrics),
            ]
        )

    async def _live(self, _request: Request) -> Response:
        return PlainTextResponse("live\n")

    async def _ready(self, _request: Request) -> Response:
        needed = (*self.checks, "start")  # more may be added while these are asked
        answers = await self._answers()
        ready = all(answers[name] == OK for name in needed)
        return JSONResponse(answers, status_code=200 if ready else 503)

    async def _answers(self) -> dict[str, str]:
        """Check → what it says. All at once: one that hangs makes the others no later."""
        asked = {**self.checks, **self.watched}
        said = await asyncio.gather(*map(_answer, asked.values()))
        return dict(zip(asked, said, strict=True)) | {"start": OK if self.started else "not finished"}

    async def _metrics(self, _request: Request) -> Response:
        fresh = CollectorRegistry(auto_describe=False)
        fresh.register(_Once([await self._readiness(), *await self._ask_sources()]))
        return Response(
            generate_latest(self._registry) + generate_latest(fresh), media_type=CONTENT_TYPE_LATEST
        )

    async def _readiness(self) -> Metric:
        ready = GaugeMetricFamily("sesame_ready", "Whether this check passes", labels=["check"])
        for name, said in (await self._answers()).items():
            ready.add_metric([name], said == OK)
        return ready

    async def _ask_sources(self) -> list[Metric]:
        up = GaugeMetricFamily(
            "sesame_source_up", "Whether this scrape could read the source", labels=["source"]
        )
        metrics: list[Metric] = [up]
        for name, source in list(self.sources.items()):
            try:
                metrics.extend(await source())
                up.add_metric([name], 1)
            except Exception as error:
                log.warning("metrics source %s: %s: %s", name, type(error).__name__, error)
                up.add_metric([name], 0)
        return metrics


async def _answer(check: Check) -> str:
    try:
        await check()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return OK

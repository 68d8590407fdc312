"""The private port: /live, /ready, /metrics. Never reachable from outside."""

from __future__ import annotations

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

Check = Callable[[], Awaitable[None]]
Source = Callable[[], Awaitable[Iterable[Metric]]]


class _Once(Collector):
    """Metrics read for this one scrape."""

    def __init__(self, metrics: Iterable[Metric]) -> None:
        self._metrics = list(metrics)

    def collect(self) -> Iterable[Metric]:
        return self._metrics


class PrivatePort:
    """`checks` must all pass for /ready, once `started`. `sources` are asked anew at each scrape: one that
    fails shows as `sesame_source_up 0` and never as old numbers."""

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self.started = False
        self.checks: dict[str, Check] = {}
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
        answers = {name: await _answer(check) for name, check in list(self.checks.items())}
        answers["start"] = "ok" if self.started else "not finished"
        ready = all(answer == "ok" for answer in answers.values())
        return JSONResponse(answers, status_code=200 if ready else 503)

    async def _metrics(self, _request: Request) -> Response:
        fresh = CollectorRegistry(auto_describe=False)
        fresh.register(_Once(await self._ask_sources()))
        return Response(
            generate_latest(self._registry) + generate_latest(fresh), media_type=CONTENT_TYPE_LATEST
        )

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
    return "ok"

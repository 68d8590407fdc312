"""Asks what a panel would ask, of Prometheus or PostgreSQL."""

from __future__ import annotations

import re
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg
import httpx

from devtools.dashboards.panels import Query

POINTS = 120


@dataclass(frozen=True)
class Line:
    """One series: its legend, and (seconds since 1970, value) in order."""

    name: str
    points: Sequence[tuple[float, float]]


@dataclass(frozen=True)
class Rows:
    columns: Sequence[str]
    rows: Sequence[Sequence[object]]


class Sources:
    """`variables` fill the dashboards' own: {"partner": "bpi"}."""

    def __init__(
        self, prometheus: httpx.AsyncClient, database_url: str, minutes: float, variables: Mapping[str, str]
    ) -> None:
        self._prometheus = prometheus
        self._database_url = database_url
        self._seconds = 60 * minutes
        self._variables = {"service": ".*", "__range": f"{max(60, round(60 * minutes))}s", **variables}

    def _filled_in(self, text: str) -> str:
        return re.sub(r"\$(\w+)", lambda name: self._variables.get(name[1], name[0]), text)

    async def over_time(self, query: Query) -> list[Line]:
        now = time.time()
        step = max(1.0, self._seconds / POINTS)
        asked = {"start": now - self._seconds, "end": now, "step": step}
        found = await self._ask("/api/v1/query_range", query, asked)
        return [
            Line(_legend(query, one["metric"]), [(at, float(v)) for at, v in one["values"]]) for one in found
        ]

    async def now(self, query: Query) -> list[tuple[str, float]]:
        found = await self._ask("/api/v1/query", query, {})
        return [(_legend(query, one["metric"]), float(one["value"][1])) for one in found]

    async def _ask(self, path: str, query: Query, asked: Mapping[str, float]) -> list[dict[str, Any]]:
        answer = await self._prometheus.get(path, params={"query": self._filled_in(query.text), **asked})
        answer.raise_for_status()
        result: list[dict[str, Any]] = answer.json()["data"]["result"]
        return result

    async def rows(self, query: Query) -> Rows:
        db = await asyncpg.connect(self._database_url)
        try:
            found = await db.fetch(self._filled_in(query.text))
        finally:
            await db.close()
        return Rows(list(found[0].keys()) if found else [], [tuple(row) for row in found])


def _legend(query: Query, labels: Mapping[str, str]) -> str:
    """Grafana's way: {{label}} stands for the series' own."""
    if not query.legend:
        return ", ".join(value for name, value in labels.items() if name != "__name__") or "value"
    return re.sub(r"\{\{(\w+)\}\}", lambda name: labels.get(name[1], ""), query.legend)

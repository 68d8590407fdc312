"""What a dashboard is made of, free of Grafana's own words: those stand in schema.py."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["stat", "lines", "bars", "table", "heat", "text"]


@dataclass(frozen=True)
class Query:
    """PromQL, or SQL where `sql` is set. `legend` may name labels: {{service}}."""

    text: str
    legend: str = ""
    sql: bool = False
    instant: bool = False


@dataclass(frozen=True)
class Levels:
    """Yellow from `warn`, red from `bad`; the other way round where less is worse (`bad` below `warn`)."""

    warn: float
    bad: float


@dataclass(frozen=True)
class Panel:
    title: str
    kind: Kind
    queries: Sequence[Query]
    meaning: str
    unit: str = "short"
    width: int = 12
    height: int = 8
    levels: Levels | None = None
    alerts: Sequence[str] = ()
    """Those that watch what is shown here: each is linked to its entry in the runbook."""
    row_link: str = ""
    """Where a row of a table leads to."""


@dataclass(frozen=True)
class Variable:
    name: str
    label: str
    query: str
    """A PromQL label query."""
    many: bool = False


@dataclass(frozen=True)
class Dashboard:
    uid: str
    title: str
    meaning: str
    panels: Sequence[Panel]
    variables: Sequence[Variable] = ()
    since: str = "now-24h"


def stat(
    title: str,
    meaning: str,
    query: str,
    legend: str = "",
    *,
    sql: bool = False,
    unit: str = "short",
    width: int = 4,
    height: int = 4,
    levels: Levels | None = None,
    alerts: Sequence[str] = (),
) -> Panel:
    """The number now, large; one for each series."""
    asked = [Query(query, legend, sql=sql, instant=not sql)]
    return Panel(title, "stat", asked, meaning, unit, width, height, levels, alerts)


def lines(
    title: str,
    meaning: str,
    *queries: Query,
    unit: str = "short",
    width: int = 12,
    height: int = 8,
    levels: Levels | None = None,
    alerts: Sequence[str] = (),
) -> Panel:
    """Over time."""
    return Panel(title, "lines", queries, meaning, unit, width, height, levels, alerts)


def bars(
    title: str, meaning: str, query: str, legend: str, *, height: int = 8, alerts: Sequence[str] = ()
) -> Panel:
    """The numbers now, side by side."""
    asked = [Query(query, legend, instant=True)]
    return Panel(title, "bars", asked, meaning, height=height, alerts=alerts)


def table(
    title: str, meaning: str, query: str, *, unit: str = "short", height: int = 8, row_link: str = ""
) -> Panel:
    """Rows of SQL."""
    return Panel(title, "table", [Query(query, sql=True)], meaning, unit, height=height, row_link=row_link)


def heat(title: str, meaning: str, query: str) -> Panel:
    """Rows of SQL as a matrix: what its rows are called, what its columns are, and the number there."""
    return replace(table(title, meaning, query), kind="heat")

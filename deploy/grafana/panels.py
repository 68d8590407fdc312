"""What a dashboard is made of, as Grafana's JSON wants it (schema 39, Grafana 10 and newer)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

PROMETHEUS = {"type": "prometheus", "uid": "sesame-prometheus"}
POSTGRESQL = {"type": "grafana-postgresql-datasource", "uid": "sesame-postgresql"}
COLUMNS = 24


@dataclass(frozen=True)
class Query:
    """PromQL, or SQL where `sql` is set. `legend` may name labels: {{service}}."""

    text: str
    legend: str = ""
    sql: bool = False
    instant: bool = False


@dataclass(frozen=True)
class Panel:
    title: str
    kind: str
    queries: Sequence[Query]
    meaning: str
    unit: str = "short"
    width: int = 12
    height: int = 8
    warn: float | None = None
    """Yellow from here, red from `bad`; the other way round where less is worse (`bad` below `warn`)."""
    bad: float | None = None
    options: dict[str, Any] = field(default_factory=dict)


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


def as_json(dashboard: Dashboard) -> dict[str, Any]:
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.meaning,
        "tags": ["sesame"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "refresh": "30s",
        "timezone": "Europe/Paris",
        "time": {"from": dashboard.since, "to": "now"},
        "links": [_other_dashboards()],
        "templating": {"list": [_variable(variable) for variable in dashboard.variables]},
        "panels": list(_placed(dashboard.panels)),
    }


def _other_dashboards() -> dict[str, Any]:
    return {"title": "Sésame", "type": "dashboards", "tags": ["sesame"], "asDropdown": True, "keepTime": True}


def _variable(variable: Variable) -> dict[str, Any]:
    return {
        "name": variable.name,
        "label": variable.label,
        "type": "query",
        "datasource": PROMETHEUS,
        "definition": variable.query,
        "query": {"query": variable.query, "refId": variable.name},
        "refresh": 2,
        "sort": 1,
        "multi": variable.many,
        "includeAll": variable.many,
    }


def _placed(panels: Iterable[Panel]) -> Iterable[dict[str, Any]]:
    """From left to right, a new row where the next one has no room."""
    x = y = row = 0
    for number, panel in enumerate(panels, 1):
        if x + panel.width > COLUMNS:
            x, y, row = 0, y + row, 0
        yield _panel(panel, number, {"x": x, "y": y, "w": panel.width, "h": panel.height})
        x, row = x + panel.width, max(row, panel.height)


def _panel(panel: Panel, number: int, place: dict[str, int]) -> dict[str, Any]:
    return {
        "id": number,
        "title": panel.title,
        "description": panel.meaning,
        "type": panel.kind,
        "gridPos": place,
        "datasource": POSTGRESQL if panel.queries[0].sql else PROMETHEUS,
        "targets": [_target(query, chr(ord("A") + at)) for at, query in enumerate(panel.queries)],
        "fieldConfig": {
            "defaults": {"unit": panel.unit, "thresholds": _thresholds(panel)},
            "overrides": [],
        },
        "options": panel.options,
    }


def _target(query: Query, letter: str) -> dict[str, Any]:
    if query.sql:
        return {
            "refId": letter,
            "datasource": POSTGRESQL,
            "rawSql": query.text,
            "format": "table",
            "rawQuery": True,
        }
    return {
        "refId": letter,
        "datasource": PROMETHEUS,
        "expr": query.text,
        "legendFormat": query.legend or "__auto",
        "instant": query.instant,
        "range": not query.instant,
    }


def _thresholds(panel: Panel) -> dict[str, Any]:
    if panel.warn is None or panel.bad is None:
        return {"mode": "absolute", "steps": [{"color": "blue", "value": None}]}
    if panel.bad < panel.warn:
        colours = (("red", None), ("yellow", panel.bad), ("green", panel.warn))
    else:
        colours = (("green", None), ("yellow", panel.warn), ("red", panel.bad))
    return {"mode": "absolute", "steps": [{"color": colour, "value": value} for colour, value in colours]}

"""Dashboards as Grafana's JSON wants them (schema 39: Grafana 10 and newer)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from devtools.dashboards.panels import Dashboard, Kind, Panel, Query, Variable

PROMETHEUS = {"type": "prometheus", "uid": "sesame-prometheus"}
POSTGRESQL = {"type": "grafana-postgresql-datasource", "uid": "sesame-postgresql"}
COLUMNS = 24

TYPES: Mapping[Kind, str] = {
    "stat": "stat",
    "lines": "timeseries",
    "bars": "bargauge",
    "table": "table",
    # Grafana's own heat map wants time on one axis.
    "heat": "table",
    "text": "text",
}
_NOW = {"calcs": ["lastNotNull"], "fields": "", "values": False}
OPTIONS: Mapping[Kind, dict[str, Any]] = {
    "stat": {"reduceOptions": _NOW, "colorMode": "value", "graphMode": "none", "textMode": "auto"},
    "lines": {
        "legend": {"displayMode": "list", "placement": "bottom", "showLegend": True, "calcs": []},
        "tooltip": {"mode": "multi", "sort": "desc"},
    },
    "bars": {
        "reduceOptions": _NOW,
        "orientation": "horizontal",
        "displayMode": "basic",
        "valueMode": "color",
        "showUnfilled": True,
    },
    "table": {"showHeader": True, "cellHeight": "sm"},
    "heat": {"showHeader": True, "cellHeight": "sm"},
}
COLOURS: Mapping[Kind, str] = {
    "stat": "thresholds",
    "lines": "palette-classic",
    "bars": "thresholds",
    "table": "thresholds",
    "heat": "continuous-blues",
}


def as_json(dashboard: Dashboard, runbook: Mapping[str, str]) -> dict[str, Any]:
    """`runbook`: where the entry of each alert can be read, by the alert's name."""
    return {
        "uid": dashboard.uid,
        "title": dashboard.title,
        "description": dashboard.meaning,
        "tags": ["sesame"],
        "schemaVersion": 39,
        "version": 1,
        "editable": False,
        "refresh": "30s",
        "timezone": "browser",
        "time": {"from": dashboard.since, "to": "now"},
        "links": [_other_dashboards()],
        "templating": {"list": [_variable(variable) for variable in dashboard.variables]},
        "panels": [
            _panel(panel, number, place, runbook)
            for number, (panel, place) in enumerate(
                zip(dashboard.panels, places(dashboard.panels), strict=True), 1
            )
        ],
    }


def _other_dashboards() -> dict[str, Any]:
    return {
        "title": "Sésame",
        "type": "dashboards",
        "tags": ["sesame"],
        "asDropdown": True,
        "keepTime": True,
        "icon": "",
        "tooltip": "",
        "targetBlank": False,
        "includeVars": False,
    }


def _variable(variable: Variable) -> dict[str, Any]:
    return {
        "name": variable.name,
        "label": variable.label,
        "type": "query",
        "datasource": PROMETHEUS,
        "query": {"query": variable.query, "refId": variable.name},
        "refresh": 2,
        "sort": 1,
        "multi": variable.many,
        "includeAll": variable.many,
    }


def places(panels: Iterable[Panel]) -> Iterable[dict[str, int]]:
    """From left to right, a new row where the next one has no room."""
    x = y = row = 0
    for panel in panels:
        if x + panel.width > COLUMNS:
            x, y, row = 0, y + row, 0
        yield {"x": x, "y": y, "w": panel.width, "h": panel.height}
        x, row = x + panel.width, max(row, panel.height)


def _panel(panel: Panel, number: int, place: dict[str, int], runbook: Mapping[str, str]) -> dict[str, Any]:
    common = {"id": number, "title": panel.title, "type": TYPES[panel.kind], "gridPos": place}
    if panel.kind == "text":
        return {**common, "options": {"mode": "markdown", "content": panel.meaning}}
    return {
        **common,
        "description": panel.meaning,
        "datasource": POSTGRESQL if panel.queries[0].sql else PROMETHEUS,
        "targets": [_target(query, chr(ord("A") + at)) for at, query in enumerate(panel.queries)],
        "fieldConfig": {"defaults": _defaults(panel), "overrides": []},
        "options": OPTIONS[panel.kind],
        "links": [{"title": f"Runbook: {alert}", "url": runbook[alert]} for alert in panel.alerts],
        "transformations": [_AS_MATRIX] if panel.kind == "heat" else [],
    }


_AS_MATRIX = {
    "id": "groupingToMatrix",
    "options": {"rowField": "row", "columnField": "column", "valueField": "number"},
}


def _defaults(panel: Panel) -> dict[str, Any]:
    return {
        "unit": panel.unit,
        "color": {"mode": COLOURS[panel.kind]},
        "thresholds": _thresholds(panel),
        "custom": _custom(panel),
        **({"min": 0, "max": 1} if panel.unit == "percentunit" else {}),
        # An increase is drawn out to the ends of its window: of seven events it may make 7.2.
        **({"decimals": 0} if panel.unit == "short" else {}),
        **({"links": [{"title": "Open", "url": panel.row_link}]} if panel.row_link else {}),
    }


def _custom(panel: Panel) -> dict[str, Any]:
    """What only this kind of panel knows."""
    if panel.kind == "lines":
        return {
            "lineWidth": 2,
            "fillOpacity": 8,
            "showPoints": "never",
            "thresholdsStyle": {"mode": "dashed" if panel.levels else "off"},
        }
    if panel.kind == "heat":
        return {"cellOptions": {"type": "color-background", "mode": "basic"}, "align": "center"}
    return {"cellOptions": {"type": "auto"}} if panel.kind == "table" else {}


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
    if panel.levels is None:
        return {"mode": "absolute", "steps": [{"color": "blue", "value": None}]}
    warn, bad = panel.levels.warn, panel.levels.bad
    if bad < warn:
        colours = (("red", None), ("yellow", bad), ("green", warn))
    else:
        colours = (("green", None), ("yellow", warn), ("red", bad))
    return {"mode": "absolute", "steps": [{"color": colour, "value": value} for colour, value in colours]}

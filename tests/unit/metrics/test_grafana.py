"""The dashboards as Grafana takes them, and the way from an alert to what to do."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from devtools.checkout import ROOT
from devtools.dashboards import runbook
from devtools.dashboards.boards import BOARDS
from devtools.dashboards.build import files
from devtools.dashboards.draw import chart

PATHS = sorted(files())


def alerts() -> dict[str, dict[str, str]]:
    rules = yaml.safe_load((ROOT / "deploy" / "prometheus" / "rules" / "alerts.yml").read_text())
    return {rule["alert"]: rule["annotations"] for group in rules["groups"] for rule in group["rules"]}


def lost(ours: Any, read: Any, at: str = "") -> Iterator[str]:
    """What Grafana's own model of a dashboard does not know, by its path."""
    if isinstance(ours, dict):
        for key, value in ours.items():
            if isinstance(read, dict) and key in read:
                yield from lost(value, read[key], f"{at}/{key}")
            else:
                yield f"{at}/{key}"
    elif isinstance(ours, list) and isinstance(read, list) and len(ours) == len(read):
        for place, (one, other) in enumerate(zip(ours, read, strict=True)):
            yield from lost(one, other, f"{at}/{place}")
    elif ours != read:
        yield at


def read_by_grafana(ours: Any) -> Any:
    register_default_plugins()
    return json.loads(JSONEncoder().encode(Dashboard.from_json(ours)))


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.name)
def test_a_dashboard_holds_only_what_grafanas_own_model_knows(path: Path) -> None:
    ours = json.loads(path.read_text())
    assert list(lost(ours, read_by_grafana(ours))) == []


def test_a_misspelt_option_would_be_found() -> None:
    ours = json.loads((PATHS[0].parent / "sesame-today.json").read_text())
    ours["panels"][0]["options"]["colourMode"] = "value"
    assert list(lost(ours, read_by_grafana(ours))) == ["/panels/0/options/colourMode"]


def test_an_alerts_dashboard_has_a_panel_that_leads_to_its_runbook_entry() -> None:
    watched = {
        (alert, f"/d/{board.uid}") for board in BOARDS for panel in board.panels for alert in panel.alerts
    }
    assert watched == {(name, notes["dashboard"]) for name, notes in alerts().items()}


def test_the_runbook_holds_the_entry_of_every_alert_as_the_docs_say_it() -> None:
    assert set(runbook.addresses()) == set(alerts())
    entries = {panel.title: panel.meaning for panel in runbook.board().panels}
    page = runbook.SOURCE.read_text()
    assert all(entry and entry in page for entry in entries.values())


def test_a_panel_of_which_nothing_is_known_yet_is_drawn_as_bare_axes() -> None:
    panel = next(panel for board in BOARDS for panel in board.panels if panel.kind == "lines")
    assert "axis y" in chart(panel, [])

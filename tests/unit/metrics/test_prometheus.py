"""What Prometheus is given: the catalogue, the rules, and a runbook entry for each alert."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from devtools.checkout import ROOT
from devtools.dashboards.boards import BOARDS
from devtools.documents.metrics_catalogue import catalogue
from devtools.servers.packages import provide_program

HERE = ROOT / "deploy" / "prometheus"
RULES = sorted((HERE / "rules").glob("*.yml"))
TESTS = sorted((HERE / "tests").glob("*.yml"))
OPERATIONS = Path("docs/operations.md")

CONVENTION = re.compile(r"^sesame_[a-z_]+$")
"""https://prometheus.io/docs/practices/naming/"""


def alerts() -> list[dict[str, Any]]:
    rules = yaml.safe_load((HERE / "rules" / "alerts.yml").read_text())
    return [rule for group in rules["groups"] for rule in group["rules"]]


def promtool(*arguments: object) -> str:
    done = subprocess.run(
        [provide_program("promtool", "prometheus"), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    return "" if done.returncode == 0 else done.stdout + done.stderr


def test_names_follow_the_conventions_and_stand_once() -> None:
    known = catalogue()
    assert len({entry.name for entry in known}) == len(known)
    for entry in known:
        assert CONVENTION.match(entry.name)
        assert entry.name.endswith("_total") == (entry.type == "counter"), entry.name


def test_no_label_can_hold_a_person_or_a_question() -> None:
    bounded = {
        "name",
        "brake",
        "check",
        "source",
        "event",
        "outcome",
        "reason",
        "way",
        "kind",
        "channel",
        "partner",
        "subject",
        "language",
        "effort",
        "stars",
        "clock",
    }
    assert {label for entry in catalogue() for label in entry.labels} <= bounded


@pytest.mark.parametrize("file", RULES, ids=lambda file: file.name)
def test_promtool_takes_the_rules(file: Path) -> None:
    assert promtool("check", "rules", file) == ""


@pytest.mark.parametrize("file", TESTS, ids=lambda file: file.name)
def test_every_alert_fires_when_it_must_and_only_then(file: Path) -> None:
    assert promtool("test", "rules", file) == ""


def test_every_alert_is_tested_both_ways() -> None:
    tested = "".join(file.read_text() for file in TESTS)
    for alert in alerts():
        assert f"{alert['alert']} fires" in tested
        assert f"{alert['alert']} is quiet" in tested


def test_no_sum_is_recorded_that_nobody_reads() -> None:
    rules = yaml.safe_load((HERE / "rules" / "recording.yml").read_text())
    readers = "".join(str(alert["expr"]) for alert in alerts()) + "".join(
        query.text for board in BOARDS for panel in board.panels for query in panel.queries
    )
    assert [
        rule for group in rules["groups"] for rule in group["rules"] if rule["record"] not in readers
    ] == []


def test_every_alert_has_a_runbook_entry_and_a_dashboard() -> None:
    headings = {heading.lower() for heading in re.findall(r"^### (\w+)$", OPERATIONS.read_text(), re.M)}
    for alert in alerts():
        assert alert["alert"].lower() in headings
        assert alert["annotations"]["runbook"] == f"docs/operations.md#{alert['alert'].lower()}"
        assert alert["annotations"]["dashboard"].startswith("/d/sesame-")

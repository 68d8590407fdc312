"""`./sesame docs`: writes anew every file that is made from the code; checks and tests compare."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable

from devtools.checkout import ROOT
from devtools.dashboards import build as dashboards
from devtools.documents import broker_definitions as definitions
from devtools.documents import check as contract
from devtools.documents import metrics_page as metrics
from devtools.documents import prometheus_rules, settings_page

MAKERS: dict[str, Callable[[], int]] = {
    "docs/asyncapi.yaml, docs/schemas, docs/events.md, what ingest shows to programmers": lambda: (
        contract.main(["--write"])
    ),
    "docs/metrics.md": lambda: metrics.main([]),
    "deploy/rabbitmq/definitions.json": lambda: definitions.main(["--write"]),
    "deploy/kubernetes/components/monitoring/rules.yaml": lambda: prometheus_rules.write(),
    "docs/settings.md": lambda: settings_page.main(["--write"]),
    "deploy/grafana/dashboards": lambda: dashboards.main([]),
}


def register(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    docs = subparsers.add_parser(
        "docs", help="write anew what is made from the code: contract, lists, boards"
    )
    docs.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    os.chdir(ROOT)
    for what, make in MAKERS.items():
        make()
        print(f"written: {what}")
    return 0

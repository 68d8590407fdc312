"""The rules of deploy/prometheus as the object that the Prometheus operator reads."""

from __future__ import annotations

import yaml

from devtools.checkout import ROOT

RULES = ROOT / "deploy" / "prometheus" / "rules"
TARGET = ROOT / "deploy" / "kubernetes" / "components" / "monitoring" / "rules.yaml"
HEAD = "# Made from deploy/prometheus/rules by ./sesame docs.\n"


def text() -> str:
    groups = [
        group for file in sorted(RULES.glob("*.yml")) for group in yaml.safe_load(file.read_text())["groups"]
    ]
    whole = {
        "apiVersion": "monitoring.coreos.com/v1",
        "kind": "PrometheusRule",
        "metadata": {"name": "sesame"},
        "spec": {"groups": _named_apart(groups)},
    }
    return HEAD + yaml.safe_dump(whole, sort_keys=False, allow_unicode=True, width=110)


def _named_apart(groups: list[dict[str, object]]) -> list[dict[str, object]]:
    """In one object a group's name may stand once."""
    return [group | {"name": f"{number}-{group['name']}"} for number, group in enumerate(groups, 1)]

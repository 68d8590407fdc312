"""The one list of all metrics: the technical ones from catalogue.yaml, the business ones from the code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import yaml

from services.metrics.entrypoints.prometheus_families import DURATIONS, FAMILIES

HERE = Path(__file__).parent


class Known(NamedTuple):
    name: str
    """As Prometheus shows it: a counter ends in _total."""
    type: str
    labels: tuple[str, ...]
    source: str
    """`every` service, or the one that shows it."""
    meaning: str


def catalogue() -> list[Known]:
    return [*_technical(), *_business()]


def _technical() -> Iterator[Known]:
    for entry in yaml.safe_load((HERE / "metrics_catalogue.yaml").read_text()):
        labels = tuple(entry["labels"])
        yield Known(entry["name"], entry["type"], labels, entry["from"], entry["meaning"])


def _business() -> Iterator[Known]:
    for family in FAMILIES:
        yield Known(f"{family.name}_total", "counter", (family.label,), "metrics", family.meaning)
    for duration in DURATIONS:
        yield Known(duration.name, "histogram", ("clock",), "metrics", duration.meaning)

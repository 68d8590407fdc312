"""docs/metrics.md, made from the catalogue."""

from __future__ import annotations

from collections.abc import Sequence

from devtools.checkout import ROOT
from devtools.documents.metrics_catalogue import HERE, Known, catalogue

TARGET = ROOT / "docs" / "metrics.md"

WHOSE = {
    "every": "Every service",
    "ingest": "Ingest",
    "router": "Router",
    "notifier": "Notifier",
    "metrics": "Metrics: the network's numbers",
}


def document() -> str:
    """The page: written parts from metrics.md.in, then one table per service."""
    known = catalogue()
    tables = [
        _table(title, [entry for entry in known if entry.source == whose])
        for whose, title in WHOSE.items()
        if any(entry.source == whose for entry in known)
    ]
    return (HERE / "metrics.md.in").read_text() + "\n" + "\n".join(tables)


def _table(title: str, entries: Sequence[Known]) -> str:
    rows = (
        f"| `{entry.name}` | {entry.type} | {', '.join(f'`{label}`' for label in entry.labels)}"
        f" | {entry.meaning} |"
        for entry in entries
    )
    head = "| metric | type | labels | meaning |\n| --- | --- | --- | --- |"
    return f"### {title}\n\n{head}\n" + "\n".join(rows) + "\n"

"""docs/metrics.md, made from the catalogue: `python -m devtools.documents.metrics_page [--check]`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

from devtools.documents.metrics_catalogue import HERE, Known, catalogue

TARGET = Path("docs/metrics.md")

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


def main(arguments: Sequence[str]) -> int:
    wanted = document()
    if "--check" not in arguments:
        TARGET.write_text(wanted)
        return 0
    if TARGET.read_text() == wanted:
        return 0
    print(f"{TARGET} is not what the catalogue says; write it: python -m devtools.documents.metrics_page")
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

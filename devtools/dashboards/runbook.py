"""The runbook as a dashboard, so that a panel's link leads to what to do: the same text as in the docs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from devtools.dashboards.panels import Dashboard, Panel

SOURCE = Path("docs/operations.md")
UID = "sesame-runbook"

_ENTRY = re.compile(r"^### (Sesame\w+)\n+(.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)


def entries() -> Mapping[str, str]:
    """Alert → what its entry says, in the order of the page."""
    return {name: text.strip() for name, text in _ENTRY.findall(SOURCE.read_text())}


def board() -> Dashboard:
    return Dashboard(
        uid=UID,
        title="Runbook",
        meaning="What each alert means and what to do: docs/operations.md",
        panels=[Panel(name, "text", (), text, height=7) for name, text in entries().items()],
    )


def addresses() -> Mapping[str, str]:
    """Alert → its entry alone, on the whole screen."""
    return {name: f"/d/{UID}?viewPanel={number}" for number, name in enumerate(entries(), 1)}

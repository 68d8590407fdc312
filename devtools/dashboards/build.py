"""deploy/grafana/dashboards, drawn from the boards here."""

from __future__ import annotations

import json
from pathlib import Path

from devtools.checkout import ROOT
from devtools.dashboards import runbook
from devtools.dashboards.boards import BOARDS
from devtools.dashboards.schema import as_json

FOLDER = ROOT / "deploy" / "grafana" / "dashboards"


def files() -> dict[Path, str]:
    addresses = runbook.addresses()
    return {
        FOLDER / f"{board.uid}.json": json.dumps(as_json(board, addresses), indent=1, ensure_ascii=False)
        + "\n"
        for board in (*BOARDS, runbook.board())
    }

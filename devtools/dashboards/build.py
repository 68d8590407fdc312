"""deploy/grafana/dashboards, drawn from the boards here: `python -m devtools.dashboards.build`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
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


def main(arguments: Sequence[str]) -> int:
    different = [path for path, text in files().items() if not path.exists() or path.read_text() != text]
    if "--check" not in arguments:
        for path in different:
            path.write_text(files()[path])
        return 0
    for path in different:
        print(f"{path} is not what its source says; write it: python -m devtools.dashboards.build")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

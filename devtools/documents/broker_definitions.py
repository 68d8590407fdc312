"""Whether deploy/rabbitmq/definitions.json is what the topology makes; with --write, makes it so."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence

from devtools.checkout import ROOT
from operations.broker.definitions import definitions

FILE = ROOT / "deploy" / "rabbitmq" / "definitions.json"


def main(arguments: Sequence[str]) -> int:
    if "--write" in arguments:
        FILE.write_text(text())
        return 0
    if FILE.exists() and FILE.read_text() == text():
        return 0
    print(f"{FILE}: differs from the code; write it anew with `./sesame docs`")
    return 1


def text() -> str:
    return json.dumps(definitions(), indent=2) + "\n"


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

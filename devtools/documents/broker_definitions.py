"""deploy/rabbitmq/definitions.json, made from the topology."""

from __future__ import annotations

import json

from devtools.checkout import ROOT
from operations.broker.definitions import definitions

FILE = ROOT / "deploy" / "rabbitmq" / "definitions.json"


def text() -> str:
    return json.dumps(definitions(), indent=2) + "\n"

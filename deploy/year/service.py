"""A service as it is, by a clock that is not the system's: python -m deploy.year.service NAME CLOCK"""

from __future__ import annotations

import sys
from collections.abc import Callable, Coroutine, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from deploy.year.clock import SharedClock
from services.chassis.run import run
from services.chassis.settings import ServiceSettings
from services.ingest import __main__ as ingest
from services.ingest.settings import IngestSettings
from services.metrics import __main__ as metrics
from services.metrics.settings import MetricsSettings
from services.notifier import __main__ as notifier
from services.notifier.settings import NotifierSettings
from services.router import __main__ as router
from services.router.settings import RouterSettings

Serve = Callable[..., Coroutine[Any, Any, None]]

SERVICES: Mapping[str, tuple[Serve, type[ServiceSettings]]] = {
    "ingest": (ingest.serve, IngestSettings),
    "router": (router.serve, RouterSettings),
    "notifier": (notifier.serve, NotifierSettings),
    "metrics": (metrics.serve, MetricsSettings),
}


def main(name: str, clock: str) -> None:
    serve, settings = SERVICES[name]
    run(partial(serve, clock=SharedClock(Path(clock))), settings, name=name)


if __name__ == "__main__":
    main(*sys.argv[1:])

"""A service as it is, by a clock of its own: `python -m devtools.simulation.service NAME CLOCK`."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from pkgutil import resolve_name

from devtools.simulation.clock import SharedClock
from services.chassis.run import run

SERVICES: Mapping[str, tuple[str, str]] = {
    "ingest": ("services.ingest.__main__:serve", "services.ingest.settings:IngestSettings"),
    "router": ("services.router.__main__:serve", "services.router.settings:RouterSettings"),
    "notifier": ("services.notifier.__main__:serve", "services.notifier.settings:NotifierSettings"),
    "metrics": ("services.metrics.__main__:serve", "services.metrics.settings:MetricsSettings"),
    "workspace": ("services.workspace.__main__:serve", "services.workspace.settings:WorkspaceSettings"),
}
"""By name: a process loads its own service alone, so that five start sooner."""


def main(name: str, clock: str) -> None:
    serve, settings = map(resolve_name, SERVICES[name])
    run(partial(serve, clock=SharedClock(Path(clock))), settings, name=name)


if __name__ == "__main__":
    main(*sys.argv[1:])

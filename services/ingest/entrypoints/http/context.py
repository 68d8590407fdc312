"""What every door of this service is built with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from services.chassis.face import NetworkFace
from services.chassis.messaging.transaction import Begin
from services.ingest.entrypoints.http.limits import Limits
from services.ingest.entrypoints.http.pages.law import LawFacts
from services.ingest.entrypoints.http.pause import Pausing
from services.ingest.entrypoints.scanner import Scanner
from services.ingest.handlers.caps import Caps
from services.ingest.handlers.questions import Intake


@dataclass(frozen=True, slots=True)
class DoorContext:
    begin: Begin
    now: Callable[[], datetime]
    intake: Intake
    face: NetworkFace
    paused: Pausing
    limits: Limits
    caps: Caps
    quickest_form: timedelta
    law: LawFacts
    promise_days: Callable[[str | None], int]
    """Working days until the promise, of what is asked in a library's site; None: in the network's."""
    zone: str
    page_folder: Path | None
    scanner: Scanner | None = None

"""What every door of this service is built with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from services.chassis.messaging.transaction import Begin
from services.ingest.entrypoints.http.limits import Limits
from services.ingest.entrypoints.http.pause import Pausing
from services.ingest.handlers.caps import Caps
from services.ingest.handlers.questions import Intake


@dataclass(frozen=True, slots=True)
class DoorContext:
    begin: Begin
    now: Callable[[], datetime]
    intake: Intake
    network_name: str
    paused: Pausing
    limits: Limits
    caps: Caps
    quickest_form: timedelta

"""What every door of this service is built with."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.ingest.entrypoints.http.limits import Limits
from services.ingest.entrypoints.http.pause import Pausing
from services.ingest.handlers.caps import Caps
from services.ingest.handlers.questions import Intake


class Begins(Protocol):
    def __call__(self, *questions: UUID) -> AbstractAsyncContextManager[Unit]:
        """One transaction, holding the questions named."""
        ...


@dataclass(frozen=True, slots=True)
class DoorContext:
    begin: Begins
    now: Callable[[], datetime]
    intake: Intake
    network_name: str
    paused: Pausing
    limits: Limits
    caps: Caps
    quickest_form: timedelta

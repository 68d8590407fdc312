"""The notifier's doors: what the coordinator asks at the workspace."""

from __future__ import annotations

from services.chassis.messaging.requests import RequestReader
from services.contracts.coordinator import LiftRequested, RetryRequested
from services.notifier.handlers import failures


def requests() -> RequestReader:
    return RequestReader(
        "notifier",
        {RetryRequested: failures.retry_requested, LiftRequested: failures.lift_requested},
    )

"""`/ready` while a service still starts."""

from __future__ import annotations

import httpx
from prometheus_client import CollectorRegistry

from services.chassis.http.private_port import PrivatePort


async def test_a_check_that_is_added_while_others_are_asked_makes_no_error() -> None:
    port = PrivatePort(CollectorRegistry())

    async def works() -> None:
        port.checks["database"] = works

    port.checks["broker"] = works
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(port.app), base_url="http://private.localhost"
    ) as asked:
        first = await asked.get("/ready")
        port.started = True
        then = await asked.get("/ready")
    assert (first.status_code, first.json()["broker"]) == (503, "ok")
    assert (then.status_code, then.json()["database"]) == (200, "ok")

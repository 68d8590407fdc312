"""`Undelivered`: what was given up, and whose mail came back; tried again, written to again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from uuid_utils.compat import uuid4

from services.workspace.entrypoints.coordinator.steering_forms import coordinator_of
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word
from services.workspace.handlers import failing
from services.workspace.store.coordinator import failures

MOST = 200
REQUESTS_FOR = timedelta(hours=1)
NAME = re.compile(r"[0-9a-f]{4,64}")


@dataclass(frozen=True)
class DeliveriesPage:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        return [
            self.guard.get("/deliveries", "steer the network", self.show),
            self.guard.post("/deliveries/{delivery:uuid}/retry", "steer the network", self.retry),
            self.guard.post("/deliveries/silences/{name}/lift", "steer the network", self.lift),
        ]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        async with self.guard.begin() as unit:
            context: dict[str, Any] = {
                "rows": await failures.lost(unit.db, unit.now, MOST),
                "silences": await failures.silences(unit.db, MOST),
                "requests": await failures.requests(unit.db, unit.now - REQUESTS_FOR),
            }
        return self.guard.pages.show("deliveries.html", visitor, request, **context, form=str(uuid4()))

    async def retry(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        delivery = request.path_params["delivery"]
        async with self.guard.begin() as unit:
            await failing.retry(unit, coordinator_of(visitor), word(form, "form"), delivery)
        return RedirectResponse("/deliveries", 303)

    async def lift(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        name = request.path_params["name"]
        if not NAME.fullmatch(name):
            raise HTTPException(404)
        async with self.guard.begin() as unit:
            await failing.lift(unit, coordinator_of(visitor), word(form, "form"), name)
        return RedirectResponse("/deliveries", 303)

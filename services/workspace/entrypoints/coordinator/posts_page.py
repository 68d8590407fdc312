"""`To post`: answers for a group, where no program may post: copied, pasted there, and said to stand."""

from __future__ import annotations

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
from services.workspace.handlers import posting
from services.workspace.store.coordinator import group_posts

MOST = 100
REQUESTS_FOR = timedelta(hours=1)


@dataclass(frozen=True)
class PostsPage:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        return [
            self.guard.get("/posts", "steer the network", self.show),
            self.guard.post("/posts/{delivery:uuid}", "steer the network", self.posted),
        ]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        async with self.guard.begin() as unit:
            context: dict[str, Any] = {
                "rows": await group_posts.waiting(unit.db, MOST),
                "requests": await group_posts.requests(unit.db, unit.now - REQUESTS_FOR),
            }
        return self.guard.pages.show("posts.html", visitor, request, **context, form=str(uuid4()))

    async def posted(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        delivery = request.path_params["delivery"]
        url = "".join(word(form, "url").split()) or None
        async with self.guard.begin() as unit:
            question = await group_posts.question_of(unit.db, delivery)
            if question is None:
                raise HTTPException(404)
            await posting.ask_posted(
                unit, coordinator_of(visitor), word(form, "form"), delivery, question, url
            )
        return RedirectResponse("/posts", 303)

"""A route that FastAPI describes and does not serve: its layers cost as much as making a question."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from pydantic import TypeAdapter, ValidationError
from starlette.routing import request_response

ServeRequest = Callable[[Request], Awaitable[Response]]


class ServedRoute(APIRoute):
    """`endpoint` is what the OpenAPI document shows; `serve` reads what that takes, and calls it."""

    def __init__(
        self, serve: ServeRequest, path: str, endpoint: Callable[..., Any], **described: Any
    ) -> None:
        super().__init__(path, endpoint, **described)
        self.app = request_response(serve)


def faults_in(kind: TypeAdapter[Any], value: object, *place: str) -> Sequence[dict[str, Any]]:
    """What is wrong with it, as FastAPI says where."""
    try:
        kind.validate_python(value, from_attributes=True)
    except ValidationError as error:
        found = error.errors(include_url=False)
        return [{**fault, "loc": (*place, *fault["loc"])} for fault in found]
    return []

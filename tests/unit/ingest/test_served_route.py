"""What serves itself says what is wrong with a question in FastAPI's own words."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.ingest.entrypoints.http.api.questions import Key, read_question
from services.ingest.entrypoints.http.body import ReadableQuestion

BODIES: list[dict[str, Any]] = [
    {},
    {"text": "Où ?"},
    {"text": ""},
    {"text": 3, "place": {"postcode": "?"}, "asked_at": 0},
    {"text": "Où ?", "asker": {"mail": "nobody"}, "language": "xx"},
    {"text": "Où ?", "asker": [], "wrong": 1},
]


async def as_fastapi_says(body: dict[str, Any], key: str | None) -> list[Any]:
    app = FastAPI()
    said: list[Any] = []

    async def note(_request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        said.extend(error.errors())
        return JSONResponse({}, 422)

    async def ask(sent: ReadableQuestion, idempotency_key: Key = None) -> None:
        """As the API's own."""

    app.add_api_route("/", ask, methods=["POST"])
    app.add_exception_handler(RequestValidationError, note)
    headers = {} if key is None else {"idempotency-key": key}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://door") as client:
        await client.post("/", json=body, headers=headers)
    return said


def as_we_say(body: dict[str, Any], key: str | None) -> list[Any]:
    try:
        read_question(body, key)
    except RequestValidationError as error:
        return list(error.errors())
    return []


def without_causes(faults: list[Any]) -> list[Any]:
    """Errors that a validator raised are told apart by their words."""
    return [{**fault, "ctx": str(fault.get("ctx"))} for fault in faults]


@pytest.mark.parametrize("body", BODIES, ids=str)
@pytest.mark.parametrize("key", [None, "one", "", "k" * 201], ids=lambda key: f"{key}"[:5])
async def test_a_fault_is_told_as_fastapi_tells_it(body: dict[str, Any], key: str | None) -> None:
    assert without_causes(as_we_say(body, key)) == without_causes(await as_fastapi_says(body, key))

"""Refusals as RFC 9457 problem details: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from math import ceil
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from services.chassis.errors import is_transient
from services.ingest.domain.intake import QuestionEnded, Refused, ReusedKey, UnknownQuestion
from services.ingest.entrypoints.http.limits import TooMany
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.entrypoints.http.pause import Paused
from services.ingest.handlers.caps import OverCap

MEDIA_TYPE = "application/problem+json"
PAGES = {
    404: "not_found",
    405: "not_found",
    413: "too_large",
    500: "too_busy",
    503: "too_busy",
}
"""Status → the words shown to people."""


class Problem(BaseModel):
    """RFC 9457. `errors` names each field at fault as a JSON Pointer."""

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["text: String should have at least 1 character"])
    errors: list[dict[str, str]] = Field(
        default_factory=list, examples=[[{"pointer": "/text", "detail": "…"}]]
    )


MEANINGS = {
    400: "The body is no JSON",
    401: "No key was shown, or one that is unknown or revoked",
    404: "No such question, or none that you were asked",
    409: "The question is over, or this Idempotency-Key came before with another body",
    413: "The body is too large",
    422: "A field is at fault: `errors` says which and why",
    429: "More than the limit that `detail` names; come back after `Retry-After` seconds",
    503: "Storage is away or the network pauses; come back after `Retry-After` seconds",
}
RETRY_AFTER = {"Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer"}}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For the OpenAPI document: these statuses come with a problem."""
    content = {MEDIA_TYPE: {"schema": Problem.model_json_schema()}}
    return {
        status: {
            "description": MEANINGS[status],
            "content": content,
            "headers": RETRY_AFTER if status in (429, 503) else {},
        }
        for status in statuses
    }


def problem(
    status: int, detail: str, *, errors: Sequence[dict[str, str]] = (), headers: dict[str, str] | None = None
) -> Response:
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors))
    content = body.model_dump(exclude_defaults=False)
    return JSONResponse(content, status, headers=headers, media_type=MEDIA_TYPE)


def status_of(refusal: Refused) -> int:
    if isinstance(refusal, UnknownQuestion):
        return HTTPStatus.NOT_FOUND
    if isinstance(refusal, QuestionEnded | ReusedKey):
        return HTTPStatus.CONFLICT
    return HTTPStatus.UNPROCESSABLE_ENTITY


def answers_with_problems(app: FastAPI, pages: SitePages) -> None:
    """Whatever goes wrong behind this application is said as a problem to programs, as a page to people."""

    def answer(request: Request, told: Response) -> Response:
        if request.url.path.startswith("/api/"):
            return told
        name = PAGES.get(told.status_code, "not_taken")
        shown = pages.message(pages.words(request), name, told.status_code)
        if "retry-after" in told.headers:
            shown.headers["retry-after"] = told.headers["retry-after"]
        return shown

    async def refused(request: Request, error: Exception) -> Response:
        return answer(request, _refused(error))

    async def invalid(request: Request, error: Exception) -> Response:
        return answer(request, _invalid(error))

    async def http(request: Request, error: Exception) -> Response:
        return answer(request, _http(error))

    async def failed(request: Request, error: Exception) -> Response:
        return answer(request, _failed(error))

    async def paused(request: Request, error: Exception) -> Response:
        notice = error.notice if isinstance(error, Paused) else ""
        told = problem(503, notice, headers={"retry-after": "3600"})
        if request.url.path.startswith("/api/"):
            return told
        words = pages.words(request)
        return pages.show("message.html", words, status=503, heading=words["paused"], text=notice)

    async def too_many(request: Request, error: Exception) -> Response:
        """The limit, and when to come back."""
        if not isinstance(error, TooMany | OverCap):
            raise error
        wait = {"retry-after": str(error.wait_seconds)}
        if request.url.path.startswith("/api/"):
            return problem(429, str(error), headers=wait)
        words = pages.words(request)
        shown = pages.show(
            "message.html", words, status=429, heading=words["too_many"], text=in_words(error, words)
        )
        shown.headers.update(wait)
        return shown

    app.add_exception_handler(Refused, refused)
    app.add_exception_handler(TooMany, too_many)
    app.add_exception_handler(OverCap, too_many)
    app.add_exception_handler(Paused, paused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(Exception, failed)


def in_words(error: TooMany | OverCap, words: Mapping[str, Any]) -> str:
    """For people, in the language of `words`."""
    if isinstance(error, OverCap):
        return str(words[f"too_many_{error.cap}"].format(count=error.count, most=error.most))
    limit, minutes = error.limit, ceil(error.wait_seconds / 60)
    sentence = words["too_many_address"]
    return str(sentence.format(burst=limit.burst, per_hour=f"{limit.per_hour:g}", minutes=minutes))


def _refused(error: Exception) -> Response:
    if not isinstance(error, Refused):
        raise error
    named = [{"pointer": _pointer([error.field]), "detail": error.reason}] if error.field else []
    return problem(status_of(error), str(error), errors=named)


def _invalid(error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    faults: Sequence[Any] = error.errors()
    named = [{"pointer": _pointer(fault["loc"][1:]), "detail": str(fault["msg"])} for fault in faults]
    detail = "; ".join(f"{one['pointer'] or 'body'}: {one['detail']}" for one in named[:5])
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=named)


def _http(error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))


def _failed(error: Exception) -> Response:
    if is_transient(error):
        return problem(503, "storage is away for the moment", headers={"retry-after": "5"})
    return problem(500, "our fault; it is logged")


def _pointer(parts: Sequence[object]) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)

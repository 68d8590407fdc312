"""Refusals as RFC 9457 problem details: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from services.chassis.errors import is_transient
from services.ingest.domain.intake import QuestionEnded, Refused, UnknownQuestion

MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """RFC 9457. `errors` names each field at fault as a JSON Pointer."""

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["text: String should have at least 1 character"])
    errors: list[dict[str, str]] = Field(
        default_factory=list, examples=[[{"pointer": "/text", "detail": "…"}]]
    )


def problem(
    status: int, detail: str, *, errors: Sequence[dict[str, str]] = (), headers: dict[str, str] | None = None
) -> Response:
    body = Problem(title=HTTPStatus(status).phrase, status=status, detail=detail, errors=list(errors))
    content = body.model_dump(exclude_defaults=False)
    return JSONResponse(content, status, headers=headers, media_type=MEDIA_TYPE)


def status_of(refusal: Refused) -> int:
    if isinstance(refusal, UnknownQuestion):
        return HTTPStatus.NOT_FOUND
    return HTTPStatus.CONFLICT if isinstance(refusal, QuestionEnded) else HTTPStatus.UNPROCESSABLE_ENTITY


def answers_with_problems(app: FastAPI) -> None:
    """Whatever goes wrong behind this application is said as a problem."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _failed)


async def _refused(_request: Request, error: Exception) -> Response:
    if not isinstance(error, Refused):
        raise error
    named = [{"pointer": _pointer([error.field]), "detail": error.reason}] if error.field else []
    return problem(status_of(error), str(error), errors=named)


async def _invalid(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RequestValidationError):
        raise error
    faults: Sequence[Any] = error.errors()
    named = [{"pointer": _pointer(fault["loc"][1:]), "detail": str(fault["msg"])} for fault in faults]
    detail = "; ".join(f"{one['pointer'] or 'body'}: {one['detail']}" for one in named[:5])
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=named)


async def _http(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    return problem(error.status_code, str(error.detail), headers=dict(error.headers or {}))


async def _failed(_request: Request, error: Exception) -> Response:
    if is_transient(error):
        return problem(503, "storage is away for the moment", headers={"retry-after": "5"})
    return problem(500, "our fault; it is logged")


def _pointer(parts: Sequence[object]) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)

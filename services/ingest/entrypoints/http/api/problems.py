"""Refusals as RFC 9457 problem details: what is wrong, where, and what to do."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from math import ceil
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response

from services.chassis.errors import is_transient
from services.chassis.language import N_, Translator
from services.contracts.faults import faults_of
from services.ingest.domain.intake import (
    NotAnswered,
    OverCap,
    QuestionEnded,
    Refused,
    ReusedKey,
    UnknownQuestion,
)
from services.ingest.entrypoints.http.limits import TooMany
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.entrypoints.http.pause import Paused

MEDIA_TYPE = "application/problem+json"
NOT_FOUND = (
    N_("There is no such page"),
    N_("The address is incomplete, or the question was erased. Use the whole link from the e-mail."),
)
TOO_BUSY = (
    N_("One moment, please"),
    N_("We cannot store anything just now. Your browser keeps the text: try again in a minute."),
)
OUR_FAULT = (
    N_("Something went wrong on our side"),
    N_("It is noted. Your browser keeps the text: go back, and try again in a few minutes."),
)
TOO_LARGE = (
    N_("This is too large to send"),
    N_(
        "Go back: your browser keeps what you wrote. Three files at most are taken, of 10 MB each; a smaller"
        " photo will do."
    ),
)
NOT_TAKEN = (N_("This could not be stored"), N_("Go back, check and send again."))
PAGES = {404: NOT_FOUND, 405: NOT_FOUND, 413: TOO_LARGE, 500: OUR_FAULT, 503: TOO_BUSY}
"""Status → heading and text shown to people."""
CAPS = {
    "hour": N_(
        "You asked %(count)s questions within an hour; %(most)s at most are taken. Come back in an hour:"
        " your browser keeps your text."
    ),
    "open": N_(
        "You have %(count)s open questions; %(most)s at most are taken. Come back when one of them is"
        " answered: your browser keeps your text."
    ),
    "question": N_(
        "%(count)s messages about this question within an hour; %(most)s at most are passed on. Come back in"
        " an hour: your browser keeps your text."
    ),
}


class Problem(BaseModel):
    """RFC 9457. `errors` names each field at fault as a JSON Pointer."""

    type: str = Field(default="about:blank", examples=["about:blank"])
    title: str = Field(examples=["Unprocessable Content"])
    status: int = Field(examples=[422])
    detail: str = Field(examples=["/text: must hold at least 1 character(s)"])
    errors: list[dict[str, str]] = Field(
        default_factory=list, examples=[[{"pointer": "/text", "detail": "…"}]]
    )


MEANINGS = {
    400: "The body is no JSON: `detail` says where, by line and column",
    401: "No key was shown, or one that is unknown or revoked",
    404: "No such question, or none that you were asked",
    409: "The question is over, or this Idempotency-Key came before with another body",
    413: "The body is too large",
    415: "The content is not said to be JSON",
    422: "A field is at fault: `errors` says which and why",
    429: "More than the limit that `detail` names; come back after `Retry-After` seconds",
    503: "Storage is away or the network pauses; come back after `Retry-After` seconds",
}
UNSAID = {
    404: "no such address; those that there are stand at /api/docs",
    405: "this method does nothing here; this address takes {allow}",
}
"""Where only the status is known."""
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
    if isinstance(refusal, NotAnswered | QuestionEnded | ReusedKey):
        return HTTPStatus.CONFLICT
    return HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True, slots=True)
class Refusals:
    """Whatever goes wrong behind the application is said as a problem to programs, as a page to people."""

    pages: SitePages

    def handlers(self) -> Mapping[type[Exception], Callable[[Request, Exception], Awaitable[Response]]]:
        return {
            Refused: self.refused,
            TooMany: self.too_many,
            OverCap: self.too_many,
            Paused: self.paused,
            RequestValidationError: self.invalid,
            HTTPException: self.http,
            Exception: self.failed,
        }

    async def refused(self, request: Request, error: Exception) -> Response:
        return self._answer(request, _refused(error))

    async def invalid(self, request: Request, error: Exception) -> Response:
        return self._answer(request, _invalid(error, _model_of(request)))

    async def http(self, request: Request, error: Exception) -> Response:
        return self._answer(request, _http(error))

    async def failed(self, request: Request, error: Exception) -> Response:
        return self._answer(request, _failed(error))

    async def paused(self, request: Request, error: Exception) -> Response:
        notice = error.notice if isinstance(error, Paused) else ""
        if is_program(request):
            return problem(503, notice, headers={"retry-after": "3600"})
        words = self.pages.words(request)
        heading = words.gettext("The network is pausing")
        return self.pages.show("message.html", words, status=503, heading=heading, text=notice, paused=True)

    async def too_many(self, request: Request, error: Exception) -> Response:
        """The limit, and when to come back."""
        if not isinstance(error, TooMany | OverCap):
            raise error
        wait = {"retry-after": str(error.wait_seconds)}
        if is_program(request):
            return problem(429, str(error), headers=wait)
        words = self.pages.words(request)
        heading, text = words.gettext("Too much in a short time"), in_words(error, words)
        shown = self.pages.show("message.html", words, status=429, heading=heading, text=text)
        shown.headers.update(wait)
        return shown

    def _answer(self, request: Request, told: Response) -> Response:
        if is_program(request):
            return told
        said = PAGES.get(told.status_code, NOT_TAKEN)
        shown = self.pages.message(self.pages.words(request), *said, told.status_code)
        if "retry-after" in told.headers:
            shown.headers["retry-after"] = told.headers["retry-after"]
        return shown


def is_program(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def too_large(pages: SitePages) -> Callable[[Request, int], Response]:
    """For a body that is refused before anything reads it."""

    def answer(request: Request, most: int) -> Response:
        if is_program(request):
            return problem(413, f"at most {most} bytes; send less, or files one by one")
        return pages.message(pages.words(request), *TOO_LARGE, 413)

    return answer


def in_words(error: TooMany | OverCap, words: Translator) -> str:
    """For people, in the language of `words`."""
    if isinstance(error, OverCap):
        return words.gettext(CAPS[error.cap], count=error.count, most=error.most)
    limit, minutes = error.limit, ceil(error.wait_seconds / 60)
    return words.gettext(
        "From your connection, %(burst)s at once and %(per_hour)s an hour are taken. Come back in"
        " %(minutes)s min: your browser keeps your text.",
        burst=limit.burst,
        per_hour=words.number(limit.per_hour),
        minutes=minutes,
    )


def _refused(error: Exception) -> Response:
    if not isinstance(error, Refused):
        raise error
    if isinstance(error, ReusedKey):
        return problem(status_of(error), f"Idempotency-Key: {error.reason}")
    named = [{"pointer": _pointer(error.field.split(".")), "detail": error.reason}] if error.field else []
    return problem(status_of(error), str(error), errors=named)


def _invalid(error: Exception, model: type[BaseModel] | None) -> Response:
    """`model`: what the body was to be."""
    if not isinstance(error, RequestValidationError):
        raise error
    body = [fault | {"loc": fault["loc"][1:]} for fault in error.errors()]
    faults = faults_of(body, model)
    named = [{"pointer": fault.pointer, "detail": fault.reason} for fault in faults]
    detail = "; ".join(f"{one['pointer'] or 'body'}: {one['detail']}" for one in named[:5])
    return problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail, errors=named)


def _model_of(request: Request) -> type[BaseModel] | None:
    """What the route reads from the body."""
    body = getattr(request.scope.get("route"), "body_field", None)
    kind = body.field_info.annotation if body is not None else None
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _http(error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    headers = {name.lower(): value for name, value in (error.headers or {}).items()}
    detail = str(error.detail)
    if detail == HTTPStatus(error.status_code).phrase:  # the framework's own word
        detail = UNSAID.get(error.status_code, detail).format(allow=headers.get("allow", "another method"))
    return problem(error.status_code, detail, headers=headers)


def _failed(error: Exception) -> Response:
    if is_transient(error):
        return problem(503, "storage is away for the moment", headers={"retry-after": "5"})
    return problem(500, "our fault; it is logged")


def _pointer(parts: Sequence[object]) -> str:
    """RFC 6901."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)

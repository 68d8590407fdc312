"""Logs: one JSON object a line, with the question, event and trace that the line is about.

Never log a text or an address: ids are enough to find both.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from types import MappingProxyType
from typing import Any

import asyncpg
from pydantic import ValidationError
from pythonjsonlogger.json import JsonFormatter

from services.chassis.telemetry import trace

log = logging.getLogger(__name__)

_about: ContextVar[Mapping[str, object]] = ContextVar("about", default=MappingProxyType({}))


class about:
    """Name what the lines inside are about: `about(question=…, event=…)`."""

    __slots__ = ("_ids", "_token")

    def __init__(self, **ids: object) -> None:
        self._ids = {name: value for name, value in ids.items() if value is not None}

    def __enter__(self) -> None:
        self._token = _about.set({**_about.get(), **self._ids})

    def __exit__(self, *_failure: object) -> None:
        _about.reset(self._token)


class _Context(logging.Filter):
    def __init__(self, service: str) -> None:
        super().__init__()
        self._service = service

    def filter(self, record: logging.LogRecord) -> bool:
        record.__dict__["service"] = self._service
        record.__dict__.update({name: str(value) for name, value in _about.get().items()})
        if (trace_id := trace.trace_id(trace.current())) is not None:
            record.__dict__["trace"] = trace_id
        return True


class _Discreet(JsonFormatter):
    """Tracebacks without the values that a database or a contract refused: somebody wrote them."""

    def formatException(self, ei: Any) -> str:
        return _without_values("".join(super().formatException(ei)), ei[1])


def _without_values(text: str, error: BaseException | None) -> str:
    for said in _values(error, set()):
        text = text.replace(said, "(value withheld)")
    return text


def _values(error: BaseException | None, seen: set[int]) -> Iterator[str]:
    """What such errors in this chain say."""
    if error is None or id(error) in seen:
        return
    seen.add(id(error))
    if isinstance(error, (asyncpg.DataError, asyncpg.IntegrityConstraintViolationError, ValidationError)):
        yield str(error)
    inner = error.exceptions if isinstance(error, BaseExceptionGroup) else ()
    for one in (error.__cause__, error.__context__, *inner):
        yield from _values(one, seen)


def configure(service: str, level: str) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(_Context(service))
    handler.setFormatter(
        _Discreet(
            "%(levelname)s %(name)s %(message)s",
            rename_fields={"levelname": "level", "name": "logger"},
            timestamp="time",
            json_ensure_ascii=False,
        )
    )
    logging.root.handlers[:] = [handler]
    _set(level)


def switch(usual: str) -> None:
    """To DEBUG, and the next time back to the usual level."""
    level = usual if logging.root.level == logging.DEBUG else "DEBUG"
    _set("DEBUG")
    log.warning("log level is %s", level)
    _set(level)


def _set(level: str) -> None:
    logging.root.setLevel(level)
    for chatty in ("aio_pika", "httpx", "httpcore", "uvicorn.error", "mail.log"):
        logging.getLogger(chatty).setLevel(max(logging.WARNING, logging.root.level))
    # The link says itself, once, that the broker is away.
    logging.getLogger("aiormq").setLevel(logging.CRITICAL)

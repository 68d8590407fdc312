"""Logs: one JSON object a line, with the question, event and trace that the line is about.

Never log a text or an address: ids are enough to find both.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from contextvars import ContextVar
from types import MappingProxyType

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


def configure(service: str, level: str) -> None:
    handler = logging.StreamHandler(sys.stdout)
    handler.addFilter(_Context(service))
    handler.setFormatter(
        JsonFormatter(
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

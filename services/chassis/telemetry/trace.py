"""W3C Trace Context (www.w3.org/TR/trace-context, version 00), from the door to the publication."""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

_TRACEPARENT = re.compile(r"00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")

_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def new() -> str:
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"


def child(parent: str | None) -> str:
    """A new span of the parent's trace, or of a new trace."""
    if parent is None or not _TRACEPARENT.fullmatch(parent):
        return new()
    return f"{parent[:36]}{secrets.token_hex(8)}{parent[52:]}"


def current() -> str | None:
    return _current.get()


def trace_id(traceparent: str | None) -> str | None:
    return traceparent[3:35] if traceparent else None


class span:
    """Everything logged and announced inside belongs to this span, a child of `parent`."""

    __slots__ = ("_token", "_traceparent")

    def __init__(self, parent: str | None) -> None:
        self._traceparent = child(parent)

    def __enter__(self) -> str:
        self._token = _current.set(self._traceparent)
        return self._traceparent

    def __exit__(self, *_failure: object) -> None:
        _current.reset(self._token)

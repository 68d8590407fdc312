"""A log says what failed and where, never what somebody wrote."""

from __future__ import annotations

import io
import json
import logging

import asyncpg
import pytest
from pydantic import BaseModel, ValidationError

from services.chassis.telemetry import log


class Fact(BaseModel):
    number: int


def logged(error: BaseException) -> str:
    """One line of the service's log about it."""
    kept, handlers, level = io.StringIO(), logging.root.handlers[:], logging.root.level
    try:
        log.configure("test", "INFO")
        handler = logging.root.handlers[0]
        assert isinstance(handler, logging.StreamHandler)
        handler.setStream(kept)
        logging.getLogger("tests").error("it failed", exc_info=error)
    finally:
        logging.root.handlers[:] = handlers
        logging.root.setLevel(level)
    return kept.getvalue()


def refused(text: str) -> ValidationError:
    with pytest.raises(ValidationError) as caught:
        Fact.model_validate({"number": text})
    return caught.value


def test_values_that_were_refused_are_not_written_down() -> None:
    outer = RuntimeError("a fault of ours")
    outer.__context__ = refused("jeanne@mail.example")
    outer.__context__.__context__ = asyncpg.DataError("invalid input for $4: 'jeanne@mail.example'")
    line = logged(outer)
    assert "jeanne" not in line
    told = json.loads(line)["exc_info"]
    assert [name for name in ("DataError", "ValidationError", "a fault of ours") if name not in told] == []


def test_other_errors_say_what_they_say() -> None:
    assert "no such queue" in logged(LookupError("no such queue"))

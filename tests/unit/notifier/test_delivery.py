"""Promises about one thing to send: when it is tried again, when it is given up, what it is called."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.domain.delivery import (
    LONGEST_WAIT,
    PATIENCE,
    Failed,
    delivery_id,
    growing_wait,
    next_attempt,
    without_addresses,
)

DECIDED = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
QUESTION = UUID("01935c2e-7a00-7000-8000-000000000001")
AWAY = Failed("connection refused")


def test_waits_grow_from_seconds_to_hours() -> None:
    waits = [growing_wait(attempt) for attempt in range(1, 12)]
    assert waits == sorted(waits)
    assert waits[0] == timedelta(seconds=2)
    assert waits[-1] == LONGEST_WAIT


@given(st.integers(1, 10_000), st.floats(0, 1, exclude_max=True))
def test_next_attempt_is_always_ahead_and_never_farther_than_a_working_day(
    attempts: int, roll: float
) -> None:
    moment = next_attempt(attempts, DECIDED, DECIDED, AWAY, roll)
    assert moment is not None
    assert DECIDED < moment <= DECIDED + 1.5 * LONGEST_WAIT


def test_a_long_outage_of_the_receiver_does_not_put_off_what_was_tried_most() -> None:
    gone = Failed("connection refused", unwell=True, unreached=True)
    assert next_attempt(40, DECIDED, DECIDED, gone, 0.5) == DECIDED + timedelta(seconds=2)
    assert next_attempt(40, DECIDED, DECIDED + PATIENCE, gone, 0.5) is None


def test_what_failed_together_does_not_come_back_together() -> None:
    moments = {next_attempt(4, DECIDED, DECIDED, AWAY, roll / 10) for roll in range(10)}
    assert len(moments) == 10


def test_given_up_after_three_days_and_not_before() -> None:
    just_before = DECIDED + PATIENCE - timedelta(seconds=1)
    assert next_attempt(20, DECIDED, just_before, AWAY, 0.5) is not None
    assert next_attempt(20, DECIDED, DECIDED + PATIENCE, AWAY, 0.5) is None


def test_given_up_at_once_when_the_receiver_never_will() -> None:
    assert next_attempt(1, DECIDED, DECIDED, Failed("no such mailbox", final=True), 0.5) is None


def test_comes_back_when_the_receiver_said() -> None:
    busy = Failed("429", retry_after=timedelta(minutes=10))
    assert next_attempt(1, DECIDED, DECIDED, busy, 0.5) == DECIDED + timedelta(minutes=10)


def test_a_receiver_can_not_put_us_off_for_days() -> None:
    busy = Failed("429", retry_after=timedelta(days=30))
    assert next_attempt(1, DECIDED, DECIDED, busy, 0.5) == DECIDED + LONGEST_WAIT


def test_same_thing_to_send_has_the_same_id() -> None:
    assert delivery_id(QUESTION, "answer", 1) == delivery_id(QUESTION, "answer", 1)
    assert delivery_id(QUESTION, "answer", 1) != delivery_id(QUESTION, "answer", 2)


@pytest.mark.parametrize("address", ["jo.doe@example.org", "jo.doe/rh@example.org", "jo@localhost"])
def test_errors_hold_no_address(address: str) -> None:
    assert without_addresses(f"550 <{address}>:\r\n unknown") == "550 <<address>>: unknown"

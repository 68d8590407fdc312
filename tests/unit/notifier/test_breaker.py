"""Promises about sparing a receiver that is unwell: an outage is one outage; one try asks if it is over."""

from __future__ import annotations

from services.notifier.domain.circuit_breaker import (
    FAILURES_TO_REST,
    FIRST_REST_SECONDS,
    LONGEST_REST_SECONDS,
    Receiver,
)

AT_ONCE = 32


def down(receiver: Receiver, now: float, tries: int = AT_ONCE) -> None:
    """So many tries begin together and all fail."""
    for _ in range(tries):
        receiver.began()
    for _ in range(tries):
        receiver.ended(now, well=False)


def probe(receiver: Receiver, now: float, *, well: bool) -> None:
    assert receiver.seconds_to_wait(now) == 0
    receiver.began()
    receiver.ended(now, well=well)


def test_tries_that_failed_together_are_one_outage() -> None:
    few, many = Receiver(AT_ONCE), Receiver(AT_ONCE)
    down(few, 0.0, FAILURES_TO_REST)
    down(many, 0.0, AT_ONCE)
    assert few.seconds_to_wait(0.0) == many.seconds_to_wait(0.0) == FIRST_REST_SECONDS


def test_a_few_failures_are_no_outage() -> None:
    receiver = Receiver(AT_ONCE)
    down(receiver, 0.0, FAILURES_TO_REST - 1)
    assert receiver.seconds_to_wait(0.0) == 0


def test_after_a_rest_one_goes_ahead_and_the_others_wait_for_its_outcome() -> None:
    receiver = Receiver(AT_ONCE)
    down(receiver, 0.0)
    receiver.began()
    assert receiver.seconds_to_wait(FIRST_REST_SECONDS) > 0
    receiver.ended(FIRST_REST_SECONDS, well=True)
    assert receiver.seconds_to_wait(FIRST_REST_SECONDS) == 0


def test_each_probe_in_vain_doubles_the_rest_up_to_a_minute() -> None:
    receiver, now, rests = Receiver(AT_ONCE), 0.0, []
    down(receiver, now)
    for _ in range(8):
        rests.append(receiver.seconds_to_wait(now))
        now += rests[-1]
        probe(receiver, now, well=False)
    assert rests[:4] == [2, 4, 8, 16]
    assert rests[-1] == LONGEST_REST_SECONDS


def test_the_next_outage_begins_with_a_short_rest_again() -> None:
    receiver = Receiver(AT_ONCE)
    down(receiver, 0.0)
    probe(receiver, 2.0, well=False)
    probe(receiver, 6.0, well=True)
    down(receiver, 10.0)
    assert receiver.seconds_to_wait(10.0) == FIRST_REST_SECONDS


def test_no_more_than_allowed_at_once() -> None:
    receiver = Receiver(most_at_once=2)
    receiver.began()
    assert receiver.seconds_to_wait(0.0) == 0
    receiver.began()
    assert receiver.seconds_to_wait(0.0) > 0

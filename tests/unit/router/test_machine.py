"""A question's life as one explicit machine, and its drawing in the docs."""

from __future__ import annotations

from pathlib import Path

import pytest

import services
from services.router.domain.question.state_machine import (
    TABLE,
    ImpossibleMove,
    Move,
    State,
    after,
    drawing,
    is_open,
)

DOCS = Path(services.__path__[0]).parent / "docs" / "routing.md"


def test_the_docs_draw_the_machine_as_it_is() -> None:
    assert drawing() in DOCS.read_text("utf-8")


def test_every_state_can_be_reached() -> None:
    reached, found = {State.RECEIVED}, {State.RECEIVED}
    while found:
        found = {target for state in found for target in TABLE[state].values()} - reached
        reached |= found
    assert reached == set(State)


def test_every_open_question_has_a_next_step_or_the_coordinator() -> None:
    for state in filter(is_open, State):
        assert {Move.ASSIGN, Move.GIVE_UP} <= set(TABLE[state])


def test_what_was_withdrawn_stays_so() -> None:
    assert TABLE[State.WITHDRAWN] == {}


def test_an_impossible_move_says_what_is_possible() -> None:
    with pytest.raises(ImpossibleMove, match="answered allows reopen, withdraw, follow up, add; not: assign"):
        after(State.ANSWERED, Move.ASSIGN)

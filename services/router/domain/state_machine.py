"""A question's life as one explicit machine. `docs/routing.md` draws it from this table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    RECEIVED = "received"
    ASSIGNED = "assigned"
    TAKEN = "taken"
    ANSWERED = "answered"
    REOPENED = "reopened"
    UNROUTABLE = "unroutable"
    OUT_OF_SCOPE = "out_of_scope"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    ASSIGN = "assign"  # a partner is asked; whoever had it before has it no longer
    TAKE = "take"  # the partner says: we are on it
    GIVE_UP = "give up"  # nobody is left to ask: the coordinator's
    ANSWER = "answer"
    CLOSE = "close"  # out of scope, by a person's hand
    REOPEN = "reopen"
    WITHDRAW = "withdraw"  # the asker's wish


_OPEN = {
    Move.ASSIGN: State.ASSIGNED,
    Move.GIVE_UP: State.UNROUTABLE,
    Move.ANSWER: State.ANSWERED,
    Move.CLOSE: State.OUT_OF_SCOPE,
    Move.WITHDRAW: State.WITHDRAWN,
}
_ENDED = {Move.REOPEN: State.REOPENED, Move.WITHDRAW: State.WITHDRAWN}

TABLE: Mapping[State, Mapping[Move, State]] = MappingProxyType(
    {
        State.RECEIVED: _OPEN,
        State.ASSIGNED: {**_OPEN, Move.TAKE: State.TAKEN},
        State.TAKEN: _OPEN,
        State.REOPENED: _OPEN,
        State.UNROUTABLE: _OPEN,
        State.ANSWERED: _ENDED,
        State.OUT_OF_SCOPE: _ENDED,
        State.WITHDRAWN: {},
    }
)


class ImpossibleMove(ValueError):
    """The state does not allow it."""


def after(state: State, move: Move) -> State:
    """Raises ImpossibleMove, naming what the state does allow."""
    if move not in TABLE[state]:
        allowed = ", ".join(TABLE[state]) or "nothing"
        raise ImpossibleMove(f"a question that is {state} allows {allowed}; not: {move}")
    return TABLE[state][move]


def is_open(state: State) -> bool:
    """Whether an answer would still count."""
    return Move.ANSWER in TABLE[state]


def drawing() -> str:
    """The machine as a Mermaid state diagram."""
    arrows = [
        f"    {state} --> {target}: {move}"
        for state, moves in TABLE.items()
        for move, target in moves.items()
    ]
    return "\n".join(["stateDiagram-v2", "    [*] --> received", *arrows, "    withdrawn --> [*]"])

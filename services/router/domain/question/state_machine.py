"""A question's life as one explicit machine. `docs/routing.md` draws it from this table."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class State(StrEnum):
    RECEIVED = "received"
    ASSIGNED = "assigned"
    TAKEN = "taken"
    WAITING_FOR_ASKER = "waiting_for_asker"
    ANSWERED = "answered"
    FOLLOWED_UP = "followed_up"
    NO_REPLY = "no_reply"
    REOPENED = "reopened"
    UNROUTABLE = "unroutable"
    OUT_OF_SCOPE = "out_of_scope"
    WITHDRAWN = "withdrawn"


class Move(StrEnum):
    ASSIGN = "assign"  # a partner is asked; whoever had it before has it no longer
    TAKE = "take"  # the partner says: we are on it
    PUT_BACK = "put back"  # it is not on it after all, but still has it
    ASK_BACK = "ask back"  # the partner asks the asker: the clocks stand still
    REPLY = "reply"  # the asker wrote: the clocks run again
    EXPIRE = "expire"  # the asker did not reply in the network's term
    FOLLOW_UP = "follow up"  # the asker wrote after the answer: a partner is to see to it
    ADD = "add"  # a further message of a partner that answered, or a correction
    RESOLVE = "resolve"  # the follow-up needs no message, says a person
    GIVE_UP = "give up"  # nobody is left to ask: the coordinator's
    ANSWER = "answer"
    CLOSE = "close"  # out of scope, by the coordinator
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
_ANSWERED = {**_ENDED, Move.FOLLOW_UP: State.FOLLOWED_UP, Move.ADD: State.ANSWERED}
_HELD = {**_OPEN, Move.ASK_BACK: State.WAITING_FOR_ASKER}

TABLE: Mapping[State, Mapping[Move, State]] = MappingProxyType(
    {
        State.RECEIVED: _OPEN,
        State.ASSIGNED: {**_HELD, Move.TAKE: State.TAKEN},
        State.TAKEN: {**_HELD, Move.PUT_BACK: State.ASSIGNED},
        State.WAITING_FOR_ASKER: {**_HELD, Move.REPLY: State.TAKEN, Move.EXPIRE: State.NO_REPLY},
        State.REOPENED: _OPEN,
        State.UNROUTABLE: _OPEN,
        State.ANSWERED: _ANSWERED,
        State.FOLLOWED_UP: {**_ANSWERED, Move.RESOLVE: State.ANSWERED},
        State.NO_REPLY: _ENDED,
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

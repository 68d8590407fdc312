"""What a coordinator may ask of a question as it stands, and what that takes."""

from __future__ import annotations

from typing import Literal, get_args

from services.workspace.domain.read_model import QuestionReadModel

SteeringAction = Literal["assign", "extend", "route", "take_back", "close", "resolve", "reopen", "spam"]
STEERING: tuple[SteeringAction, ...] = get_args(SteeringAction)

SEVERAL: tuple[SteeringAction, ...] = ("assign", "extend", "route", "close")
"""What may be asked of many at once."""

Need = Literal["unroutable", "broken", "today", "waiting", "running", "ended"]
NEEDS: tuple[Need, ...] = get_args(Need)

_OPEN: tuple[SteeringAction, ...] = ("assign", "extend", "route", "take_back", "close", "spam")
_NOT_HELD: tuple[SteeringAction, ...] = ("assign", "extend", "route", "close", "spam")
_FOLLOWED_UP: tuple[SteeringAction, ...] = ("assign", "resolve", "reopen")


def possible(known: QuestionReadModel) -> tuple[SteeringAction, ...]:
    """As far as is known here; the router has the last word."""
    if known.state == "withdrawn":  # nobody waits for anything
        return ()
    if known.erased:
        return _ending(known)
    if known.state in ("answered", "closed"):
        return ("reopen",)
    if _is_followed_up(known):
        return ("take_back", *_FOLLOWED_UP) if known.holder else _FOLLOWED_UP
    return _OPEN if known.holder else _NOT_HELD


def _ending(known: QuestionReadModel) -> tuple[SteeringAction, ...]:
    """What ends one whose asker is forgotten, where it lies about still: nobody can be asked it."""
    if not known.is_open:
        return ()
    return ("resolve",) if _is_followed_up(known) else ("close",)


def _is_followed_up(known: QuestionReadModel) -> bool:
    """It has its answer, and the asker wrote since."""
    last = [one.type for one in known.heard if one.type in _TURNS]
    return bool(last) and last[-1].startswith("follow_up.")


_TURNS = ("question.received", "question.reopened", "follow_up.routed", "follow_up.unhandled")

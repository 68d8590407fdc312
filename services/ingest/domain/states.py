"""How a question stands now, for its asker and for each library: one state, which the pages say in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class AskerState(StrEnum):
    ERASED = "erased"
    WITHDRAWN = "withdrawn"
    NO_REPLY = "no_reply"  # a library asked back, and the asker did not reply in time
    DUPLICATE = "duplicate"
    CLOSED = "closed"
    ANSWERED = "answered"
    FOLLOWED_UP = "followed_up"  # a library sees to what the asker wrote after the answer
    WAITING = "waiting"  # for the asker
    WITH_LIBRARY = "with_library"
    SEARCHING = "searching"  # nobody has it any more
    RECEIVED = "received"


class LibraryState(StrEnum):
    ERASED = "erased"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"
    NO_REPLY = "no_reply"
    FOLLOW_UP = "follow_up"  # what the asker wrote after the answer is this library's
    ANSWERED_BY_US = "answered_by_us"
    ANSWERED_BY_OTHER = "answered_by_other"
    DECLINED = "declined"
    PASSED_ON = "passed_on"
    WAITING = "waiting"  # for the asker, whom this library asked something
    ANSWER_ON_ITS_WAY = "answer_on_its_way"
    ASKED_AGAIN = "asked_again"  # after this library's answer
    TAKEN = "taken"
    YOURS = "yours"


WRITABLE = frozenset({LibraryState.YOURS, LibraryState.TAKEN, LibraryState.WAITING, LibraryState.PASSED_ON})
"""Where an answer may still be the first."""

_WITH_US = frozenset({LibraryState.YOURS, LibraryState.TAKEN, LibraryState.WAITING})
LIBRARY_MAY: Mapping[str, frozenset[LibraryState]] = {
    "ask-back": _WITH_US,
    "decline": _WITH_US | {LibraryState.DECLINED, LibraryState.FOLLOW_UP},
    "put-back": _WITH_US,
    "spam": _WITH_US,
    "take": _WITH_US,
}
"""Form of a library's page → the states in which it does something, or did it just now."""

_WITH_ANSWER = frozenset({AskerState.ANSWERED, AskerState.FOLLOWED_UP})
_UNDER_WAY = frozenset(
    {AskerState.RECEIVED, AskerState.SEARCHING, AskerState.WITH_LIBRARY, AskerState.WAITING}
)
MAY_WRITE = _UNDER_WAY | _WITH_ANSWER | {AskerState.NO_REPLY}
ASKER_MAY: Mapping[str, frozenset[AskerState]] = {
    "erase": frozenset(AskerState),
    "follow-up": MAY_WRITE,
    "rate": _WITH_ANSWER,
    "reopen": _WITH_ANSWER,
    "withdraw": _UNDER_WAY | {AskerState.WITHDRAWN},
}
"""The same of the asker's own page."""


@dataclass(frozen=True, slots=True)
class Ending:
    """`how`: answered, closed, or None while it is open. `code` says why it was closed."""

    how: str | None
    code: str | None = None
    withdrawn: bool = False
    erased: bool = False
    answered_by: str | None = None


@dataclass(frozen=True, slots=True)
class PartnerAssignment:
    """One library's assignment, the latest of the question last."""

    partner: str
    is_follow_up: bool
    ended: bool
    outcome: str | None = None
    taken: bool = False
    answered: bool = False
    asked_again: bool = False
    """The answer was this library's, and the question is open again."""


SEEN_TO = frozenset({"added", "answered_by_another", "closed"})
"""How a follow-up ends that nobody need see to any more."""


def is_waiting(asked: Sequence[datetime], replied: Sequence[datetime]) -> bool:
    """Whether the last question back has no reply yet."""
    return bool(asked) and (not replied or max(replied) < max(asked))


def asker_state(
    ending: Ending, assignments: Sequence[PartnerAssignment], *, waiting: bool, impasse: bool = False
) -> AskerState:
    """`impasse`: at some time nobody was left to ask."""
    if over := _over(ending):
        return over
    current = assignments[-1] if assignments else None
    if ending.how == "answered":
        followed = current is not None and current.is_follow_up and current.outcome not in SEEN_TO
        return AskerState.FOLLOWED_UP if followed else AskerState.ANSWERED
    if current is None:
        return AskerState.SEARCHING if impasse else AskerState.RECEIVED
    if current.ended:
        return AskerState.SEARCHING
    return AskerState.WAITING if waiting else AskerState.WITH_LIBRARY


def _over(ending: Ending) -> AskerState | None:
    if ending.erased:
        return AskerState.ERASED
    if ending.withdrawn and ending.how != "answered":
        return AskerState.WITHDRAWN
    if ending.how == "closed":
        known = {"no_reply": AskerState.NO_REPLY, "duplicate": AskerState.DUPLICATE}
        return known.get(ending.code or "", AskerState.CLOSED)
    return None


def library_state(ending: Ending, own: PartnerAssignment, *, waiting: bool) -> LibraryState:
    """`own` is this library's latest assignment."""
    if ending.erased:
        return LibraryState.ERASED
    if ending.withdrawn:
        return LibraryState.WITHDRAWN
    if ending.how == "closed":
        return LibraryState.NO_REPLY if ending.code == "no_reply" else LibraryState.CLOSED
    if ending.how == "answered":
        if own.is_follow_up and not own.ended:
            return LibraryState.FOLLOW_UP
        by_us = ending.answered_by == own.partner
        return LibraryState.ANSWERED_BY_US if by_us else LibraryState.ANSWERED_BY_OTHER
    return _open(own, waiting=waiting)


def _open(own: PartnerAssignment, *, waiting: bool) -> LibraryState:
    if own.asked_again:
        return LibraryState.ASKED_AGAIN
    if own.outcome == "declined":
        return LibraryState.DECLINED
    if own.ended:
        return LibraryState.PASSED_ON
    if own.answered:
        return LibraryState.ANSWER_ON_ITS_WAY
    if waiting:
        return LibraryState.WAITING
    return LibraryState.TAKEN if own.taken else LibraryState.YOURS

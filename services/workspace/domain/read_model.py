"""What follows from all that was heard of one question, in whatever order it came.

The workspace keeps the facts themselves and makes everything else of them anew, so order and repetition can't
matter: the same set of facts is the same question.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from services.contracts.links.kept import PERSONAL

HEADING_LETTERS = 120


@dataclass(frozen=True, slots=True)
class Heard:
    """One fact: its event's id and time, its type without version, its data as JSON."""

    event: str
    type: str
    at: datetime
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LibraryAssignment:
    """One library and this question. `list` is where its people find it."""

    partner: str
    name: str
    list: str
    routed_at: datetime
    due_at: datetime
    done_at: datetime | None = None
    why: str | None = None
    """How a passed assignment ended: declined, overdue, passed_on, closed, withdrawn."""
    taken_at: datetime | None = None
    """When somebody took it otherwise than in the workspace: by mail, page or program."""


@dataclass(frozen=True, slots=True)
class QuestionReadModel:
    """The question as it stands. `state`: received, asked, unroutable, answered, closed, withdrawn."""

    text: str
    heading: str
    facets: Mapping[str, Any]
    received_at: datetime
    state: str = "received"
    private_note: str | None = None
    promise_at: datetime | None = None
    holder: str | None = None
    erased: bool = False
    assignments: Mapping[str, LibraryAssignment] = field(default_factory=dict)
    heard: tuple[Heard, ...] = ()

    @property
    def has_answer(self) -> bool:
        """What a library writes from now on adds to it."""
        return any(one.type == "question.answered" for one in self.heard)

    @property
    def is_open(self) -> bool:
        return self.state in ("received", "asked", "unroutable")


def read_model(facts: Iterable[Heard]) -> QuestionReadModel | None:
    """None while the question itself was not heard of."""
    heard = sorted({one.event: one for one in facts}.values(), key=lambda one: (one.at, one.event))
    received = next((one for one in heard if one.type == "question.received"), None)
    if received is None:
        return None
    erased = any(one.type == "asker.erased" for one in heard)
    if erased:
        heard = [_emptied(one) for one in heard]
    state, holder = _state(heard)
    promises = [one.data["promise_at"] for one in heard if one.data.get("promise_at")]
    text = "" if erased else str(received.data["text"])
    return QuestionReadModel(
        text=text,
        heading=heading_of(text),
        facets=_facets(heard),
        received_at=received.at,
        state=state,
        private_note=None if erased else received.data.get("private_note"),
        promise_at=datetime.fromisoformat(promises[-1]) if promises else None,
        holder=holder,
        erased=erased,
        assignments=_assignments(heard, state, holder),
        heard=tuple(heard),
    )


def _facets(heard: list[Heard]) -> dict[str, Any]:
    """What the asker said, and beside it what the router found out: its facts carry both."""
    found: dict[str, Any] = {}
    for one in heard:
        if one.type in ("question.routed", "question.unroutable"):
            found |= one.data.get("facets", {})
    said: dict[str, Any] = next(
        (one.data.get("facets", {}) for one in heard if one.type == "question.received"), {}
    )
    return found | said


def heading_of(text: str) -> str:
    """The first line that says something, at the length of a line."""
    lines = [" ".join(line.split()) for line in text.splitlines()]
    long = [line for line in lines if len(line) > len("Bonjour Madame,")] or [line for line in lines if line]
    first = long[0] if long else ""
    if len(first) <= HEADING_LETTERS:
        return first
    cut = first[: HEADING_LETTERS - 1]
    whole = cut.rpartition(" ")[0] if first[HEADING_LETTERS - 1] != " " else cut
    return (whole or cut).rstrip(" ,;:") + "…"


def _emptied(one: Heard) -> Heard:
    left = {name: value for name, value in one.data.items() if name not in PERSONAL}
    return Heard(one.event, one.type, one.at, left)


def _state(heard: list[Heard]) -> tuple[str, str | None]:
    """State and holder: the router's own last word. A withdrawal is the asker's, and final."""
    state, holder, answered_by = "received", None, None
    for one in heard:
        match one.type:
            case "question.routed" | "follow_up.routed":
                state, holder = "asked", one.data["partner"]["id"]
            case "question.unroutable" | "follow_up.unhandled":
                state, holder = "unroutable", None
            case "question.answered" | "answer.added" | "answer.corrected":
                state, holder = "answered", one.data["partner"]["id"]
                answered_by = holder
            case "question.handled" if one.data["action"] == "resolve":
                state, holder = "answered", answered_by
            case "question.closed":
                state, holder = "closed", None
            case "question.reopened":
                state, holder = "received", None
    if any(one.type == "question.withdrawn" for one in heard):
        return "withdrawn", None
    return state, holder


def _assignments(heard: list[Heard], state: str, holder: str | None) -> dict[str, LibraryAssignment]:
    latest = {one.data["partner"]["id"]: one for one in heard if one.type in ROUTED}
    return {partner: _assignment(partner, routed, heard, state, holder) for partner, routed in latest.items()}


def _assignment(
    partner: str, routed: Heard, heard: list[Heard], state: str, holder: str | None
) -> LibraryAssignment:
    since = [one for one in heard if one.at >= routed.at and _about(one) in (partner, EVERYBODY)]
    ended = _end(partner, since, state, holder)
    dues = [one.data["due_at"] for one in since if one.type in DUES and one.data.get("due_at")]
    place, why, done_at = ended or _in_hand(since)
    return LibraryAssignment(
        partner=partner,
        name=routed.data["partner"]["name"],
        list=place,
        routed_at=routed.at,
        due_at=datetime.fromisoformat(dues[-1] if dues else routed.data["due_at"]),
        done_at=done_at or (heard[-1].at if place == "passed" else None),
        why=why,
        taken_at=_taken_otherwise(since),
    )


EVERYBODY = "*"
ROUTED = ("question.routed", "follow_up.routed")
DUES = (*ROUTED, "question.resumed", "question.handled")
TAKEN_HERE = "workspace"
"""The way of a taking that was asked for here."""
GIVEN = ("question.answered", "answer.added", "answer.corrected")

ListPlace = tuple[str, str | None, datetime | None]
"""List, why it ended, when."""


def _end(partner: str, since: list[Heard], state: str, holder: str | None) -> ListPlace | None:
    """None while the assignment goes on."""
    by_type = {one.type: one for one in since}
    if state == "answered" and holder == partner:
        given = [one.at for one in since if one.type in GIVEN]
        return "answered", None, given[-1] if given else None
    declined = by_type.get("question.declined") or by_type.get("spam.reported")
    if declined is not None:
        return "passed", "declined", declined.at
    if state in ("closed", "withdrawn"):
        return "passed", state, None
    if holder != partner:
        overdue = by_type.get("question.overdue")
        return "passed", "overdue" if overdue else "passed_on", overdue.at if overdue else None
    return None


def _in_hand(since: list[Heard]) -> ListPlace:
    place: ListPlace = ("open", None, None)
    for one in since:
        match one.type:
            case "question.taken":
                place = ("taken", None, None)
            case "take.withdrawn":
                place = ("open", None, None)
            case "question.paused":
                place = ("waiting", None, None)
            case "question.resumed" | "question.followed_up" if place[0] == "waiting":
                place = ("taken", None, None)
    return place


def _taken_otherwise(since: list[Heard]) -> datetime | None:
    """None where that was taken back."""
    taken = None
    for one in since:
        if one.type == "take.withdrawn":
            taken = None
        elif one.type == "question.taken" and one.data.get("way") != TAKEN_HERE:
            taken = one.at
    return taken


def _about(one: Heard) -> str | None:
    """The library that a fact is of; what the asker adds concerns whoever holds the question."""
    if one.type in ("question.followed_up", "question.handled"):
        return EVERYBODY
    if one.type == "question.resumed" and "partner" not in one.data:
        return EVERYBODY
    partner = one.data.get("partner")
    return partner["id"] if isinstance(partner, dict) else partner


def verdict(refused: Heard) -> Literal["again", "refused"]:
    return "again" if refused.data.get("reason") == "repeated" else "refused"


def answer_ids(heard: Iterable[Heard]) -> Mapping[UUID, str]:
    """Answer → accepted, refused or, where the asker had the same text, again, by the router's word."""
    said: dict[UUID, str] = {}
    for one in heard:
        if one.type == "question.answered":
            said[UUID(one.data["answer_id"])] = "accepted"
        elif one.type == "answer.refused":
            said.setdefault(UUID(one.data["answer_id"]), verdict(one))
    return said

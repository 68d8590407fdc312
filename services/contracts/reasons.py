"""Codes with typed parameters: what the router decided and why, for each reader to say in its person's words.

The lists are closed: a new code comes with a new version of the event that carries it.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias
from uuid import UUID

from pydantic import BeforeValidator, Field

from services.contracts.vocabulary import Language, Line, PartnerId, SaysActor, Value, Word


class Points(Value):
    """One named part of the score that chose the partner."""

    points: float = Field(description="What it added to the partner's score; below zero it spoke against it")


class AskedThere(Points):
    """The question was asked at this library."""

    code: Literal["origin"] = "origin"


class NamedByColleague(Points):
    """The partner that had the question before named this one."""

    code: Literal["referred"] = "referred"


class ServesPlace(Points):
    """The partner serves where the asker is."""

    code: Literal["place"] = "place"
    nearness: Literal["postcode", "department", "region", "country", "somewhere"]


class KnowsSubject(Points):
    """How strong the partner is in the question's subject."""

    code: Literal["subject"] = "subject"
    subject: Word | None = None
    strength: int = Field(default=0, ge=0, le=5)


class HasRoom(Points):
    """How many questions lie open with the partner."""

    code: Literal["load"] = "load"
    open: int = Field(ge=0)


class IsOwed(Points):
    """How many questions the fair share owes the partner; below zero it had too many."""

    code: Literal["fairness"] = "fairness"
    owed: float


class IsOpen(Points):
    """How much of the time that an answer needs the partner is open before the promise."""

    code: Literal["fit"] = "fit"
    share: float = Field(ge=0, le=1)


class ChosenManually(SaysActor, Points):
    """A person chose the partner."""

    code: Literal["manual"] = "manual"
    actor: Line
    said: Line | None = Field(default=None, description="Why, in that person's words")


class AskedBack(Points):
    """The partner had asked the asker back, and the asker replied after all."""

    code: Literal["asked_back"] = "asked_back"


def _manual(reason: Any) -> Any:
    """A copy of before says `hand` for what a person chose, while an upgrade lasts."""
    former = isinstance(reason, dict) and reason.get("code") == "hand"
    return {**reason, "code": "manual"} if former else reason


def _coordinator(by: Any) -> Any:
    return "coordinator" if by == "hand" else by


ReopenedBy = Annotated[Literal["asker", "coordinator", "late_reply"], BeforeValidator(_coordinator)]

Reason: TypeAlias = Annotated[
    AskedThere
    | NamedByColleague
    | ServesPlace
    | KnowsSubject
    | HasRoom
    | IsOwed
    | IsOpen
    | ChosenManually
    | AskedBack,
    Field(discriminator="code"),
    BeforeValidator(_manual),
]

ExclusionCode = Literal[
    "answered",
    "away",
    "declined",
    "had_before",
    "language",
    "no_reply",
    "not_open",
    "overdue",
    "specialist",
    "takes_none",
    "territory",
    "tier",
    "week_full",
]


TierCode = Literal["members", "back-ups", "pool"]
"""Who was looked at together (docs/routing.md)."""


class Exclusion(Value):
    """Why a partner was not asked. `language` is the question's where the code is language."""

    partner: PartnerId
    partner_name: Line | None = Field(default=None, description="How it is called, for who reads of it")
    code: ExclusionCode
    language: Language | None = None


class NobodyLeft(Value):
    """No partner could be asked; why not is said of each."""

    code: Literal["nobody_left"] = "nobody_left"


class AskedInVain(Value):
    """So many partners were asked, and none answered."""

    code: Literal["asked_in_vain"] = "asked_in_vain"
    attempts: int = Field(ge=1)


class TakenBack(SaysActor, Value):
    """A person took it from the partner that had it."""

    code: Literal["taken_back"] = "taken_back"
    actor: Line


Impasse: TypeAlias = Annotated[NobodyLeft | AskedInVain | TakenBack, Field(discriminator="code")]
"""Why the coordinator must see to a question."""

UnhandledCode = Literal["nobody_left", "overdue", "reopening", "taken_back"]
"""Why a follow-up lies with the coordinator."""
ClosingCode = Literal["duplicate", "no_reply", "out_of_scope", "spam", "withdrawn"]
RefusalCode = Literal["already_answered", "closed", "not_answered", "not_assigned", "repeated"]
"""Why what a partner wrote does not go to the asker; repeated: they have the same text from it."""
EndCode = Literal[
    "added",
    "answered",
    "answered_by_another",
    "away",
    "closed",
    "declined",
    "no_reply",
    "overdue",
    "reassigned",
    "taken_back",
    "withdrawn",
]
"""How an assignment ended."""


def _resolve(action: Any) -> Any:
    """A copy of before says `settle`, while an upgrade lasts."""
    return "resolve" if action == "settle" else action


Action = Annotated[
    Literal["assign", "close", "extend", "reopen", "resolve", "route", "spam", "take_back"],
    BeforeValidator(_resolve),
]
"""What a coordinator may do."""


class Released(Value):
    """An assignment that ended with what is announced: how."""

    assignment_id: UUID
    partner: PartnerId
    outcome: EndCode

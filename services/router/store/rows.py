"""Questions between the domain and their rows."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

import orjson
from asyncpg import Record
from pydantic import TypeAdapter

from services.router.domain.question.conversation import AskerWord, Clarification, SentText
from services.router.domain.question.question import AcceptedAnswer, Assignment, Question
from services.router.domain.question.state_machine import State
from services.router.domain.routing.routing_request import Weights
from services.router.domain.routing.weights_trial import PastCandidate, PastDecision
from services.router.domain.territory import Territory

_ASSIGNMENTS = TypeAdapter(tuple[Assignment, ...])
_COLUMNS = tuple(field.name for field in fields(Assignment))


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a question keeps of what was written around it."""

    clarifications: tuple[Clarification, ...]
    words: tuple[AskerWord, ...]
    seen_to: datetime | None = None
    sent: tuple[SentText, ...] = ()


_CONVERSATION = TypeAdapter(Conversation)


def weights_from(text: str) -> Weights:
    return Weights(**orjson.loads(text))


def past_decision_from(row: Record) -> PastDecision:
    account = orjson.loads(row["account"])
    found = tuple(
        PastCandidate(
            partner=one["partner"],
            total=one["total"],
            measures=one["measures"],
            open=one["parts"]["load"][1]["open"],
            capacity=one["capacity"],
        )
        for one in account["candidates"]
    )
    return PastDecision(
        question=row["question"],
        decided_at=row["decided_at"],
        ended_at=row["ended_at"],
        chosen=row["chosen"],
        candidates=found,
        eligible=account["eligible"],
    )


def question_from(row: Record) -> Question:
    facets = orjson.loads(row["facets"])
    conversation = _CONVERSATION.validate_json(row["conversation"])
    return Question(
        id=row["id"],
        promise_at=row["promise_at"],
        facets=facets,
        place=_place(row, facets),
        text=row["text"],
        publish_consent=row["publish_consent"],
        state=State(row["state"]),
        assignments=_ASSIGNMENTS.validate_json(row["assignments"]),
        accepted=_accepted(row),
        breached=row["breached"],
        learned=row["learned"],
        promised_at=row["promised_at"],
        promise_made_at=row["promise_made_at"],
        clarifications=conversation.clarifications,
        words=conversation.words,
        seen_to=conversation.seen_to,
        sent=conversation.sent,
        reopenings=row["reopenings"],
    )


def question_row(question: Question) -> dict[str, Any]:
    accepted = question.accepted
    return {
        "id": question.id,
        "state": question.state,
        "promise_at": question.promise_at,
        "facets": question.facets,
        "country": question.place.country if question.place else None,
        "postcode": question.place.postcode if question.place else None,
        "text": question.text,
        "publish_consent": question.publish_consent,
        "accepted_answer": accepted.answer if accepted else None,
        "accepted_partner": accepted.partner if accepted else None,
        "accepted_name": accepted.name if accepted else None,
        "breached": question.breached,
        "accepted_at": accepted.at if accepted else None,
        "learned": question.learned,
        "promised_at": question.promised_at,
        "promise_made_at": question.promise_made_at,
        "conversation": _conversation(question),
        "reopenings": question.reopenings,
        "asker_look_at": min((one.look_at for one in question.open_clarifications), default=None),
    }


def _conversation(question: Question) -> Any:
    said = Conversation(
        clarifications=question.clarifications,
        words=question.words,
        seen_to=question.seen_to,
        sent=question.sent,
    )
    return _CONVERSATION.dump_python(said, mode="json")


NEVER = "infinity"


def assignment_rows(question: Question) -> list[dict[str, Any]]:
    return [
        {
            **{name: getattr(assignment, name) for name in _COLUMNS},
            "question": question.id,
            "look_at": NEVER if question.is_waiting else assignment.look_at,
        }
        for assignment in question.assignments
    ]


def _place(row: Record, facets: dict[str, Any]) -> Territory | None:
    if row["country"] is None:
        return None
    return Territory(row["country"], row["postcode"], facets.get("department"))


def _accepted(row: Record) -> AcceptedAnswer | None:
    if row["accepted_answer"] is None:
        return None
    return AcceptedAnswer(
        row["accepted_answer"], row["accepted_partner"], row["accepted_name"], row["accepted_at"]
    )

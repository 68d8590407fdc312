"""The events of the contract that a partner needs, as plain objects. CloudEvents 1.0, structured mode."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

CONTENT_TYPE = "application/cloudevents+json"

QUESTION_ASSIGNED = "question.assigned.v1"
ASKER_REPLIED = "asker.replied.v1"
ASSIGNMENT_ENDED = "assignment.ended.v1"
ACCEPTED = "submission.accepted.v1"
REFUSED = "submission.refused.v1"

# Of what you asked for a reader of your own.
ANSWER_DELIVERED = "answer.delivered.v1"
CLARIFICATION_DELIVERED = "clarification.delivered.v1"

ANSWER = "answer.submitted.v1"
DECLINE = "decline.submitted.v1"
TAKE = "take.submitted.v1"
CLARIFICATION = "clarification.submitted.v1"
ADDITION = "addition.submitted.v1"
QUESTION = "question.submitted.v1"
FOLLOW_UP = "follow_up.submitted.v1"


class NotReadable(ValueError):
    """The network promises never to send this; say so to its operators."""


@dataclass(frozen=True)
class Event:
    """`subject` is the question's id; None where an event is about something that became no question."""

    type: str
    id: str
    subject: str | None
    data: Mapping[str, Any]


@dataclass(frozen=True)
class Question:
    """A question that is yours until `due_at`. `private_note` must never be made public. `said`: what the
    asker wrote since, a reply to what you asked or, `after_answer`, more that they want to know."""

    id: str
    assignment_id: str
    text: str
    due_at: datetime
    private_note: str | None = None
    language: str | None = None
    subject: str | None = None
    said: str | None = None
    follow_up_id: str | None = None
    after_answer: bool = False


@dataclass(frozen=True)
class AskBack:
    """A question to the asker: the time you have stands still until they reply."""

    text: str


@dataclass(frozen=True)
class Answer:
    """`effort` is the READ scale: 1, no effort, to 6, days of research."""

    text: str
    sources: tuple[str, ...] = ()
    effort: int | None = None


@dataclass(frozen=True)
class Decline:
    """`refer_to` is the id of the partner who should be asked instead, if you know one."""

    reason: str | None = None
    refer_to: str | None = None


def read(body: bytes) -> Event:
    """Fields that are not known here are ignored: a later version of the contract may add some."""
    try:
        raw = json.loads(body)
        return Event(raw["type"], raw["id"], raw.get("subject"), raw["data"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise NotReadable(f"not a CloudEvent: {error!r}") from error


Reply = Answer | Decline | AskBack


def question_of(event: Event) -> Question:
    """What is assigned to you, or what its asker wrote since."""
    data = event.data
    try:
        return Question(
            id=str(event.subject),
            assignment_id=data["assignment_id"],
            text=data["question_text"] if event.type == ASKER_REPLIED else data["text"],
            due_at=datetime.fromisoformat(data["due_at"]),
            private_note=data.get("private_note"),
            language=data.get("language"),
            subject=data.get("subject"),
            said=data["text"] if event.type == ASKER_REPLIED else None,
            follow_up_id=data.get("follow_up_id"),
            after_answer=data.get("after_answer", False),
        )
    except (KeyError, ValueError) as error:
        raise NotReadable(f"{event.type} {event.id}: {error!r}") from error


def reply_to(question: Question, partner: str, reply: Reply) -> dict[str, Any]:
    """The id is made from what it replies to: sent twice, after a crash, it still counts once."""
    data = _told(vars(reply))
    if isinstance(reply, AskBack):
        kind = CLARIFICATION
    elif isinstance(reply, Decline):
        kind = DECLINE
    else:
        kind = ADDITION if question.after_answer else ANSWER
    if kind == ADDITION:
        data.pop("effort", None)
    about = question.follow_up_id or question.assignment_id
    return _event(kind, f"{about}-reply", partner, data, question.id)


def take(question: Question, partner: str, by: str) -> dict[str, Any]:
    """Says who is on it: from now you have the time that an answer needs."""
    return _event(TAKE, f"{question.assignment_id}-take", partner, {"by": by}, question.id)


def reader_replies(asked: Event, partner: str, text: str) -> dict[str, Any]:
    """What your own reader says to what the library that has their question asked back."""
    id_ = f"{asked.data['clarification_id']}-reply"
    return _event(FOLLOW_UP, id_, partner, {"text": text}, asked.subject)


def ask(partner: str, id_: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """A question for the network. `data` has at least `text`; see QuestionSubmitted in the contract."""
    return _event(QUESTION, id_, partner, data, None)


def _told(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value not in (None, ())}


def _event(kind: str, id_: str, partner: str, data: Mapping[str, Any], subject: str | None) -> dict[str, Any]:
    event = {
        "specversion": "1.0",
        "id": id_,
        "source": f"/partners/{partner}",
        "type": kind,
        "datacontenttype": "application/json",
        "data": data,
    }
    return event if subject is None else event | {"subject": subject}

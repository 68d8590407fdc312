"""A question's facts as people read them: what was said, and what happened, in order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from services.workspace.domain.read_model import Heard, QuestionReadModel, answer_ids, verdict


@dataclass(frozen=True, slots=True)
class ThreadEntry:
    """`kind` is a code that the page has words for; `text` was written by somebody, `by` is a library's name,
    or empty for the asker. `details` are the code's parameters."""

    at: datetime
    kind: str
    text: str | None = None
    by: str = ""
    marked: bool = False
    """Whether the text has marks (CommonMark)."""
    details: Mapping[str, Any] = field(default_factory=dict)


SAID = {
    "question.received": "asked",
    "question.followed_up": "followed_up",
    "question.paused": "asked_back",
    "answer.added": "added",
    "answer.corrected": "corrected",
    "reopening.requested": "asks_again",
    "question.rated": "rated",
}

HAPPENED = {
    "question.routed": "routed",
    "follow_up.routed": "routed",
    "follow_up.unhandled": "unhandled",
    "question.resumed": "resumed",
    "take.withdrawn": "take_withdrawn",
    "spam.reported": "spam_reported",
    "question.declined": "declined",
    "question.taken": "taken",
    "question.overdue": "overdue",
    "question.unroutable": "unroutable",
    "question.answered": "answer_accepted",
    "question.closed": "closed",
    "question.reopened": "reopened",
    "question.withdrawn": "withdrawn",
    "question.published": "published",
    "reply.held": "reply_held",
}

DETAILS = (
    "sources",
    "attachments",
    "due_at",
    "stars",
    "place",
    "url",
    "way",
    "refer_to",
    "clock",
    "promise_at",
)

WORDS_OF = {
    "question.answered": "text",
    "question.declined": "reason",
    "question.closed": "explanation",
}
"""Which field of what happened was written by somebody for others to read."""


def conversation(known: QuestionReadModel, partner: str | None) -> list[ThreadEntry]:
    """`partner`: whose people read it; None are those of the network, who see all. A library sees why others
    declined and that they answered, not what they wrote and was not accepted."""
    return list(_entries(known, partner))


@dataclass(frozen=True, slots=True)
class SimilarPage:
    """An answer of the public archive that may help with this question."""

    title: str
    url: str

    @property
    def mark(self) -> str:
        """As it stands in an answer."""
        return f"[{self.title.replace('[', '(').replace(']', ')')}]({self.url})"


SHOWN_ALREADY = ("answer", "decline")
"""What was refused and stands in the conversation as it came."""


def similar(known: QuestionReadModel, partner: str | None) -> list[SimilarPage]:
    """What the notifier found in the archive when it asked this library, or any of them; each once."""
    found = (
        SimilarPage(str(page["title"]), str(page["url"]))
        for one in reversed(known.heard)
        if one.type == "similar.found" and (partner is None or _id(one) == partner)
        for page in one.data.get("similar", ())
    )
    return [page for page in dict.fromkeys(found) if page.url.startswith(("https://", "http://"))]


def _entries(known: QuestionReadModel, partner: str | None) -> Iterator[ThreadEntry]:
    said = answer_ids(known.heard)
    names = {assignment.partner: assignment.name for assignment in known.assignments.values()}
    for one in known.heard:
        by = _by(one, names)
        ours = partner is None or _id(one) in (partner, None)
        if one.type in SAID:
            if ours or one.type != "question.paused":
                yield ThreadEntry(one.at, SAID[one.type], _text(one), by, _marked(one), _details(one))
        elif one.type in ("answer.received", "answer.submitted"):
            became = said.get(UUID(one.data["answer_id"]), "handed_in")
            if ours and became != "accepted":
                words = one.data.get("text")
                yield ThreadEntry(one.at, f"answer_{became}", words, by, _marked(one), _details(one))
        elif one.type == "answer.refused" and one.data.get("what", "answer") not in SHOWN_ALREADY and ours:
            yield ThreadEntry(one.at, f"answer_{verdict(one)}", one.data.get("text"), by, _marked(one))
        elif one.type == "question.handled":
            if partner is None or one.data["action"] == "extend":
                kind, actor = f"handled_{one.data['action']}", _actor(one)
                yield ThreadEntry(one.at, kind, by=actor, details=_details(one))
        elif one.type in HAPPENED:
            shown = one.data.get(WORDS_OF.get(one.type, ""))
            yield ThreadEntry(one.at, HAPPENED[one.type], shown, by, _marked(one), _details(one))


def _id(one: Heard) -> str | None:
    partner = one.data.get("partner")
    return partner["id"] if isinstance(partner, dict) else partner


def _by(one: Heard, names: Mapping[str, str]) -> str:
    partner = _id(one)
    return names.get(partner, partner) if partner else ""


def _actor(one: Heard) -> str:
    """A copy of before said `hand`, and what it told stays as it was told."""
    return str(one.data.get("actor") or one.data.get("hand", ""))


def _text(one: Heard) -> str | None:
    return one.data.get("text") or one.data.get("comment")


def _marked(one: Heard) -> bool:
    return one.data.get("format") == "commonmark"


def _details(one: Heard) -> dict[str, Any]:
    return {name: one.data[name] for name in DETAILS if one.data.get(name)}

"""What both pages show of a question: how it stands, and all that was written, in order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.contracts.links.file_links import addressed
from services.ingest.domain.standing import (
    AskerState,
    Ending,
    LibraryState,
    Stand,
    asker_state,
    is_waiting,
    library_state,
)
from services.ingest.store.askers import FollowUp
from services.ingest.store.conversations.conversation import ConversationMessage
from services.ingest.store.conversations.questions import AskedPartner, StoredQuestion

WITHOUT: dict[str, Any] = {"sources": [], "attachments": []}
"""What an answer may lack."""


@dataclass(frozen=True, slots=True)
class ConversationEntry:
    """Something that was written: by the asker, or by a library."""

    kind: str
    text: str
    at: datetime
    library: str | None = None
    sources: tuple[str, ...] = ()
    attachments: tuple[dict[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ShownConversation:
    question: StoredQuestion
    asked: Sequence[AskedPartner]
    follow_ups: Sequence[FollowUp]
    messages: Sequence[ConversationMessage]

    @property
    def ending(self) -> Ending:
        question = self.question
        body = json.loads(question.ending) if question.ending else {}
        return Ending(
            how=question.how,
            code=body.get("reason") if question.how == "closed" else None,
            withdrawn=question.withdrawn_at is not None,
            erased=question.erased_at is not None,
            answered_by=body.get("partner", {}).get("id") if question.how == "answered" else None,
        )

    @property
    def waiting(self) -> bool:
        asked = [one.written_at for one in self.messages if one.kind == "clarification"]
        return is_waiting(asked, [one.written_at for one in self.follow_ups])

    @property
    def asker_state(self) -> AskerState:
        return asker_state(self.ending, [stand_of(one) for one in self.asked], waiting=self.waiting)

    def library_state(self, own: AskedPartner) -> LibraryState:
        ours = [one for one in self.messages if one.kind == "clarification" and one.partner == own.partner]
        waiting = self.waiting and bool(ours)
        return library_state(self.ending, stand_of(own), waiting=waiting)

    @property
    def last_clarification(self) -> ConversationMessage | None:
        return next((one for one in reversed(self.messages) if one.kind == "clarification"), None)

    def entries(self) -> list[ConversationEntry]:
        """The asker's further words and the libraries', the oldest first, answers that did not do among them;
        the one that counts stands on its own."""
        counts = json.loads(self.question.ending).get("answer_id") if self.question.ending else None
        theirs = [ConversationEntry("follow_up", one.text, one.written_at) for one in self.follow_ups]
        ours = [
            ConversationEntry(
                one.kind,
                one.text,
                one.written_at,
                one.partner_name,
                tuple(json.loads(one.sources)),
                tuple(json.loads(one.attachments)),
            )
            for one in self.messages
            if str(one.id) != counts
        ]
        return sorted([*theirs, *ours], key=lambda entry: entry.at)


def with_files_for(party: str, keys: Sequence[bytes], said: Mapping[str, Any]) -> dict[str, Any]:
    """What a page says, each file in it with the address that opens for this reader. `keys`: file keys."""
    answer = said.get("answer")
    return {
        **said,
        **{
            name: addressed(said[name], keys, party) for name in ("attachments", "held_files") if name in said
        },
        "answer": answer and {**answer, "attachments": addressed(answer["attachments"], keys, party)},
        "entries": [
            replace(entry, attachments=tuple(addressed(entry.attachments, keys, party)))
            for entry in said["entries"]
        ],
    }


def stand_of(asked: AskedPartner) -> Stand:
    return Stand(
        partner=asked.partner,
        is_follow_up=asked.follow_up is not None,
        ended=asked.ended_at is not None,
        outcome=asked.outcome,
        taken=asked.taken_at is not None,
        answered=asked.answered_at is not None,
    )

"""What both pages show of a question: how it stands, and all that was written, in order."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.contracts.links.file_links import addressed
from services.ingest.domain.states import (
    AskerState,
    Ending,
    LibraryState,
    PartnerAssignment,
    asker_state,
    is_waiting,
    library_state,
)
from services.ingest.store.askers import FollowUp
from services.ingest.store.conversations.conversation import ConversationMessage
from services.ingest.store.conversations.questions import AskedPartner, StoredQuestion

WITHOUT: dict[str, Any] = {"sources": [], "attachments": [], "format": "plain"}
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
    marked: str | None = None


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
        """For a reply to who has the question now: what another library asked does not count."""
        has_it = self.asked[-1].partner if self.asked else None
        back = [one for one in self.messages if one.kind == "clarification" and one.partner == has_it]
        return is_waiting([one.written_at for one in back], [one.written_at for one in self.follow_ups])

    @property
    def asker_state(self) -> AskerState:
        assignments = [self._assignment(one) for one in self.asked]
        impasse = self.question.impasse_at is not None
        return asker_state(self.ending, assignments, waiting=self.waiting, impasse=impasse)

    def library_state(self, own: AskedPartner) -> LibraryState:
        ours = [one for one in self.messages if one.kind == "clarification" and one.partner == own.partner]
        waiting = self.waiting and bool(ours)
        assignment = self._assignment(own)
        assignment = replace(assignment, asked_again=assignment.asked_again or self._is_asked_again(own))
        return library_state(self.ending, assignment, waiting=waiting)

    def _is_asked_again(self, own: AskedPartner) -> bool:
        """After an answer of theirs, whether or not what followed it was theirs too; not where they were the
        next to be asked."""
        since = self.question.reopened_at
        if since is None or not own.was_asked_before(since):
            return False
        theirs = (one.answered_at for one in self.asked if one.partner == own.partner)
        return any(at is not None and at < since for at in theirs)

    def _assignment(self, one: AskedPartner) -> PartnerAssignment:
        reopened_at = self.question.reopened_at
        again = bool(reopened_at and one.answered_at and one.answered_at < reopened_at)
        return PartnerAssignment(
            partner=one.partner,
            is_follow_up=one.follow_up is not None,
            ended=one.ended_at is not None or again or self._is_over(one),
            outcome=one.outcome,
            taken=one.taken_at is not None,
            answered=one.answered_at is not None,
            asked_again=again,
        )

    def _is_over(self, one: AskedPartner) -> bool:
        """Whatever nobody said of its end: another was asked since, it was asked again, or nobody is left."""
        if self.asked and one.assignment_id != self.asked[-1].assignment_id:
            return True
        since = (self.question.reopened_at, self.question.impasse_at)
        return any(moment is not None and one.was_asked_before(moment) for moment in since)

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
                one.marked,
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

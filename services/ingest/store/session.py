"""What one transaction reads and writes of questions and submissions, in a few statements for all of a batch.

Handlers say what they are going to look at (`expect`), which is read at once when the first of it is asked
for; what they write is gathered, and is in the database before anything that it changes is read again and
before the commit. A handler decides first and puts down last: one that fails in between has changed nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from uuid import UUID

from services.chassis.errors import Overtaken
from services.chassis.messaging.transaction import Unit
from services.contracts.partners import TakenFor
from services.ingest.domain.intake import RawSubmission
from services.ingest.store.access import partner_access
from services.ingest.store.conversations import conversation, questions, submissions
from services.ingest.store.conversations.conversation import ConversationMessage, PartnerProgress
from services.ingest.store.conversations.questions import (
    AskedPartner,
    NotedPartner,
    QuestionEnding,
    StoredQuestion,
)
from services.ingest.store.conversations.submissions import Earlier, Stored

SubmissionKey = tuple[str, str]


@dataclass(slots=True)
class Gathered:
    """What is to be written. Facts come in any order and any number of times, so their rows need none."""

    questions: list[tuple[RawSubmission, Stored]] = field(default_factory=list)
    submissions: list[tuple[RawSubmission, str, UUID]] = field(default_factory=list)
    asked: list[NotedPartner] = field(default_factory=list)
    messages: list[tuple[UUID, ConversationMessage]] = field(default_factory=list)
    endings: dict[UUID, QuestionEnding] = field(default_factory=dict)
    progress: dict[UUID, PartnerProgress] = field(default_factory=dict)
    keys: set[SubmissionKey] = field(default_factory=set)
    """Of the submissions, those of questions among them."""


class IntakeSession:
    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._gathered = Gathered()
        self._changed: set[UUID] = set()
        self._expected_keys: set[SubmissionKey] = set()
        self._expected_questions: set[UUID] = set()
        self._expected_partners: set[str] = set()
        self._looked_up: set[SubmissionKey] = set()
        self._earlier: dict[SubmissionKey, Earlier] = {}
        self._taken_for: dict[SubmissionKey, TakenFor] = {}
        self._questions: dict[UUID, StoredQuestion | None] = {}
        self._partners: dict[UUID, list[AskedPartner]] = {}
        self._lately: dict[datetime, dict[tuple[UUID, str], int]] = {}
        self._shut: dict[str, bool] = {}

    def expect(self, key: SubmissionKey, partner: str, question: UUID | None) -> None:
        """A submission of this batch."""
        self._expected_keys.add(key)
        self._expected_partners.add(partner)
        if question is not None:
            self._expected_questions.add(question)

    async def is_shut(self, partner: str) -> bool:
        """Whether this partner is suspended or removed."""
        if partner not in self._shut:
            asked = {partner, *self._expected_partners}
            shut = await partner_access.shut_among(self._unit.db, sorted(asked))
            self._shut |= {one: one in shut for one in asked}
        return self._shut[partner]

    async def question(self, id_: UUID) -> StoredQuestion | None:
        await self._be_current(id_)
        if id_ not in self._questions:
            wanted = {id_, *self._expected_questions} - self._questions.keys()
            found = {one.id: one for one in await questions.get_all(self._unit.db, sorted(wanted))}
            self._questions |= {one: found.get(one) for one in wanted}
        return self._questions[id_]

    async def partners(self, question: UUID) -> list[AskedPartner]:
        """Everybody asked so far, the first one first."""
        await self._be_current(question)
        if question not in self._partners:
            wanted = {question, *self._expected_questions} - self._partners.keys()
            found = await questions.partners_of_all(self._unit.db, sorted(wanted))
            self._partners |= {one: self._with_progress(asked) for one, asked in found.items()}
        return self._partners[question]

    def _with_progress(self, asked: list[AskedPartner]) -> list[AskedPartner]:
        noted = self._gathered.progress
        return [noted[one.assignment_id].on(one) if one.assignment_id in noted else one for one in asked]

    async def last_of(self, question: UUID, partner: str) -> UUID | None:
        """The partner's latest assignment of this question."""
        own = [one for one in await self.partners(question) if one.partner == partner]
        return own[-1].assignment_id if own else None

    async def lately(self, question: UUID, outcome: str, since: datetime) -> int:
        """How many submissions of this kind were taken for the question since then."""
        if since not in self._lately or question not in self._expected_questions:
            asked = sorted({question, *self._expected_questions})
            counted = await submissions.lately_about(self._unit.db, asked, since)
            self._lately.setdefault(since, {}).update(counted)
        gathered = sum((about, kind) == (question, outcome) for _, kind, about in self._gathered.submissions)
        return self._lately[since].get((question, outcome), 0) + gathered

    async def is_known(self, submission: RawSubmission) -> bool:
        return await self._known(submission) is not None

    async def add(self, submission: RawSubmission, outcome: str, question: UUID) -> Earlier | None:
        """Note a submission; the earlier one when its key is known. What was expected is written with the
        rest, anything else at once: a copy that comes meanwhile waits here."""
        key = submission.door, submission.key
        if key not in self._expected_keys:
            return await submissions.add(self._unit.db, submission, outcome, question)
        if earlier := await self._known(submission):
            return earlier
        self._gathered.submissions.append((submission, outcome, question))
        self._remember(submission, outcome, question)
        return None

    async def add_questions(self, given: Sequence[tuple[RawSubmission, Stored]]) -> set[UUID]:
        """The same for questions; returns those that are new."""
        new = set()
        for submission, stored in given:
            if (submission.door, submission.key) not in self._expected_keys:
                return await submissions.add_questions(self._unit.db, given)
            if await self._known(submission) is None:
                new.add(stored.id)
                self._gathered.questions.append((submission, stored))
                self._remember(submission, "question", stored.id)
        return new

    async def earlier_than(self, submission: RawSubmission) -> Earlier:
        """What came first under this key."""
        if earlier := await self._known(submission):
            return earlier
        raise RuntimeError(f"submission {submission.door}/{submission.key}: neither new nor known")

    async def taken_for(self, submission: RawSubmission) -> TakenFor | None:
        """What the partner was told that it counts as; None where nothing was noted."""
        noted = self._taken_for.get((submission.door, submission.key))
        if noted is not None:
            return noted
        known = await self._known(submission)
        return known.taken_for if known else None

    async def note_taken_for(self, submission: RawSubmission, counts_as: TakenFor) -> None:
        """With the rest, where the submission itself is."""
        key = submission.door, submission.key
        if key in self._gathered.keys:
            self._taken_for[key] = counts_as
        else:
            await submissions.note_taken_for(self._unit.db, submission, counts_as)

    def note_asked(self, question: UUID, asked: AskedPartner, understood: str) -> None:
        """`understood` is JSON: the facets that the router found out."""
        self._gathered.asked.append(NotedPartner(question, asked, understood))
        self._changed.add(question)

    def end(self, question: UUID, ending: QuestionEnding) -> None:
        """The latest word stands, in whatever order they come."""
        known = self._gathered.endings.get(question)
        self._gathered.endings[question] = known.or_later(ending) if known else ending
        self._changed.add(question)

    def add_message(self, question: UUID, message: ConversationMessage) -> None:
        self._gathered.messages.append((question, message))

    def note_progress(self, new: PartnerProgress) -> None:
        known = self._gathered.progress.get(new.assignment_id)
        self._gathered.progress[new.assignment_id] = known.with_later(new) if known else new
        if new.question in self._partners:
            self._partners[new.question] = [new.on(one) for one in self._partners[new.question]]

    async def write(self) -> None:
        """All that was gathered, in one order of tables for every copy."""
        gathered, self._gathered = self._gathered, Gathered()
        self._forget_changed()
        db = self._unit.db
        if gathered.questions:
            counts_as = [self._counts_as(one) for one, _ in gathered.questions]
            new = await submissions.add_questions(db, gathered.questions, counts_as)
            _must_all_be_new(len(gathered.questions) - len(new))
        if gathered.submissions:
            counts_as = [self._counts_as(one) for one, _, _ in gathered.submissions]
            added = await submissions.add_all(db, gathered.submissions, counts_as)
            _must_all_be_new(len(gathered.submissions) - added)
        if gathered.asked:
            await questions.note_all_asked(db, gathered.asked)
        if gathered.endings:
            await questions.end_all(db, gathered.endings)
        if gathered.messages:
            await conversation.add_messages(db, gathered.messages)
        if gathered.progress:
            await conversation.note_all_progress(db, list(gathered.progress.values()))

    async def _be_current(self, question: UUID) -> None:
        if question in self._changed:
            await self.write()

    def _forget_changed(self) -> None:
        """What is written is read again."""
        for one in self._changed:
            self._questions.pop(one, None)
            self._partners.pop(one, None)
        self._changed.clear()
        self._lately.clear()

    async def _known(self, submission: RawSubmission) -> Earlier | None:
        key = submission.door, submission.key
        if key not in self._expected_keys:
            return (await submissions.find_all(self._unit.db, [key])).get(key)
        if wanted := self._expected_keys - self._looked_up:
            self._earlier |= await submissions.find_all(self._unit.db, sorted(wanted))
            self._looked_up |= wanted
        return self._earlier.get(key)

    def _counts_as(self, submission: RawSubmission) -> TakenFor | None:
        return self._taken_for.get((submission.door, submission.key))

    def _remember(self, submission: RawSubmission, outcome: str, question: UUID) -> None:
        """Of two with one key in a batch the second is a repetition."""
        earlier = Earlier(submission.digest, outcome, question, submission.received_at)
        self._earlier[submission.door, submission.key] = earlier
        self._gathered.keys.add((submission.door, submission.key))


def _must_all_be_new(missing: int) -> None:
    if missing:
        raise Overtaken(f"{missing} submissions were handed in to another copy meanwhile")


def session_of(unit: Unit) -> IntakeSession:
    return unit.pending(_write, partial(IntakeSession, unit))


async def written(unit: Unit) -> Unit:
    """The same, with all that was gathered in the database: for a query that reads past the session."""
    await session_of(unit).write()
    return unit


async def _write(_unit: Unit, session: IntakeSession) -> None:
    await session.write()

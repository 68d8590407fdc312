"""What one transaction has read and changed, written in a few statements before it commits.

A batch of events shares one session, so that fifty questions cost the same few statements as one. Handlers
decide first and put down last: an event that fails in between has changed nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import orjson

from services.chassis.errors import Poison
from services.chassis.messaging.transaction import Unit
from services.router.domain.question.question import Question
from services.router.domain.routing.decision import Decision
from services.router.domain.routing.directory import Directory
from services.router.domain.routing.loads import LoadBook, week_of
from services.router.domain.routing.routing_request import Weights
from services.router.domain.subjects import SubjectModel
from services.router.store import questions, rows
from services.router.store.load_books import LoadBooks
from services.router.store.partner_directory import Partners
from services.router.store.subject_models import SubjectModels


@dataclass(slots=True)
class NetworkState:
    """The network as this transaction holds it."""

    directory: Directory
    subjects: SubjectModel | None
    book: LoadBook
    weights: Weights


@dataclass(frozen=True, slots=True)
class Remembered:
    """What one copy keeps from batch to batch; each knows by the network's row when it is out of date."""

    partners: Partners
    subjects: SubjectModels
    books: LoadBooks


class Session:
    def __init__(self, unit: Unit, remembered: Remembered, zone: ZoneInfo) -> None:
        self._unit = unit
        self._remembered = remembered
        self._zone = zone
        self._network_state: NetworkState | None = None
        self._known: dict[UUID, Question] = {}
        self._absent: set[UUID] = set()
        self._new: set[UUID] = set()
        self._questions: dict[UUID, Question] = {}
        self._assignments: dict[UUID, dict[str, Any]] = {}
        self._decisions: list[tuple[UUID, datetime, str | None, str]] = []
        self._history: list[tuple[UUID, datetime, str, str, str | None]] = []

    async def question(self, id_: UUID) -> Question | None:
        """The first time all that this unit holds are read at once, in one query."""
        if id_ not in self._known and id_ not in self._absent:
            await self._read({id_, *self._unit.held} - self._known.keys() - self._absent)
        return self._known.get(id_)

    async def _read(self, ids: set[UUID]) -> None:
        found = map(rows.question_from, await questions.questions(self._unit.db, ids))
        self._known |= {question.id: question for question in found}
        self._absent |= ids - self._known.keys()

    async def network_state(self) -> NetworkState:
        """Partners and loads. From here to the commit, no other copy decides anything."""
        if self._network_state is None:
            row, of = await questions.lock_network(self._unit.db), self._remembered
            directory = await of.partners.at(self._unit.db, row["partners_version"])
            book = await of.books.at(self._unit.db, row["book"], row["week"])
            subjects = await of.subjects.at(self._unit.db, row["subjects"])
            turned = book.turned(week_of(self._unit.now, self._zone))
            weights = rows.weights_from(row["weights"])
            self._network_state = NetworkState(directory, subjects, turned, weights)
        return self._network_state

    def put_new(self, question: Question) -> None:
        """A question that nobody here knows yet: one that stands in the database already fails the unit."""
        self._new.add(question.id)
        self.put(question)

    def put(self, question: Question) -> None:
        for assignment in rows.assignment_rows(question):
            self._assignments[assignment["id"]] = assignment
        self._known[question.id] = self._questions[question.id] = question

    def decided(self, question: UUID, decision: Decision, account: dict[str, Any]) -> None:
        chosen = decision.chosen.partner.id if decision.chosen else None
        self._decisions.append((question, self._unit.now, chosen, orjson.dumps(account).decode()))

    def note(self, question: UUID, what: str, actor: str, reason: str | None) -> None:
        self._history.append((question, self._unit.now, what, actor, reason))

    async def write(self, unit: Unit) -> None:
        await self._write_decided(unit)
        if self._network_state is not None and self._network_state.book.changed:
            await self._remembered.books.save(unit.db, uuid4(), self._network_state.book)

    async def _write_decided(self, unit: Unit) -> None:
        written = {id_: rows.question_row(question) for id_, question in self._questions.items()}
        new = [row for id_, row in written.items() if id_ in self._new]
        changed = [row for id_, row in written.items() if id_ not in self._new]
        assignments = list(self._assignments.values())
        writing = questions.Writing(new, changed, assignments, self._decisions, self._history)
        if written or self._decisions or self._history:
            known = self._new - await questions.save(unit.db, writing)
            if known:
                raise Poison(f"question {min(known)} was received before, in another event")


class Sessions:
    """The session of each unit; made with the first question asked of it."""

    def __init__(self, partners: Partners, subjects: SubjectModels, zone: ZoneInfo) -> None:
        self._remembered = Remembered(partners, subjects, LoadBooks())
        self._zone = zone

    def of(self, unit: Unit) -> Session:
        return unit.pending(_write, partial(Session, unit, self._remembered, self._zone))


async def _write(unit: Unit, session: Session) -> None:
    await session.write(unit)

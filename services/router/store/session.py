"""What one transaction has read and changed, written in a few statements before it commits.

A batch of events shares one ledger, so that fifty questions cost the same few statements as one. Handlers
decide first and put down last: an event that fails in between has changed nothing here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import orjson

from services.chassis.errors import Poison
from services.chassis.messaging.transaction import Unit
from services.router.domain.question.question import Question
from services.router.domain.routing.decision import Decision
from services.router.domain.routing.directory import Directory
from services.router.domain.routing.loads import Load, LoadBook, week_of
from services.router.domain.subjects import SubjectModel
from services.router.store import questions, rows
from services.router.store.partner_directory import Partners
from services.router.store.subject_models import SubjectModels


@dataclass(slots=True)
class NetworkState:
    """The network as this transaction holds it."""

    directory: Directory
    subjects: SubjectModel | None
    book: LoadBook


class Session:
    def __init__(self, unit: Unit, partners: Partners, subjects: SubjectModels, zone: ZoneInfo) -> None:
        self._unit = unit
        self._partners = partners
        self._subjects = subjects
        self._zone = zone
        self._standing: NetworkState | None = None
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

    async def standing(self) -> NetworkState:
        """Partners and loads. From here to the commit, no other copy decides anything."""
        if self._standing is None:
            row = await questions.lock_network(self._unit.db)
            directory = await self._partners.at(self._unit.db, row["partners_version"])
            loads = {load["partner"]: _load(load) for load in await questions.loads(self._unit.db)}
            book = LoadBook.holding(row["week"], loads).turned(week_of(self._unit.now, self._zone))
            subjects = await self._subjects.newest(self._unit.db)
            self._standing = NetworkState(directory, subjects, book)
        return self._standing

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
        await self._write_questions(unit)
        if self._assignments:
            await questions.save_assignments(unit.db, list(self._assignments.values()))
        if self._decisions:
            await questions.save_decisions(unit.db, self._decisions)
        if self._history:
            await questions.save_history(unit.db, self._history)
        if self._standing is not None:
            await questions.save_loads(unit.db, self._standing.book.week, _changes(self._standing.book))

    async def _write_questions(self, unit: Unit) -> None:
        written = {id_: rows.question_row(question) for id_, question in self._questions.items()}
        new = [row for id_, row in written.items() if id_ in self._new]
        if new:
            known = self._new - await questions.insert_questions(unit.db, new)
            if known:
                raise Poison(f"question {min(known)} was received before, in another event")
        if changed := [row for id_, row in written.items() if id_ not in self._new]:
            await questions.save_questions(unit.db, changed)


class Sessions:
    """The ledger of each unit; made with the first question asked of it."""

    def __init__(self, partners: Partners, subjects: SubjectModels, zone: ZoneInfo) -> None:
        self._partners = partners
        self._subjects = subjects
        self._zone = zone

    def of(self, unit: Unit) -> Session:
        return unit.pending(_write, partial(Session, unit, self._partners, self._subjects, self._zone))


async def _write(unit: Unit, session: Session) -> None:
    await session.write(unit)


def _load(row: Any) -> Load:
    return Load(row["asked"], row["open"], row["credit"])


def _changes(book: LoadBook) -> list[tuple[str, int, int, float]]:
    """Rows that differ from what was read, in one order for every copy."""
    loads = ((name, book.of(name)) for name in sorted(book.changed))
    return [(name, load.asked, load.open, load.credit) for name, load in loads]

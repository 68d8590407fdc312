"""What one transaction has read and heard of questions, written in a few statements for all of a batch.

A question's state is read once, together with those of all that the transaction holds, and follows what is
heard in memory. A handler decides first and puts down last: one that fails in between has changed nothing.
"""

from __future__ import annotations

from functools import partial
from uuid import UUID

import orjson

from services.chassis.errors import TooEarly
from services.chassis.messaging.transaction import Unit
from services.chassis.postgres.database import Db
from services.notifier.domain.question_state import AcceptedBy, QuestionState
from services.notifier.store import questions, rows
from services.notifier.store.rows import AnswerRow, AssignmentRow, QuestionRow


class NotifierSession:
    def __init__(self, unit: Unit) -> None:
        self._unit = unit
        self._states: dict[UUID, QuestionState | None] = {}
        self._questions: list[QuestionRow] = []
        self._assignments: list[AssignmentRow] = []
        self._answers: list[AnswerRow] = []

    async def state(self, question: UUID) -> QuestionState:
        """Raises TooEarly where the question is not known yet."""
        found = await self._state(question)
        if found is None:
            raise TooEarly(question)
        return found

    async def add_question(self, row: QuestionRow) -> None:
        """One that is known stays as it was."""
        if await self._state(row.id) is None:
            self._states[row.id] = QuestionState(row.id, orjson.loads(row.asker), over=False)
            self._questions.append(row)

    async def add_assignment(self, row: AssignmentRow) -> QuestionState:
        """The state with this assignment in it."""
        state = (await self.state(row.question)).with_assignment(row.assignment)
        self._states[row.question] = state
        self._assignments.append(row)
        return state

    async def add_answer(self, row: AnswerRow) -> QuestionState:
        """The state with this answer."""
        given = AcceptedBy(row.partner, row.answered_at)
        state = (await self.state(row.question)).with_answer(given)
        self._states[row.question] = state
        self._answers.append(row)
        return state

    async def write(self) -> None:
        """What was gathered, in one order of tables for every copy."""
        added, self._questions = self._questions, []
        assignments, self._assignments = self._assignments, []
        answers, self._answers = self._answers, []
        if added:
            await rows.add_questions(self._unit.db, added)
        if assignments:
            await rows.add_assignments(self._unit.db, assignments)
        if answers:
            await rows.add_answers(self._unit.db, answers)

    def forget(self) -> None:
        """What was read; it is changed past this session."""
        self._states.clear()

    async def _state(self, question: UUID) -> QuestionState | None:
        if question not in self._states:
            wanted = {question, *self._unit.held} - self._states.keys()
            found = await questions.states(self._unit.db, sorted(wanted))
            self._states |= {one: found.get(one) for one in wanted}
        return self._states[question]


def session_of(unit: Unit) -> NotifierSession:
    return unit.pending(_write, partial(NotifierSession, unit))


async def directly(unit: Unit) -> Db:
    """For a statement that reads or changes a question by itself: all that was gathered stands in the
    database, and what was read is read again."""
    session = session_of(unit)
    await session.write()
    session.forget()
    return unit.db


async def _write(_unit: Unit, session: NotifierSession) -> None:
    await session.write()

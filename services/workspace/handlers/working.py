"""What a respondent does with a question. Claims, drafts and notes are the library's own; what concerns the
network is asked of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID, uuid5

from uuid_utils.compat import uuid7

from services.chassis.messaging.transaction import Unit
from services.contracts.partners import (
    AdditionSubmitted,
    AnswerSubmitted,
    ClarificationSubmitted,
    DeclineSubmitted,
    TakeSubmitted,
)
from services.contracts.workspace import ColleagueCalled
from services.workspace.domain.mentions import mentioned
from services.workspace.handlers.asking import ask
from services.workspace.store import audit, facts, people, work
from services.workspace.store.library import draft_files
from services.workspace.store.work import Respondent


async def take(unit: Unit, who: Respondent, form: str, name: str, *, tell: bool) -> bool:
    """False where a colleague has it. `tell`: the network does not know yet that the library is on it."""
    if not await work.claim(unit.db, who, unit.now):
        held = await work.claimed(unit.db, who.question, who.partner)
        return held is not None and held["person"] == who.person
    if tell:
        await ask(unit, who, form, TakeSubmitted(by=name))
    return True


async def hand_over(unit: Unit, who: Respondent, to: UUID) -> None:
    """Raises LookupError where `to` is no colleague."""
    if to not in {row["id"] for row in await people.colleagues(unit.db, who.partner)}:
        raise LookupError(f"person {to}: is no respondent of {who.partner}")
    await work.hand_over(unit.db, Respondent(who.question, who.partner, to), unit.now)
    await audit.note(
        unit.db,
        unit.now,
        who.person,
        "handed_over",
        partner=who.partner,
        question=who.question,
        detail=str(to),
    )


async def give_back(unit: Unit, who: Respondent) -> None:
    if not await work.give_back(unit.db, who.question, who.partner, unit.now):
        return
    await audit.note(
        unit.db,
        unit.now,
        who.person,
        "given_back",
        partner=who.partner,
        question=who.question,
    )


IN_HAND = ("open", "taken", "waiting")


async def is_answered(unit: Unit, who: Respondent, assignment: Mapping[str, Any], form: str) -> bool:
    """Whether somebody was first: another library, or a colleague whose answer is on its way. The same form
    again is no second answer."""
    if assignment["list"] not in IN_HAND:
        return not await work.is_asked(unit.db, form)
    return await work.is_answered(unit.db, who, form)


async def answer(unit: Unit, who: Respondent, form: str, written: AnswerSubmitted) -> None:
    """With the files that were attached to its draft."""
    files = [row["id"] for row in await draft_files.of(unit.db, who)]
    await work.claim(unit.db, who, unit.now)
    request = await ask(unit, who, form, written.model_copy(update={"files": tuple(files)}))
    if request is not None:
        await draft_files.sent(unit.db, files, request)
    await work.draft_sent(unit.db, who, unit.now)


async def decline(unit: Unit, who: Respondent, form: str, reason: str | None, refer_to: str | None) -> None:
    request = await ask(unit, who, form, DeclineSubmitted(reason=reason or None, refer_to=refer_to or None))
    if request is not None and reason:
        await work.keep_beside(unit.db, who, reason, unit.now, request)


async def ask_back(unit: Unit, who: Respondent, form: str, text: str) -> None:
    request = await ask(unit, who, form, ClarificationSubmitted(text=text))
    if request is not None:
        await work.keep_beside(unit.db, who, text, unit.now, request)


async def add(
    unit: Unit, who: Respondent, form: str, text: str, sources: Sequence[str], *, corrects: bool
) -> None:
    """More of the answer, or its correction. The text may have marks."""
    more = AdditionSubmitted(text=text, format="commonmark", sources=tuple(sources), corrects=corrects)
    await ask(unit, who, form, more)
    await work.draft_sent(unit.db, who, unit.now)


async def note(unit: Unit, who: Respondent, form: str, text: str, name: str) -> bool:
    """Colleagues who are called in it are written to, each once until they look. They are of the library that
    has the question, and may see it. False where this form brought the same words before."""
    colleagues = {row["id"]: row["name"] for row in await people.colleagues(unit.db, who.partner)}
    to = [person for person in mentioned(text, colleagues) if person != who.person]
    waiting = await people.to_write_to(unit.db, to, who.question)
    note_id = uuid5(who.person, f"{form} {text}") if form else uuid7()
    if not await work.add_note(unit.db, note_id, who, text, to, unit.now):
        return False
    theme = await facts.theme(unit.db, who.question)
    for person in waiting:
        fact = ColleagueCalled(
            note_id=note_id,
            person_id=person["id"],
            mail=person["mail"],
            name=person["name"],
            language=person["language"],
            called_by=name,
            theme=theme,
        )
        unit.announce(fact, question=who.question)
    return True

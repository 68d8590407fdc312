"""What is handed in around a question: a library asks back, adds, corrects, puts back; the asker asks again.

Like answers, each is accepted once, and whether it goes out is the router's to say.
"""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7

from services.chassis.messaging.transaction import Unit
from services.contracts.ingest import (
    AdditionReceived,
    ClarificationRequested,
    ReopeningRequested,
    SpamReported,
    TakeWithdrawn,
)
from services.contracts.links.wall import Wall
from services.contracts.vocabulary import Attachment
from services.ingest.domain.cleaning import clean_line, clean_text
from services.ingest.domain.intake import NewAnswer, NotAnswered, RawSubmission
from services.ingest.handlers.submissions import (
    AcceptedSubmission,
    announce_once,
    facets_of,
    looked_at,
    refusing,
    stop_at_the_wall,
)
from services.ingest.store.conversations import conversation
from services.ingest.store.conversations.conversation import ConversationMessage
from services.ingest.store.session import session_of, written


async def accept_clarification(
    unit: Unit,
    wall: Wall,
    submission: RawSubmission,
    question: UUID,
    partner: str,
    text: str,
    way: str,
) -> AcceptedSubmission:
    """The partner asks the asker something before it can answer; Walled for what they must not read."""
    facets = await facets_of(unit, question)
    await stop_at_the_wall(unit, wall, question, (text,), may_repeat_note=False)
    with refusing():
        fact = ClarificationRequested(
            clarification_id=uuid7(),
            partner=partner,
            text=clean_text(text) or "",
            way=way,
            facets=facets,
        )
    return await announce_once(unit, submission, "clarification", question, fact)


async def accept_addition(
    unit: Unit,
    wall: Wall,
    submission: RawSubmission,
    question: UUID,
    partner: str,
    new: NewAnswer,
    attachments: tuple[Attachment, ...] = (),
    *,
    corrects: bool = False,
) -> AcceptedSubmission:
    """More of the answer that the partner gave, or its correction. Raises Refused where it gave none."""
    await _must_have_answered(unit, question, partner)
    facets = await facets_of(unit, question)
    await stop_at_the_wall(unit, wall, question, looked_at(new), may_repeat_note=False)
    with refusing():
        fact = AdditionReceived(
            addition_id=uuid7(),
            partner=partner,
            text=clean_text(new.text) or "",
            format=new.format,
            way=new.way,
            sources=tuple(filter(None, (clean_line(source) for source in new.sources[:50]))),
            attachments=attachments,
            corrects=corrects,
            facets=facets,
        )
    return await announce_once(unit, submission, "addition", question, fact)


async def _must_have_answered(unit: Unit, question: UUID, partner: str) -> None:
    """An answer of its own came before, or it has what the asker wrote since: else there is nothing to add
    to."""
    if not await conversation.may_add((await written(unit)).db, question, partner):
        raise NotAnswered("you gave no answer to this question that could be added to", field="question")


async def accept_reopening(
    unit: Unit, wall: Wall, submission: RawSubmission, question: UUID, text: str, way: str
) -> AcceptedSubmission:
    """The asker says that the answer does not help, and why."""
    facets = await facets_of(unit, question)
    await stop_at_the_wall(unit, wall, question, (text,))
    id_, words = uuid7(), clean_text(text) or ""
    with refusing():
        fact = ReopeningRequested(reopening_id=id_, text=words, way=way, facets=facets)
    accepted = await announce_once(unit, submission, "reopening", question, fact)
    if not accepted.again:
        said = ConversationMessage(id_, "reopening", None, None, words, "[]", "[]", unit.now, None)
        session_of(unit).add_message(question, said)
    return accepted


async def accept_spam(
    unit: Unit, submission: RawSubmission, question: UUID, partner: str, way: str
) -> AcceptedSubmission:
    """The partner says that it is no question."""
    facets = await facets_of(unit, question)
    fact = SpamReported(partner=partner, way=way, facets=facets)
    return await announce_once(unit, submission, "spam", question, fact)


async def accept_put_back(
    unit: Unit, submission: RawSubmission, question: UUID, partner: str, way: str
) -> AcceptedSubmission:
    """The partner is not on it after all."""
    facets = await facets_of(unit, question)
    fact = TakeWithdrawn(partner=partner, way=way, facets=facets)
    accepted = await announce_once(unit, submission, "put_back", question, fact)
    assignment = await session_of(unit).last_of(question, partner)
    if not accepted.again and assignment is not None:
        await conversation.put_back((await written(unit)).db, assignment)
    return accepted

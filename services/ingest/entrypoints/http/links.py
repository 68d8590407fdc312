"""Opening signed links: which question, which party, and whether the link still serves."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.links.signed_links import Link, LinkRole, read_token
from services.ingest.domain.intake import NotAskedYet, QuestionEnded, UnknownQuestion
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.store.access import links
from services.ingest.store.conversations.questions import AskedPartner, StoredQuestion
from services.ingest.store.session import session_of


@dataclass(frozen=True, slots=True)
class Opened:
    """The question behind a link and everybody asked, the last one last."""

    question: StoredQuestion
    asked: list[AskedPartner]


@dataclass(frozen=True, slots=True)
class OpenedByPartner(Opened):
    own: AskedPartner
    """The partner's own assignment, the latest when it was asked more than once."""


def link_of(door: DoorContext, token: str, role: LinkRole) -> Link:
    """Raises UnknownQuestion for what is no link of ours."""
    link = read_token(door.intake.keys, token)
    if link is None or link.role != role:
        raise UnknownQuestion("no such link")
    return link


async def open_for_asker(unit: Unit, link: Link) -> Opened:
    session = session_of(unit)
    question = await session.question(link.question_id)
    if question is None:
        raise UnknownQuestion("no such question")
    return Opened(question, await session.partners(link.question_id))


async def open_for_partner(unit: Unit, link: Link) -> OpenedByPartner:
    """Raises UnknownQuestion too for a link that was taken back, or whose partner is suspended or removed."""
    opened = await open_for_asker(unit, link)
    own = [one for one in opened.asked if one.digest == link.digest]
    if not own or await links.is_revoked(unit.db, link.question_id, own[-1].partner):
        raise UnknownQuestion("no such link")
    return OpenedByPartner(opened.question, opened.asked, own[-1])


async def must_have_been_asked(unit: Unit, question_id: UUID, partner: str) -> StoredQuestion:
    """The question, open or over. Raises UnknownQuestion for a partner that it was never given to, of a
    question that stands NotAskedYet."""
    session = session_of(unit)
    question, asked = await session.question(question_id), await session.partners(question_id)
    if question is not None and partner in {one.partner for one in asked}:
        return question
    why = "no such question was asked of you, or not yet: see /api/v1/assignments"
    if question is None or question.withdrawn_at or question.erased_at:
        raise UnknownQuestion(why)
    raise NotAskedYet(question_id, why)


async def open_for_caller(unit: Unit, question_id: UUID, partner: str) -> None:
    """Raises unless this partner was asked and the question is still open."""
    question = await must_have_been_asked(unit, question_id, partner)
    if not question.open:
        how = question.how or "withdrawn"
        raise QuestionEnded(f"the question is {how}; nothing can be handed in any more")

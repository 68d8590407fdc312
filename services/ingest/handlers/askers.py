"""What an asker does on their own page: go on asking, rate, withdraw, have themselves forgotten."""

from __future__ import annotations

from typing import Literal
from uuid import UUID

from services.chassis.messaging import announced
from services.chassis.messaging.transaction import Unit
from services.contracts.envelope import Event
from services.contracts.ingest import AskerErased, QuestionRated, QuestionWithdrawn
from services.contracts.vocabulary import Facets
from services.ingest.domain.cleaning import clean_text
from services.ingest.domain.intake import UnknownQuestion
from services.ingest.handlers.submissions import refusing
from services.ingest.store import askers
from services.ingest.store.conversations import questions
from services.ingest.store.conversations.questions import AskedPartner, StoredQuestion


async def rate(
    unit: Unit, question: StoredQuestion, asked: list[AskedPartner], stars: int, comment: str | None
) -> None:
    """The first rating counts, another one changes nothing."""
    with refusing():
        fact = QuestionRated(
            stars=stars,
            comment=clean_text(comment, 2000),
            partner=asked[-1].partner if asked else None,
            facets=Facets.model_validate_json(question.facets),
        )
    if await askers.rate(unit.db, question.id, stars):
        unit.announce(fact, question=question.id)


async def withdraw(unit: Unit, question: UUID) -> None:
    """Nothing more is sent about it, and nothing of it stays public."""
    facets = await questions.facets(unit.db, question)
    if facets is None:
        raise UnknownQuestion(f"no question {question} here")
    if await askers.withdraw(unit.db, question, unit.now):
        unit.announce(QuestionWithdrawn(facets=Facets.model_validate_json(facets)), question=question)


async def erase(unit: Unit, question: UUID, reason: Literal["wish", "term"]) -> Event[AskerErased] | None:
    """Forget the asker here, and tell the others to; None when that was done before. An open question is
    withdrawn with it. `reason`: wish or term."""
    known = await questions.get(unit.db, question)
    if known is None or known.erased_at:
        return None
    if known.open:
        await withdraw(unit, question)
    await askers.erase(unit.db, question, unit.now)
    await announced.forget(unit.db, question, unit.now)
    return unit.announce(AskerErased(reason=reason), question=question)

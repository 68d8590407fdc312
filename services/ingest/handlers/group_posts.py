"""The group that no program may write to: a person enters a post, is given the answer, says it is out."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from services.chassis.language.commonmark import plain_words
from services.chassis.messaging.transaction import Unit
from services.contracts.ingest import AnswerPosted
from services.contracts.router import QuestionAnswered
from services.ingest.domain.intake import NewQuestion, RawSubmission
from services.ingest.handlers.questions import Intake, accept_question
from services.ingest.handlers.submissions import AcceptedSubmission
from services.ingest.store import group_posts
from services.ingest.store.group_posts import GroupPost

CHANNEL = "facebook_group"


@dataclass(frozen=True, slots=True)
class ToPaste:
    """`text` is what goes under the post; None while the question is looked up."""

    post: GroupPost
    text: str | None


async def accept_group_post(
    unit: Unit, intake: Intake, submission: RawSubmission, new: NewQuestion, partner: str
) -> AcceptedSubmission:
    accepted = await accept_question(unit, intake, submission, new, vouched=True)
    await group_posts.add(unit.db, accepted.question, partner, new.post_url)
    return accepted


async def to_paste(unit: Unit, partner: str) -> list[ToPaste]:
    found = await group_posts.to_do(unit.db, partner)
    return [ToPaste(post, post.answer and text_to_paste(_read(post.answer))) for post in found]


def text_to_paste(answer: QuestionAnswered) -> str:
    """Everything in a group is public: the answer and its sources, nothing of the asker."""
    parts = (plain_words(answer.text, answer.format), "\n".join(answer.sources), f"— {answer.partner.name}")
    return "\n\n".join(part for part in parts if part)


async def mark_posted(unit: Unit, question: UUID, partner: str) -> None:
    """Once; what another desk entered, or what has no answer yet, stays as it is."""
    body = await group_posts.posted(unit.db, question, partner, unit.now)
    if body is not None:
        answer = _read(body)
        fact = AnswerPosted(answer_id=answer.answer_id, partner=partner, facets=answer.facets)
        unit.announce(fact, question=question)


def _read(body: str) -> QuestionAnswered:
    return QuestionAnswered.model_validate_json(body)

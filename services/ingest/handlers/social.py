"""What people write to us in social channels: a question, more about one that stands there already, or what
others remark below it."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.addresses import address_digests
from services.ingest.domain.intake import NewQuestion, RawSubmission, Refused
from services.ingest.domain.social.posts import SocialPost
from services.ingest.handlers.questions import Intake, accept_question
from services.ingest.handlers.spam import refuse_spam_sender
from services.ingest.handlers.submissions import accept_follow_up
from services.ingest.store import questions, submissions


async def accept_post(
    unit: Unit, intake: Intake, channel: str, post: SocialPost, *, language: str | None = None
) -> str:
    """What became of it, in one word. Everything there is public: it may be published as it stands."""
    submission = RawSubmission(channel, post.id, post.text.encode(), unit.now)
    try:
        return await _accept(unit, intake, submission, post, language)
    except Refused as refusal:
        if await submissions.add_held(unit.db, submission) is None:
            await submissions.quarantine(unit.db, submission, f"refused: {refusal.reason}", None, ())
        return "quarantined"


async def _accept(
    unit: Unit, intake: Intake, submission: RawSubmission, post: SocialPost, language: str | None
) -> str:
    parent = post.answers
    above = await submissions.question_of(unit.db, submission.door, parent) if parent else None
    if above is not None:
        if not await questions.was_asked_by(unit.db, above, address_digests(intake.keys, post.author)):
            return await _overhear(unit, submission, above)
        await refuse_spam_sender(unit, above)
        followed = await accept_follow_up(unit, intake.wall, submission, above, post.text, submission.door)
        return "duplicate" if followed.again else "follow_up"
    new = NewQuestion(
        text=post.text,
        channel=submission.door,
        asked_at=unit.now,
        language=language,
        publish_consent=True,
        account=post.author,
        post_url=post.url,
        post_id=post.id,
    )
    accepted = await accept_question(unit, intake, submission, new)
    return "duplicate" if accepted.again else "question"


async def _overhear(unit: Unit, submission: RawSubmission, question: UUID) -> str:
    """Another person speaks below a question: not its asker, and not to us. Their words are kept nowhere; the
    post is, so that what the asker writes below it belongs to the question."""
    wordless = replace(submission, raw=b"")
    return "duplicate" if await submissions.add(unit.db, wordless, "remark", question) else "remark"


async def hold_private(unit: Unit, channel: str, post: SocialPost) -> str:
    """A private mention: what is answered there would be public, so a person decides."""
    submission = RawSubmission(channel, post.id, post.text.encode(), unit.now)
    if await submissions.add_held(unit.db, submission) is None:
        reason = f"private mention by {post.author}: answer by hand, and not in public"
        await submissions.quarantine(unit.db, submission, reason, None, ())
    return "quarantined"

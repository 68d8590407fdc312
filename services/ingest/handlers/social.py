"""What people write to us in social channels: a question, more about one that stands there already, or what
others remark below it; and that they changed or removed it."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from uuid import UUID

from services.chassis.messaging.transaction import Unit
from services.contracts.addresses import address_digests
from services.contracts.vocabulary import Facets
from services.ingest.domain.intake import NewQuestion, RawSubmission, Refused
from services.ingest.domain.social.posts import SocialPost
from services.ingest.handlers import askers
from services.ingest.handlers.questions import Intake, accept_question
from services.ingest.handlers.spam import refuse_spam_sender
from services.ingest.handlers.submissions import accept_follow_up
from services.ingest.store.conversations import questions, submissions

CHANGED = {"fr": "Le message a été modifié :", "en": "The post was changed:"}
"""Above an asker's new words, for the library."""


async def accept_post(
    unit: Unit, intake: Intake, channel: str, post: SocialPost, *, language: str | None = None
) -> str:
    """What became of it, in one word. Everything there is public: it may be published as it stands."""
    submission = RawSubmission(channel, post.id, post.whole.encode(), unit.now)
    if post.needs_look:
        return await _hold(unit, submission, f"{post.needs_look}; by {post.author}")
    try:
        async with unit.db.transaction():
            return await _accept(unit, intake, submission, post, language)
    except Refused as refusal:
        return await _hold(unit, submission, f"refused: {refusal.reason}")


async def _hold(unit: Unit, submission: RawSubmission, reason: str) -> str:
    if await submissions.add_held(unit.db, submission) is None:
        await submissions.quarantine(unit.db, submission, reason, None, ())
    return "quarantined"


async def _accept(
    unit: Unit, intake: Intake, submission: RawSubmission, post: SocialPost, language: str | None
) -> str:
    parent = post.answers
    above = await submissions.question_of(unit.db, submission.door, parent) if parent else None
    if above is not None:
        if not await _is_askers(unit, intake, above, post):
            return await _overhear(unit, submission, above)
        await refuse_spam_sender(unit, above)
        followed = await accept_follow_up(unit, intake.wall, submission, above, post.whole, submission.door)
        return "duplicate" if followed.again else "follow_up"
    if post.is_remark:
        return await _overhear(unit, submission, None)
    new = NewQuestion(
        text=post.whole,
        channel=submission.door,
        asked_at=unit.now,
        language=language,
        publish_consent=True,
        account=post.author,
        post_url=post.url,
        post_id=post.id,
        post_visibility=post.visibility,
        post_warning=post.warning,
    )
    accepted = await accept_question(unit, intake, submission, new)
    return "duplicate" if accepted.again else "question"


async def _is_askers(unit: Unit, intake: Intake, question: UUID, post: SocialPost) -> bool:
    digests = address_digests(intake.keys, post.author)
    return await questions.was_asked_by(unit.db, question, digests)


async def _overhear(unit: Unit, submission: RawSubmission, question: UUID | None) -> str:
    """Another person speaks below a question: not its asker, and not to us; or somebody thanks. Their words
    are kept nowhere; the post is, so that what the asker writes below it belongs to the question."""
    wordless = replace(submission, raw=b"")
    return "duplicate" if await submissions.add(unit.db, wordless, "remark", question) else "remark"


async def follow_edit(unit: Unit, intake: Intake, channel: str, post: SocialPost) -> str:
    """The asker's new words go to the library as what they add; those of others concern nobody. An edited
    post that was never heard of is a new one."""
    known = await submissions.came_as(unit.db, channel, post.id)
    if known is None:
        return await accept_post(unit, intake, channel, post)
    words = post.whole.encode()
    digest = hashlib.sha256(words).digest()
    again = RawSubmission(channel, f"{post.id} edited {digest.hex()[:16]}", words, unit.now)
    if known.digest == digest or (known.question is None and post.is_remark):
        return "unchanged"
    if known.outcome == "quarantined":
        return await _hold(unit, again, f"a held post was edited; by {post.author}")
    try:
        async with unit.db.transaction():
            if known.question is None:
                return await _accept(unit, intake, again, post, None)
            return await _edited(unit, intake, again, known.question, post)
    except Refused as refusal:
        return await _hold(unit, again, f"refused: {refusal.reason}")


async def _edited(unit: Unit, intake: Intake, again: RawSubmission, question: UUID, post: SocialPost) -> str:
    if not await _is_askers(unit, intake, question, post):
        return "remark"
    await refuse_spam_sender(unit, question)
    stored = await questions.facets(unit.db, question)
    language = Facets.model_validate_json(stored).language if stored else None
    text = f"{CHANGED['fr' if language in (None, 'fr') else 'en']}\n\n{post.whole}"
    followed = await accept_follow_up(unit, intake.wall, again, question, text, again.door)
    return "duplicate" if followed.again else "edited"


async def follow_removal(unit: Unit, intake: Intake, channel: str, post: SocialPost) -> str:
    """The asker took their question back; of what else is removed nothing was kept that anybody reads."""
    known = await submissions.came_as(unit.db, channel, post.id)
    if known is None or known.question is None or known.outcome != "question":
        return "removed"
    if post.author and not await _is_askers(unit, intake, known.question, post):
        return "removed"
    await askers.withdraw(unit, known.question)
    return "withdrawn"


async def hold_private(unit: Unit, channel: str, post: SocialPost) -> str:
    """A private mention: what is answered there would be public, so a person decides."""
    submission = RawSubmission(channel, post.id, post.whole.encode(), unit.now)
    return await _hold(
        unit, submission, f"private mention by {post.author}: answer by hand, and not in public"
    )

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
from services.ingest.domain.replies.asking_again import reason_to_ask_again
from services.ingest.domain.social.held_posts import HeldAs, held_post, read_held_post
from services.ingest.domain.social.posts import SocialPost
from services.ingest.handlers import askers
from services.ingest.handlers.conversation import accept_reopening
from services.ingest.handlers.questions import Intake, accept_question
from services.ingest.handlers.spam import refuse_spam_sender
from services.ingest.handlers.submissions import accept_follow_up
from services.ingest.store.conversations import questions, submissions
from services.ingest.store.mail.quarantine import Held

CHANGED = {"fr": "Le message a été modifié :", "en": "The post was changed:"}
"""Above an asker's new words, for the library."""


async def accept_post(
    unit: Unit, intake: Intake, channel: str, post: SocialPost, *, language: str | None = None
) -> str:
    """What became of it, in one word. Everything there is public: it may be published as it stands."""
    submission = RawSubmission(channel, post.id, post.whole.encode(), unit.now)
    if post.needs_look:
        return await _hold(unit, submission, post, f"{post.needs_look}; by {post.author}")
    try:
        async with unit.db.transaction():
            return await _accept(unit, intake, submission, post, language)
    except Refused as refusal:
        return await _hold(unit, submission, post, f"refused: {refusal.reason}")


async def _hold(
    unit: Unit, submission: RawSubmission, post: SocialPost, reason: str, as_: HeldAs = "post"
) -> str:
    """With all that is known of it: a person may let it in after all."""
    if await submissions.add_held(unit.db, submission) is None:
        whole = replace(submission, raw=held_post(post, as_))
        await submissions.quarantine(unit.db, whole, reason, None, ())
    return "quarantined"


async def release(unit: Unit, intake: Intake, held: Held) -> str:
    """A person has looked: it goes in as it would have, and is a question of its own below another's. Raises
    Refused."""
    post, as_ = read_held_post(held.raw)
    submission = RawSubmission(held.door, held.key, post.whole.encode(), held.received_at)
    if as_ == "edited":
        known = await submissions.came_as(unit.db, held.door, post.id)
        if known is not None and known.question is not None:
            return await _edited(unit, intake, submission, known.question, post, by_hand=True)
    above = await submissions.question_of(unit.db, held.door, post.answers) if post.answers else None
    if above is not None and not post.author:
        # The channel does not say who wrote it: that it belongs there, whoever looked has decided.
        followed = await accept_follow_up(
            unit, intake.wall, submission, above, post.whole, held.door, vouched=True
        )
        return "duplicate" if followed.again else "follow_up"
    post = replace(post, needs_look=None, is_remark=False)
    if above is not None and not await _is_askers(unit, intake, above, post):
        post = replace(post, answers=None)
    return await _accept(unit, intake, submission, post, None, by_hand=True, public=as_ != "private")


async def _accept(
    unit: Unit,
    intake: Intake,
    submission: RawSubmission,
    post: SocialPost,
    language: str | None,
    *,
    by_hand: bool = False,
    public: bool = True,
) -> str:
    parent = post.answers
    above = await submissions.question_of(unit.db, submission.door, parent) if parent else None
    if above is not None:
        if not await _is_askers(unit, intake, above, post):
            return await _overhear(unit, submission, above)
        if not by_hand:
            await refuse_spam_sender(unit, above)
        return await _go_on(unit, intake, submission, above, post, vouched=by_hand)
    if post.is_remark:
        return await _overhear(unit, submission, None)
    new = NewQuestion(
        text=post.whole,
        channel=submission.door,
        asked_at=unit.now,
        language=language,
        publish_consent=public,
        account=post.author or None,
        post_url=post.url,
        post_id=post.id,
        post_visibility=post.visibility,
        post_warning=post.warning,
    )
    accepted = await accept_question(unit, intake, submission, new, vouched=by_hand)
    return "duplicate" if accepted.again else "question"


async def _go_on(
    unit: Unit, intake: Intake, submission: RawSubmission, question: UUID, post: SocialPost, *, vouched: bool
) -> str:
    """Its asker adds to it or, with the same words as by mail, has it asked again."""
    wall, way = intake.wall, submission.door
    known, why = await questions.get(unit.db, question), reason_to_ask_again(post.whole)
    if why is not None and known is not None and known.how == "answered":
        again = await accept_reopening(unit, wall, submission, question, why, way)
        return "duplicate" if again.again else "reopening"
    followed = await accept_follow_up(unit, wall, submission, question, post.whole, way, vouched=vouched)
    return "duplicate" if followed.again else "follow_up"


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
        return await _hold(unit, again, post, f"a held post was edited; by {post.author}", "edited")
    try:
        async with unit.db.transaction():
            if known.question is None:
                return await _accept(unit, intake, again, post, None)
            return await _edited(unit, intake, again, known.question, post)
    except Refused as refusal:
        return await _hold(unit, again, post, f"refused: {refusal.reason}", "edited")


async def _edited(
    unit: Unit,
    intake: Intake,
    again: RawSubmission,
    question: UUID,
    post: SocialPost,
    *,
    by_hand: bool = False,
) -> str:
    if not await _is_askers(unit, intake, question, post):
        return "remark"
    if not by_hand:
        await refuse_spam_sender(unit, question)
    stored = await questions.facets(unit.db, question)
    language = Facets.model_validate_json(stored).language if stored else None
    text = f"{CHANGED['fr' if language in (None, 'fr') else 'en']}\n\n{post.whole}"
    followed = await accept_follow_up(unit, intake.wall, again, question, text, again.door, vouched=by_hand)
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
    why = f"private mention by {post.author}: what answers it must not be public either"
    return await _hold(unit, submission, post, why, "private")

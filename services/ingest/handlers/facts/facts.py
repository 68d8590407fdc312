"""What the other services announced, as far as links and pages need it. Any order, any repetition."""

from __future__ import annotations

import orjson

from services.chassis.language.commonmark import marked, plain_words
from services.chassis.messaging.transaction import Unit
from services.contracts.envelope import Event
from services.contracts.links.signed_links import party_digest
from services.contracts.notifier import MailsSent, QuestionPublished, SimilarFound
from services.contracts.router import (
    IntakeChanged,
    QuestionAnswered,
    QuestionClosed,
    QuestionReopened,
    QuestionRouted,
)
from services.ingest.handlers.facts import early
from services.ingest.handlers.facts.conversation_facts import note_release
from services.ingest.store import pause
from services.ingest.store.conversations import conversation, questions, similar
from services.ingest.store.conversations.conversation import ConversationMessage, PartnerProgress
from services.ingest.store.conversations.questions import AskedPartner, QuestionEnding
from services.ingest.store.mail import sent_mails
from services.ingest.store.mail.sent_mails import StoredSentMail
from services.ingest.store.session import session_of


async def question_routed(unit: Unit, event: Event[QuestionRouted]) -> None:
    routed = event.data
    asked = AskedPartner(
        assignment_id=routed.assignment_id,
        partner=routed.partner.id,
        partner_name=routed.partner.name,
        digest=party_digest(routed.partner.id),
        attempt=routed.attempt,
        due_at=routed.due_at,
        promise_at=routed.promise_at,
        time_zone=routed.time_zone,
    )
    note_release(unit, event.subject, routed.released, event.time)
    session_of(unit).note_asked(event.subject, asked, routed.facets.found_out())
    early.hand_out(unit, event.subject, asked.partner)


async def question_answered(unit: Unit, event: Event[QuestionAnswered]) -> None:
    answered = event.data
    body = answered.model_dump_json(exclude_none=True)
    session = session_of(unit)
    session.end(event.subject, QuestionEnding("answered", body, answered.answered_at))
    session.add_message(event.subject, _as_message(answered))
    session.note_progress(
        PartnerProgress(answered.assignment_id, event.subject, answered_at=answered.answered_at)
    )


def _as_message(answered: QuestionAnswered) -> ConversationMessage:
    """Kept beside the ending: that is overwritten when the question is asked again."""
    return ConversationMessage(
        id=answered.answer_id,
        kind="answer",
        partner=answered.partner.id,
        partner_name=answered.partner.name,
        text=plain_words(answered.text, answered.format),
        marked=marked(answered.text, answered.format),
        sources=orjson.dumps(answered.sources).decode(),
        attachments=orjson.dumps([one.model_dump(mode="json") for one in answered.attachments]).decode(),
        written_at=answered.answered_at,
        ends_at=None,
    )


async def question_closed(unit: Unit, event: Event[QuestionClosed]) -> None:
    """That the asker withdrew it is known here first, and an answer given before stays theirs to read."""
    if event.data.reason == "withdrawn":
        return
    note_release(unit, event.subject, event.data.released, event.time)
    body = event.data.model_dump_json(exclude_none=True, exclude={"released"})
    session_of(unit).end(event.subject, QuestionEnding("closed", body, event.time))
    if event.data.reason == "spam":
        await conversation.mark_spam(unit.db, event.subject, event.time)


async def question_reopened(unit: Unit, event: Event[QuestionReopened]) -> None:
    """A word like the endings, and stands against those before it."""
    session_of(unit).end(event.subject, QuestionEnding("reopened", "", event.time))
    await questions.to_post_again(unit.db, event.subject, event.time)
    await conversation.lift_spam(unit.db, event.subject, event.time)


async def question_published(unit: Unit, event: Event[QuestionPublished]) -> None:
    if event.data.place == "archive" and event.data.url:
        await questions.note_archived(unit.db, event.subject, event.data.url)


async def similar_found(unit: Unit, event: Event[SimilarFound]) -> None:
    found = [(one.title, one.url) for one in event.data.similar]
    await similar.note(unit.db, event.data.assignment_id, event.subject, found)


async def mails_sent(unit: Unit, event: Event[MailsSent]) -> None:
    """Of several questions, which are known here: all began here."""
    await sent_mails.add(unit.db, [StoredSentMail(**dict(mail)) for mail in event.data.mails])


async def intake_changed(unit: Unit, event: Event[IntakeChanged]) -> None:
    await pause.note(unit.db, event.data.paused, event.data.notice, event.time)

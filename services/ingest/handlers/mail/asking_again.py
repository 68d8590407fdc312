"""By mail the asker says that the answer does not help: the words of `replies/asking_again`, and what they
send with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from services.chassis.messaging.transaction import Unit
from services.ingest.domain.intake import RawSubmission
from services.ingest.handlers.conversation import accept_reopening
from services.ingest.handlers.files.files import Upload, keep_files
from services.ingest.handlers.questions import Intake
from services.ingest.handlers.submissions import AcceptedSubmission, accept_follow_up
from services.ingest.store.conversations import questions
from services.ingest.store.conversations.questions import StoredQuestion


async def ask_again(
    unit: Unit,
    intake: Intake,
    submission: RawSubmission,
    question: StoredQuestion,
    why: str,
    uploads: Sequence[Upload],
    about_files: str,
) -> AcceptedSubmission:
    """Files go as a message of their own to whoever has the question next. Raises Refused and Walled."""
    accepted = await accept_reopening(unit, intake.wall, submission, question.id, why, "mail")
    if accepted.again or not uploads:
        return accepted
    own = replace(submission, key=f"{submission.key} files")
    mailbox = await questions.mailbox_of(unit.db, question.id)
    kept = await keep_files(unit, intake.public_url, uploads, "follow_up", room=intake.room, mailbox=mailbox)
    followed = await accept_follow_up(
        unit, intake.wall, own, question.id, about_files, "mail", kept.attachments
    )
    await kept.follow(unit, followed)
    return accepted

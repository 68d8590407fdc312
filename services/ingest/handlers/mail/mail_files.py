"""What comes with a mail and is passed on, and the names of what is not."""

from __future__ import annotations

from services.ingest.domain.files import HEAD, fitting_name, media_type_of
from services.ingest.domain.mail.parsed_mail import ParsedMail
from services.ingest.domain.mime.text_of_mail import MailAttachment
from services.ingest.domain.zipped_documents import why_not_taken
from services.ingest.handlers.files.files import Upload

LEFT_OUT = "Fichiers non transmis / files not passed on:"
MOST_NAMED = 20


def uploads_of(mail: ParsedMail) -> list[Upload]:
    """Only what is a photo, document or sound is passed on; the raw mail keeps the rest."""
    return [Upload.of(one.name, one.content) for one in mail.attachments if is_taken(one)]


def with_left_out(text: str, mail: ParsedMail) -> str:
    """The text, and the names of the files that are not passed on: its reader and its writer both see it."""
    names = [fitting_name(one.name, "") for one in mail.attachments if not is_taken(one)]
    return "\n\n".join([text, *([f"{LEFT_OUT} {', '.join(names[:MOST_NAMED])}"] if names else [])])


def is_taken(attachment: MailAttachment) -> bool:
    content = attachment.content
    media_type = media_type_of(content[:HEAD], attachment.name) if content else None
    return media_type is not None and why_not_taken(content, media_type) is None

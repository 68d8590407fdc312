"""Keeping the files that come with a question or an answer."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID, uuid4

from services.chassis.messaging.transaction import Unit
from services.contracts.vocabulary import Attachment
from services.ingest.domain import older_documents, zipped_documents
from services.ingest.domain.cleaning import clean_line
from services.ingest.domain.files import HEAD, LONGEST_NAME, OLD_OFFICE, fitting_name, media_type_of
from services.ingest.domain.intake import Refused
from services.ingest.handlers.files.file_room import FileRoom
from services.ingest.handlers.submissions import AcceptedSubmission
from services.ingest.store import files
from services.ingest.store.files import File

WAITING = "form"
"""What a file belongs to while the form it came with has a fault."""
CHUNK = 256 * 1024
"""Bytes in memory at once."""


class Readable(Protocol):
    async def read(self, size: int) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    content: Readable
    size: int

    @classmethod
    def of(cls, name: str, content: bytes) -> Upload:
        return cls(name, InMemory(content), len(content))


class InMemory:
    """The content of a mail's attachment, read like an upload."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._position = 0

    async def read(self, size: int) -> bytes:
        piece = self._content[self._position : self._position + size]
        self._position += len(piece)
        return piece


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """What came with a submission, kept before anything is decided about it."""

    files: tuple[File, ...]
    belongs_to: str
    attachments: tuple[Attachment, ...]
    """As events name them."""

    async def follow(self, unit: Unit, accepted: AcceptedSubmission) -> AcceptedSubmission:
        """They are the question's now. What had come before keeps the files it had, and what was kept now
        goes again: nobody would ever find it to erase it."""
        kept = [file.id for file in self.files]
        if kept and accepted.again:
            await files.drop(unit.db, kept)
        elif kept:
            await files.attach(unit.db, kept, accepted.question, self.belongs_to)
        return accepted


async def keep_files(
    unit: Unit,
    public_url: str,
    uploads: Sequence[Upload],
    belongs_to: str,
    waiting: Sequence[File] = (),
    *,
    room: FileRoom,
    mailbox: bytes | None = None,
) -> KeptFiles:
    """`waiting` are here since an earlier try. `mailbox`: whose files they are, where they count for
    somebody. Raises NoRoom and NoRoomAtAll. What they came with must be accepted in the same transaction,
    and then told by `follow`."""
    new = sum(upload.size for upload in uploads)
    await room.check(unit, new + sum(file.size for file in waiting), new=new, mailbox=mailbox)
    kept = (*waiting, *[await _keep(unit, upload, belongs_to) for upload in uploads])
    return KeptFiles(kept, belongs_to, tuple(attachment_of(public_url, file) for file in kept))


async def keep_for_form(
    unit: Unit, uploads: Sequence[Upload], room: FileRoom
) -> tuple[list[File], list[str]]:
    """Keep what came with a form until it is sent without fault; and the names of what is not taken. Raises
    NoRoomAtAll."""
    if uploads:
        await room.check_all(unit, sum(upload.size for upload in uploads))
    kept, refused = [], []
    for upload in uploads:
        try:
            kept.append(await _keep(unit, upload, WAITING))
        except Refused:
            refused.append(upload.name)
    return kept, refused


def draft_of(partner: str) -> str:
    """What a file belongs to that goes with an answer of this library's which is still being written."""
    return f"draft {partner}"


async def keep_for_answer(
    unit: Unit, uploads: Sequence[Upload], question: UUID, partner: str, room: FileRoom
) -> tuple[list[File], list[str]]:
    """Keep what goes with an answer to this question; and the names of what is not taken. It goes with the
    question where it is never sent. Raises NoRoomAtAll."""
    kept, refused = await keep_for_form(unit, uploads, room)
    if kept:
        await files.attach(unit.db, [file.id for file in kept], question, draft_of(partner))
    return kept, refused


async def handed_in_before(
    unit: Unit, public_url: str, named: Sequence[UUID], question: UUID, partner: str
) -> tuple[Attachment, ...]:
    """The files that an answer names, its own from now on. Raises Refused where one was never handed in."""
    if not named:
        return ()
    drafted = await files.drafted(unit.db, list(named), question, draft_of(partner))
    if {file.id for file in drafted} != set(named):
        raise Refused("a file was not handed in for this answer", field="files")
    await files.belong(unit.db, list(named), "answer")
    return tuple(attachment_of(public_url, file) for file in drafted)


def attachment_of(public_url: str, file: File) -> Attachment:
    url = f"{public_url}/files/{file.id}"
    return Attachment(name=file.name, media_type=file.media_type, size=file.size, sha256=file.sha256, url=url)


async def _keep(unit: Unit, upload: Upload, belongs_to: str) -> File:
    """Raises Refused for what is no photo or document."""
    called = clean_line(upload.name, LONGEST_NAME) or "attachment"
    head = await upload.content.read(HEAD)
    media_type = media_type_of(head, called)
    if media_type is None:
        raise Refused(f"{called}: not a photo, document or sound that is taken", field="files")
    if head.startswith((zipped_documents.START, OLD_OFFICE, older_documents.RTF)):
        head += await _rest_of(upload)
        why = zipped_documents.why_not_taken(head, media_type) or older_documents.why_not_taken(head)
        if why:
            raise Refused(f"{called}: a document that holds {why} is not taken", field="files")
    name = fitting_name(called, media_type)
    identity, digest, size = uuid4(), hashlib.sha256(), 0
    number = 0
    async for piece in _pieces(head, upload.content):
        digest.update(piece)
        size += len(piece)
        await files.add_chunk(unit.db, identity, number, piece)
        number += 1
    file = File(identity, name, media_type, size, digest.hexdigest())
    await files.add(unit.db, file, belongs_to, unit.now)
    return file


async def _rest_of(upload: Upload) -> bytes:
    """Of a document whose list of parts stands at its end."""
    pieces = []
    while piece := await upload.content.read(CHUNK):
        pieces.append(piece)
    return b"".join(pieces)


async def _pieces(head: bytes, content: Readable) -> AsyncIterator[bytes]:
    while len(head) > CHUNK:
        yield head[:CHUNK]
        head = head[CHUNK:]
    piece = head + await content.read(CHUNK)
    while piece:
        yield piece
        piece = await content.read(CHUNK)


async def listed(unit: Unit, public_url: str, question: UUID) -> list[dict[str, Any]]:
    """What the asker sent, as events say it."""
    found = await files.files_of(unit.db, question, "question", "follow_up")
    return [as_event(public_url, file) for file in found]


def as_event(public_url: str, file: File) -> dict[str, Any]:
    """As it stands in an event's JSON; its address opens nothing by itself (contracts.file_links)."""
    return attachment_of(public_url, file).model_dump(mode="json")

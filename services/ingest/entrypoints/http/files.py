"""Files out: always as a download, never as a page of ours. And the uploads in a form."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from urllib.parse import quote
from uuid import UUID

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from services.chassis.language import N_
from services.chassis.messaging.transaction import Unit
from services.contracts.links.file_links import NETWORK, party_of
from services.contracts.links.signed_links import ASKER, party_digest
from services.ingest.domain.intake import Refused, UnknownQuestion
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.places import InPlace, Places
from services.ingest.entrypoints.scanner import Scanner
from services.ingest.handlers.files.files import Upload
from services.ingest.store import files
from services.ingest.store.access import links
from services.ingest.store.conversations import questions
from services.ingest.store.files import File

DOWNLOADS, DOWNLOADS_EACH = 50, 8
UPLOADS, UPLOADS_EACH = 60, 8
"""At once, of everybody and of one sender: fewer than a fifth of the connections a copy serves."""
MOST_FILES, LARGEST_FILE = 3, 10_000_000
HARMFUL = N_("Not taken, for ClamAV found something harmful in it: %(names)s.")
NOT_SEARCHED = N_(
    "Files cannot be searched for viruses at the moment:"
    " send the rest without them, or come back in some minutes."
)
NOT_ACCEPTED = N_("These files are not accepted: three at most, 10 MB each, pictures, PDF or text.")
EVERYTHING = (party_digest(ASKER), party_digest(NETWORK))
"""The asker's own, and those of the network who see all of it: nobody takes these back."""
SAFE = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
    "cross-origin-resource-policy": "same-origin",
}


def uploads_of(form: FormData) -> list[Upload]:
    """The files chosen in a form. Raises Refused for too many, or one too large."""
    chosen = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    if len(chosen) > MOST_FILES:
        raise Refused(f"{len(chosen)} files; {MOST_FILES} at most", field="files")
    if any((one.size or 0) > LARGEST_FILE for one in chosen):
        raise Refused(f"a file holds {LARGEST_FILE // 1_000_000} MB at most", field="files")
    return [Upload(one.filename or "", one, one.size or 0) for one in chosen]


def sorted_uploads(form: FormData) -> tuple[list[Upload], list[str]]:
    """The files chosen in a form that may be kept, and the names of those that are too large."""
    chosen = [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]
    small = [
        Upload(one.filename or "", one, one.size or 0) for one in chosen if (one.size or 0) <= LARGEST_FILE
    ]
    return small, [one.filename or "" for one in chosen if (one.size or 0) > LARGEST_FILE]


async def read_again(form: FormData) -> None:
    """From their first byte: an earlier try may have read some of them."""
    for one in form.getlist("files"):
        if isinstance(one, UploadFile):
            await one.seek(0)


async def harmful(scanner: Scanner | None, uploads: Sequence[Upload]) -> list[str]:
    """Names of those in which something was found, with it. Raises ScannerAway. Each is read to its end."""
    if scanner is None:
        return []
    found = [(upload.name, await scanner.found_in(upload)) for upload in uploads]
    return [f"{name} ({what})" for name, what in found if what]


@dataclass(frozen=True, slots=True)
class FileDownloads:
    door: DoorContext
    places: Places = field(default_factory=lambda: Places(DOWNLOADS, DOWNLOADS_EACH))

    def routes(self) -> list[BaseRoute]:
        return [Route("/files/{file_id:uuid}/{token}", self.download)]

    async def download(self, request: Request) -> Response:
        identity, token = request.path_params["file_id"], request.path_params["token"]
        async with self.door.begin() as unit:
            file = await self._opened(unit, identity, party_of(self.door.intake.file_keys, identity, token))
        named = {"content-disposition": f"attachment; filename*=UTF-8''{quote(file.name)}"}
        size = {"content-length": str(file.size)}
        content = StreamingResponse(
            self._pieces(file), media_type=file.media_type, headers=SAFE | named | size
        )
        return InPlace(content, self.places, self.door.limits.sender(request))

    async def _opened(self, unit: Unit, identity: UUID, party: str | None) -> File:
        """Raises UnknownQuestion for what is no address of ours, or no longer opens: as links do."""
        file = await files.get(unit.db, identity) if party else None
        if file is None or file.question is None:
            raise UnknownQuestion("no such file")
        if party in EVERYTHING:
            return file
        libraries = await questions.libraries_of(unit.db, file.question)
        library = next((one for one in libraries if party_digest(one) == party), None)
        if library is None or await links.is_revoked(unit.db, file.question, library):
            raise UnknownQuestion("no such file")
        return file

    async def _pieces(self, file: File) -> AsyncIterator[bytes]:
        number = 0
        while True:
            async with self.door.begin() as unit:
                piece = await files.chunk(unit.db, file.id, number)
            if piece is None:
                return
            yield piece
            number += 1

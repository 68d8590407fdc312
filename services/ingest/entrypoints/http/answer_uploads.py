"""Files for an answer that is written at the workspace: handed in before the answer, which names them.

The address is sealed by the key of files, which the workspace has too; it never reaches a browser. The same
limits and the same scanner as for files on the pages and in mails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Route

from services.contracts.links.file_links import may_upload
from services.ingest.domain.intake import Refused, UnknownQuestion
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.files import MOST_FILES, harmful, read_again, uploads_of
from services.ingest.entrypoints.http.links import must_have_been_asked
from services.ingest.entrypoints.scanner import ScannerAway
from services.ingest.handlers.files.file_room import NoRoomAtAll
from services.ingest.handlers.files.files import Upload, keep_for_answer
from services.ingest.store.files import File


@dataclass(frozen=True, slots=True)
class AnswerUploads:
    door: DoorContext

    def routes(self) -> list[BaseRoute]:
        return [Route("/files/answers/{question:uuid}/{partner}/{token}", self.take, methods=["POST"])]

    async def take(self, request: Request) -> Response:
        """Which were kept, and the names of those that were not; a code where none can be taken now."""
        question, partner = request.path_params["question"], request.path_params["partner"]
        if not may_upload(self.door.intake.file_keys, question, partner, request.path_params["token"]):
            raise UnknownQuestion("no such question here")
        async with request.form(max_files=MOST_FILES + 1) as form:
            try:
                uploads = uploads_of(form)
                if found := await harmful(self.door.scanner, uploads):
                    return JSONResponse({"files": [], "harmful": found}, 422)
                await read_again(form)
                return await self._keep(request, uploads)
            except ScannerAway:
                return JSONResponse({"code": "not_searched"}, 503)
            except NoRoomAtAll:
                return JSONResponse({"code": "no_room"}, 507)
            except Refused as refusal:
                if isinstance(refusal, UnknownQuestion):
                    raise
                return JSONResponse({"code": "too_large_or_many"}, 413)

    async def _keep(self, request: Request, uploads: Sequence[Upload]) -> Response:
        question, partner = request.path_params["question"], request.path_params["partner"]
        async with self.door.begin(question) as unit:
            await must_have_been_asked(unit, question, partner)
            kept, refused = await keep_for_answer(unit, uploads, question, partner, self.door.intake.room)
        return JSONResponse({"files": [_told(file) for file in kept], "refused": refused})


def _told(file: File) -> dict[str, object]:
    return {"id": str(file.id), "name": file.name, "media_type": file.media_type, "size": file.size}

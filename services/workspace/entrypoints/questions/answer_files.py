"""Files that go with an answer: handed to ingest at once, which keeps, limits and searches them."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import httpx
from starlette.datastructures import FormData, UploadFile

from services.contracts.links.file_links import upload_token

MOST_FILES = 3
LARGEST_FORM = 31_000_000
"""Bytes of a form with files, as at ingest's own doors."""
SECONDS = 60.0
"""Three files, searched for viruses, at most."""


@dataclass(frozen=True, slots=True)
class FilesTaken:
    """`kept`: as ingest told. `fault`: code of why nothing, or not all, was kept; `names`: of those files."""

    kept: tuple[dict[str, Any], ...] = ()
    fault: str = ""
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class AnswerFiles:
    """`url`: where ingest is; without it, or without keys, no file can be attached."""

    url: str = ""
    keys: Sequence[bytes] = field(default=(), repr=False)
    transport: httpx.AsyncBaseTransport | None = field(default=None)

    @property
    def possible(self) -> bool:
        return bool(self.url and self.keys)

    async def hand_over(
        self, question: UUID, partner: str, chosen: Sequence[UploadFile], room: int
    ) -> FilesTaken:
        """`room`: how many more the answer may have."""
        if not chosen:
            return FilesTaken()
        names = tuple(one.filename or "" for one in chosen)
        if not self.possible:
            return FilesTaken(fault="files_away", names=names)
        if len(chosen) > room:
            return FilesTaken(fault="files_too_many", names=names)
        token = upload_token(self.keys, question, partner)
        address = f"{self.url.rstrip('/')}/files/answers/{question}/{partner}/{token}"
        files = [("files", (one.filename or "", one.file, one.content_type or "")) for one in chosen]
        try:
            async with httpx.AsyncClient(timeout=SECONDS, transport=self.transport) as client:
                answer = await client.post(address, files=files)
        except httpx.TransportError:
            return FilesTaken(fault="files_away", names=names)
        return _read(answer, names)


def _read(answer: httpx.Response, names: tuple[str, ...]) -> FilesTaken:
    told: dict[str, Any] = {}
    with suppress(ValueError):
        told = answer.json()
    if harmful := told.get("harmful"):
        return FilesTaken(fault="files_harmful", names=tuple(map(str, harmful)))
    if answer.status_code == 413:
        return FilesTaken(fault="files_too_large", names=names)
    if not answer.is_success:
        return FilesTaken(fault="files_away", names=names)
    refused = tuple(map(str, told.get("refused", ())))
    return FilesTaken(tuple(told.get("files", ())), "files_not_taken" if refused else "", refused)


def chosen_in(form: FormData) -> list[UploadFile]:
    return [one for one in form.getlist("files") if isinstance(one, UploadFile) and one.filename]

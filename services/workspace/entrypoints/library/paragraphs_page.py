"""Standard paragraphs: what a library, and the network, write once and use in many answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from uuid_utils.compat import uuid7

from services.workspace.domain.roles import OF_A_LIBRARY
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word, words
from services.workspace.store import audit, libraries, people
from services.workspace.store.library import paragraphs
from services.workspace.store.library.paragraphs import NETWORK, Paragraph

LONGEST_TITLE, LONGEST_TEXT = 120, 10_000
ALWAYS = ("fr", "en")
"""Languages that are offered whatever the libraries speak."""


@dataclass(frozen=True)
class ParagraphsPage:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        return [
            self.guard.get("/paragraphs", "see paragraphs", self.show),
            self.guard.post("/paragraphs", "write paragraphs", self.add),
            self.guard.post("/paragraphs/{paragraph:uuid}", "write paragraphs", self.change),
            self.guard.post("/paragraphs/{paragraph:uuid}/remove", "write paragraphs", self.remove),
        ]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        return await self._page(request, visitor)

    async def _page(self, request: Request, visitor: Visitor, fault: str = "", **given: str) -> Response:
        async with self.guard.begin() as unit:
            owners = await people.libraries(unit.db, visitor.libraries)
            seen = (NETWORK, *visitor.libraries)
            context: dict[str, Any] = {
                "rows": await paragraphs.listed(unit.db, seen),
                "languages": await libraries.languages(unit.db, visitor.libraries or None),
            }
        names = {one["id"]: one["name"] for one in owners}
        writable = [one for one in (*names, NETWORK) if may_write(visitor, one)]
        languages = tuple(dict.fromkeys((*ALWAYS, *context.pop("languages"))))
        values = {"title": "", "text": "", "language": languages[0], "library": ""} | given
        return self.guard.pages.show(
            "paragraphs.html",
            visitor,
            request,
            status=422 if fault else 200,
            **context,
            names=names,
            writable=writable,
            languages=languages,
            fault=fault,
            values=values,
        )

    async def add(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        return await self._put(request, visitor, form, uuid7(), word(form, "library"))

    async def change(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        known = await self._known(visitor, request.path_params["paragraph"])
        return await self._put(request, visitor, form, known.id, known.partner)

    async def remove(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        known = await self._known(visitor, request.path_params["paragraph"])
        async with self.guard.begin() as unit:
            await paragraphs.remove(unit.db, known.id)
            await audit.note(
                unit.db, unit.now, visitor.person, "removed_paragraph", partner=known.partner or None
            )
        return RedirectResponse("/paragraphs", 303)

    async def _known(self, visitor: Visitor, paragraph: UUID) -> Paragraph:
        """Raises 404 for one that is none, or none of theirs to change."""
        async with self.guard.begin() as unit:
            known = await paragraphs.one(unit.db, paragraph)
        if known is None or not may_write(visitor, known.partner):
            raise HTTPException(404)
        return known

    async def _put(
        self, request: Request, visitor: Visitor, form: FormData, paragraph: UUID, partner: str
    ) -> Response:
        title, text = word(form, "title", LONGEST_TITLE), words(form, "text", LONGEST_TEXT).strip()
        language = word(form, "language", 8)
        if not may_write(visitor, partner):
            return self.guard.pages.message(visitor, "forbidden", 403)
        if fault := _fault(title, text, language):
            given = {"title": title, "text": text, "language": language, "library": partner}
            return await self._page(request, visitor, fault, **given)
        async with self.guard.begin() as unit:
            await paragraphs.put(
                unit.db, Paragraph(paragraph, partner, language, title, text), visitor.person, unit.now
            )
            await audit.note(unit.db, unit.now, visitor.person, "wrote_paragraph", partner=partner or None)
        return RedirectResponse(f"/paragraphs#p-{paragraph}", 303)


def may_write(visitor: Visitor, partner: str) -> bool:
    """The lead of a library for it, the coordinator for the network."""
    if partner == NETWORK:
        return visitor.may("steer the network")
    return any(
        member.partner == partner and member.role in OF_A_LIBRARY and visitor.may("write paragraphs", partner)
        for member in visitor.members
    )


def _fault(title: str, text: str, language: str) -> str:
    """Code of the first field that is to be mended."""
    if not title:
        return "no_title"
    if not text:
        return "no_text"
    return "" if language.isascii() and language.isalpha() and len(language) in (2, 3) else "no_language"

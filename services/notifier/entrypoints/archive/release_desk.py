"""The coordinator's desk: what waits for release, one page to edit and release, and taking off again.

Behind a name and a password (HTTP Basic, RFC 7617; put TLS before it). A form carries a token made of the
secret and the entry, so that no other site can send it in the coordinator's name.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup, escape
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from services.chassis.language import N_
from services.chassis.language.names import THEMES, Names
from services.chassis.messaging.transaction import Begin, Unit
from services.contracts.vocabulary import WORD_PATTERN as SUBJECT
from services.notifier.domain.personal_data import marks
from services.notifier.entrypoints.archive.guesses import Guesses
from services.notifier.entrypoints.archive.pages import ArchivePages
from services.notifier.entrypoints.archive.posting import Posting
from services.notifier.entrypoints.archive.public import Answers
from services.notifier.handlers import archiving
from services.notifier.handlers.archiving import NotForThePublic, ReleaseRules
from services.notifier.store.archive import entries
from services.notifier.store.archive.entries import Entry

MOST_LISTED = 100
LONGEST, LONGEST_LINE, LONGEST_TITLE = 50_000, 500, 200
"""Characters of a text, of a source or a subject, of a title."""

EMPTY_FIELD = N_(
    "This field is empty. Nothing is released: write what everyone will read, or choose “Keep private”."
)
WALLED = {
    "answer": N_("It holds a link of ours or the private note, which nobody else may read. Take it out.")
}
ODD_SUBJECT = N_(
    "A subject of the network is written in small letters without accents, as “local-history”; empty, there"
    " is none."
)
NEEDED = ("title", "question", "answer")
FIELDS = (*NEEDED, "sources", "subject")


@dataclass(frozen=True, slots=True)
class DeskCredentials:
    """Name and password of who may release."""

    user: str
    password: str

    def opens(self, header: str) -> bool:
        scheme, _, given = header.partition(" ")
        try:
            decoded = base64.b64decode(given, validate=True)
        except ValueError:  # of letters that are no ASCII, too
            return False
        wanted = f"{self.user}:{self.password}".encode()
        return scheme.lower() == "basic" and hmac.compare_digest(decoded, wanted)

    def token(self, about: object) -> str:
        return hmac.new(self.password.encode(), f"release {about}".encode(), hashlib.sha256).hexdigest()


class ReleaseDesk:
    def __init__(
        self, begin: Begin, posting: Posting, pages: ArchivePages, rules: ReleaseRules, key: DeskCredentials
    ) -> None:
        self._posting = posting
        self._begin = begin
        self._pages = pages
        self._rules = rules
        self._key = key
        self._guesses = Guesses()

    def routes(self) -> list[Route]:
        return [
            Route("/desk", self._guarded(self.queue)),
            Route("/desk/posts", self._guarded(self.posts)),
            Route("/desk/posts/{delivery:uuid}", self._guarded(self.posted), methods=["POST"]),
            Route("/desk/{number:int}", self._guarded(self.look)),
            Route("/desk/{number:int}", self._guarded(self.decide), methods=["POST"]),
        ]

    def _guarded(self, door: Answers) -> Answers:
        async def guarded(request: Request) -> Response:
            given = request.headers.get("authorization", "")
            if given and self._guesses.too_many:
                return PlainTextResponse("too many wrong passwords; come back in a moment\n", 429)
            if self._key.opens(given):
                return await door(request)
            if given:
                await self._guesses.wrong()
            challenge = {"WWW-Authenticate": 'Basic realm="release", charset="UTF-8"'}
            return PlainTextResponse("a name and a password are needed here\n", 401, headers=challenge)

        return guarded

    async def posts(self, request: Request) -> Response:
        waiting = [(one, text, self._key.token(one.id)) for one, text in await self._posting.waiting()]
        return self._pages.desk(request, "posts.html", waiting=waiting)

    async def posted(self, request: Request) -> Response:
        delivery = request.path_params["delivery"]
        if not await self._genuine(request, delivery):
            return _forged()
        await self._posting.posted(delivery)
        return RedirectResponse("/desk/posts", status_code=303)

    async def _genuine(self, request: Request, about: object) -> bool:
        async with request.form(max_fields=10) as form:
            return _same(str(form.get("token", "")), self._key.token(about))

    async def queue(self, request: Request) -> Response:
        async with self._begin() as unit:
            held = await entries.queue(unit.db, MOST_LISTED)
        return self._pages.desk(request, "desk.html", held=held)

    async def look(self, request: Request) -> Response:
        async with self._begin() as unit:
            entry = await entries.take(unit.db, request.path_params["number"], ("held", "published"))
        if entry is None:
            return self._pages.missing(request)
        return self._page(request, entry, _proposed(entry))

    def _page(
        self, request: Request, entry: Entry, values: dict[str, str], faults: Mapping[str, str] | None = None
    ) -> Response:
        return self._pages.desk(
            request,
            "release.html",
            status=422 if faults else 200,
            entry=entry,
            values=values,
            subjects=self._subjects(request, values["subject"]),
            faults=faults or {},
            token=self._key.token(entry.number),
            **_as_it_came(entry),
        )

    def _subjects(self, request: Request, chosen: str) -> list[tuple[str, str]]:
        """Code and name of each theme, and of the one that stands there already."""
        names = Names(self._pages.words(request))
        codes = dict.fromkeys((*THEMES, chosen))
        return sorted(
            ((code, names.theme(code)) for code in codes if code), key=lambda one: one[1].casefold()
        )

    async def decide(self, request: Request) -> Response:
        number = request.path_params["number"]
        async with request.form(max_fields=10) as form:
            sent = {name: str(value) for name, value in form.items()}
        if not _same(sent.get("token", ""), self._key.token(number)):
            return _forged()
        async with self._begin() as unit:
            entry = await entries.take(unit.db, number, ("held", "published"))
            if entry is not None:
                if sent.get("deed") == "release" and (faults := faults_of(sent)):
                    return self._page(request, entry, {name: sent.get(name, "") for name in FIELDS}, faults)
                try:
                    await self._carry_out(unit, entry, sent)
                except NotForThePublic:
                    return self._page(request, entry, {name: sent.get(name, "") for name in FIELDS}, WALLED)
        return RedirectResponse("/desk", status_code=303)

    async def _carry_out(self, unit: Unit, entry: Entry, sent: Mapping[str, str]) -> None:
        deed = sent.get("deed")
        if deed == "release" and entry.state == "held":
            await archiving.release(unit, self._rules, edited(entry, sent), self._key.user)
        elif deed == "keep" and entry.state == "held":
            await entries.take_off(unit.db, entry, "kept_private", unit.now)
        elif deed == "withdraw" and entry.state == "published":
            await entries.take_off(unit.db, entry, "withdrawn", unit.now)


def _same(given: str, wanted: str) -> bool:
    """In constant time; of any letters."""
    return hmac.compare_digest(given.encode("utf-8", "replace"), wanted.encode())


def _forged() -> Response:
    return PlainTextResponse("this form is not ours, or too old: open the page again\n", 403)


def faults_of(sent: Mapping[str, str]) -> dict[str, str]:
    """Field -> the message that says what is wrong. Nobody can tell whether a field was emptied
    because all of it is private, so what stood there is never put in its place."""
    faults = {name: EMPTY_FIELD for name in NEEDED if not _text(sent.get(name))}
    subject = _line(sent.get("subject"))
    return faults | ({"subject": ODD_SUBJECT} if subject and not re.match(SUBJECT, subject) else {})


def edited(entry: Entry, sent: Mapping[str, str]) -> Entry:
    """The entry in the coordinator's words alone: of what came, nothing is left that they did not send."""
    return replace(
        entry,
        title=_line(sent.get("title"), LONGEST_TITLE),
        question=_text(sent.get("question")),
        answer=_text(sent.get("answer")),
        sources=tuple(filter(None, map(_line, _text(sent.get("sources")).split("\n")))),
        subject=_line(sent.get("subject")) or None,
    )


def marked(text: str, entry: Entry) -> Markup:
    """The text as HTML, with everything that looks personal in <mark>."""
    parts, last = [], 0
    for mark in marks(text, archiving.names(entry)):
        personal = Markup('<mark title="{}">{}</mark>').format(mark.kind, text[mark.start : mark.end])
        parts += [escape(text[last : mark.start]), personal]
        last = mark.end
    return Markup("").join((*parts, escape(text[last:])))


def _as_it_came(entry: Entry) -> dict[str, Any]:
    """Every text of the entry, with what looks personal marked, and how many places that are."""
    texts = (entry.question, entry.answer, *entry.sources, entry.subject or "")
    return {
        "question_marked": marked(entry.question, entry),
        "answer_marked": marked(entry.answer, entry),
        "sources_marked": [marked(source, entry) for source in entry.sources],
        "subject_marked": marked(entry.subject or "", entry),
        "number_of_marks": sum(len(marks(text, archiving.names(entry))) for text in texts),
    }


def _proposed(entry: Entry) -> dict[str, str]:
    """What stands in the form: everything masked."""
    clean = archiving.without_personal_data(entry)
    return {
        "title": clean.title,
        "question": clean.question,
        "answer": clean.answer,
        "sources": "\n".join(clean.sources),
        "subject": clean.subject or "",
    }


def _text(value: str | None) -> str:
    return (value or "").replace("\x00", "").replace("\r\n", "\n").strip()[:LONGEST]


def _line(value: str | None, most: int = LONGEST_LINE) -> str:
    return " ".join(_text(value).split())[:most]

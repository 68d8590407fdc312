"""The question page, and the same form inside a partner library's own site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from services.chassis.language import N_, Translator
from services.ingest.domain.forms import new_number
from services.ingest.domain.intake import NewQuestion, OfSpamSender, RawSubmission, Refused, ReusedKey
from services.ingest.entrypoints.http.batching import IntakeBatches
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.files import (
    HARMFUL,
    MOST_FILES,
    NOT_SEARCHED,
    harmful,
    read_again,
    sorted_uploads,
)
from services.ingest.entrypoints.http.limits import TooMany
from services.ingest.entrypoints.http.pages.chosen_files import (
    chosen,
    empty_names,
    file_faults,
    not_taken,
    waiting_files,
)
from services.ingest.entrypoints.http.pages.question_form import (
    EMPTY,
    find_faults,
    new_question,
    once,
    origin_of,
    values_of,
)
from services.ingest.entrypoints.http.pages.rendering import SitePages
from services.ingest.entrypoints.scanner import ScannerAway
from services.ingest.handlers.caps import mailbox_digest
from services.ingest.handlers.files.file_room import NoRoom, NoRoomAtAll
from services.ingest.handlers.files.files import Upload, keep_files, keep_for_form
from services.ingest.handlers.questions import accept_question
from services.ingest.handlers.spam import OF_SPAM_SENDER, hold_spam
from services.ingest.handlers.submissions import AcceptedSubmission
from services.ingest.store import files as files_store
from services.ingest.store.files import File

HELD = (
    N_("Thank you"),
    N_("Your text looks like an automatic one: a person will read it before it goes on."),
)
NO_ROOM = N_(
    "No more files can be taken from you for the moment: send the question without them, or come back later."
)
FILES_WENT = N_("Your files went with the question that you sent before: choose them again.")
NO_FAULTS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AskPage:
    """The form, alone and in a library's page, and what becomes of it."""

    door: DoorContext
    pages: SitePages
    together: IntakeBatches

    def routes(self) -> list[BaseRoute]:
        return [
            Route("/", self.ask),
            Route("/embed/{partner}", self.embedded),
            Route("/questions", self.take, methods=["POST"]),
            Route("/questions/published", self.look, methods=["POST"]),
            *(Route(path, self.again, methods=["GET"]) for path in ("/questions", "/questions/published")),
        ]

    async def ask(self, request: Request) -> Response:
        await self.door.paused.raise_if_paused()
        return self._form(request, self.pages.words(request), {})

    async def again(self, _request: Request) -> Response:
        """The address that a form with faults stands at, opened anew."""
        return RedirectResponse(f"{self.door.intake.public_url}/", 303)

    async def embedded(self, request: Request) -> Response:
        """For a frame in the partner's own page: the partner is where the question was asked."""
        await self.door.paused.raise_if_paused()
        return self._form(request, self.pages.words(request), {"origin": request.path_params["partner"]})

    async def take(self, request: Request) -> Response:
        self.door.limits.check(request)
        await self.door.paused.raise_if_paused()
        async with request.form(max_files=MOST_FILES + 1) as filled:
            return await self._taken(request, filled)

    async def look(self, request: Request) -> Response:
        """The form as it is filled in, with what is already published, for who reads without scripts."""
        self.door.limits.check(request)
        async with request.form(max_files=MOST_FILES + 1) as filled:
            values = values_of(filled)
            words = self.pages.words(request, values.get("lang"))
            if full := await self._not_taken(request, filled, words):
                return self._form(request, words, values, {"files": full}, await self._waiting(filled))
            return await self._mended(request, filled, values, {}, looking=True)

    async def _taken(self, request: Request, filled: FormData) -> Response:
        values = values_of(filled)
        words = self.pages.words(request, values.get("lang"))
        faults = find_faults(values, words, smtputf8=self.door.intake.smtputf8)
        waiting, uploads = await self._waiting(filled), [*sorted_uploads(filled)[0]]
        if full := await self._not_taken(request, filled, words):
            return self._form(request, words, values, faults | {"files": full}, waiting)
        if faults or file_faults(filled, len(waiting), words):
            return await self._mended(request, filled, values, faults)
        submission, spam = once(self.door, values, chosen(filled, uploads))
        if spam:
            async with self.door.begin() as unit:
                await hold_spam(unit, submission, spam)
            return self.pages.message(words, *HELD, 202)
        try:
            new = new_question(values, submission.received_at)
            accepted = await self._accept(submission, new, uploads, waiting)
        except ReusedKey:
            return await self._another(request, filled, values, submission, waiting)
        except OfSpamSender:
            async with self.door.begin() as unit:
                await hold_spam(unit, submission, OF_SPAM_SENDER)
            return self.pages.message(words, *HELD, 202)
        except (NoRoom, NoRoomAtAll):
            return self._form(request, words, values, {"files": words.gettext(NO_ROOM)}, waiting)
        except Refused as refusal:
            if refusal.field != "files":
                raise
            return await self._mended(request, filled, values, {})
        page = f"{self.door.intake.asker_page(accepted.question)}?done=new&lang={words.language}"
        return RedirectResponse(page, 303)

    async def _another(
        self,
        request: Request,
        filled: FormData,
        values: dict[str, str],
        submission: RawSubmission,
        waiting: Sequence[File],
    ) -> Response:
        """Somebody went back, wrote another question into the form that was sent, and sent it: a new one. The
        files of an earlier try went with the first."""
        words = self.pages.words(request, values.get("lang"))
        if len(waiting) < len(set(filled.getlist("kept"))):
            return self._form(request, words, values, {"files": words.gettext(FILES_WENT)}, waiting)
        await read_again(filled)
        new = new_question(values, submission.received_at)
        uploads, _ = sorted_uploads(filled)
        accepted = await self._accept(submission.under_its_content(), new, uploads, waiting)
        page = f"{self.door.intake.asker_page(accepted.question)}?done=new&lang={words.language}"
        return RedirectResponse(page, 303)

    async def _accept(
        self,
        submission: RawSubmission,
        new: NewQuestion,
        uploads: Sequence[Upload],
        waiting: Sequence[File],
    ) -> AcceptedSubmission:
        if not uploads and not waiting:
            return await self.together.accept(submission, new, caps=self.door.caps)
        door = self.door
        async with door.begin() as unit:
            kept = await keep_files(
                unit,
                door.intake.public_url,
                uploads,
                "question",
                await files_store.waiting(unit.db, [file.id for file in waiting]),
                room=door.intake.room,
                mailbox=mailbox_digest(door.intake.keys, new.mail),
            )
            accepted = await accept_question(
                unit, door.intake, submission, new, kept.attachments, caps=door.caps
            )
            return await kept.follow(unit, accepted)

    async def _not_taken(self, request: Request, filled: FormData, words: Translator) -> str:
        """Why the files are not taken at all: too many came from there, or one of them is harmful."""
        uploads, _ = sorted_uploads(filled)
        try:
            self.door.limits.check_files(request, sum(upload.size for upload in uploads))
            found = await harmful(self.door.scanner, uploads)
        except TooMany:
            return words.gettext(NO_ROOM)
        except ScannerAway:
            return words.gettext(NOT_SEARCHED)
        await read_again(filled)
        return words.gettext(HARMFUL, names=words.list(found)) if found else ""

    async def _waiting(self, filled: FormData) -> list[File]:
        """The files that came with an earlier try and that the asker still wants."""
        return await waiting_files(self.door, filled)

    async def _mended(
        self,
        request: Request,
        filled: FormData,
        values: dict[str, str],
        faults: dict[str, str],
        *,
        looking: bool = False,
    ) -> Response:
        """The form once more, with every fault at once; its good files are kept, so that nobody chooses them
        again."""
        words = self.pages.words(request, values.get("lang"))
        waiting = await self._waiting(filled)
        room = MOST_FILES - len(waiting)
        uploads, _ = sorted_uploads(filled)
        await read_again(filled)
        try:
            async with self.door.begin() as unit:
                kept, refused = await keep_for_form(unit, uploads[:room], self.door.intake.room)
        except NoRoomAtAll:
            return self._form(
                request, words, values, faults | {"files": words.gettext(NO_ROOM)}, waiting, looking=looking
            )
        unknown = [name for name in refused if name not in empty_names(filled)]
        fault = " ".join(filter(None, (file_faults(filled, len(waiting), words), not_taken(unknown, words))))
        found = faults | ({"files": fault} if fault else {})
        return self._form(request, words, values, found, [*waiting, *kept], looking=looking)

    def _form(
        self,
        request: Request,
        words: Translator,
        values: dict[str, str],
        faults: Mapping[str, str] = NO_FAULTS,
        waiting: Sequence[File] = (),
        *,
        looking: bool = False,
    ) -> Response:
        embedded = request.url.path.startswith("/embed/") or bool(values.get("framed"))
        origin = origin_of(values.get("origin") or request.path_params.get("partner"))
        return self.pages.show(
            "ask.html",
            words,
            status=422 if faults else 200,
            embedded=embedded,
            path=request.url.path if request.method == "GET" else "/",
            number=new_number(self.door.intake.keys, self.door.now()),
            origin=origin,
            promise_days=self.door.promise_days(origin),
            values=EMPTY | values,
            faults={**EMPTY, **faults},
            waiting=waiting,
            searching=bool(self.door.face.archive_url) and not embedded,
            looking=looking,
        )

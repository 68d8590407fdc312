"""The HTTP API, /api/v1: for programs that do not speak AMQP. The same bodies as in the events."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Request, Response
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, TypeAdapter, ValidationError
from starlette.routing import BaseRoute

from services.chassis.messaging.transaction import Unit
from services.contracts.addresses import address_digests
from services.contracts.partners import AnswerSubmitted, DeclineSubmitted, TakeSubmitted
from services.ingest.domain.forms import MANY_LINKS, links_in
from services.ingest.domain.intake import OfSpamSender, RawSubmission, Refused
from services.ingest.entrypoints.http.api import examples, keys
from services.ingest.entrypoints.http.api.handing_in import HandingIn, submission
from services.ingest.entrypoints.http.api.keys import Callers, StrictRequest
from services.ingest.entrypoints.http.api.problems import problems
from services.ingest.entrypoints.http.api.served import ServedRoute, faults_in
from services.ingest.entrypoints.http.batching import IntakeBatches
from services.ingest.entrypoints.http.body import ReadableQuestion, new_answer, new_decline, new_question
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.links import open_for_caller
from services.ingest.handlers.conversation import accept_spam
from services.ingest.handlers.files.files import handed_in_before
from services.ingest.handlers.spam import OF_SPAM_SENDER, hold_spam
from services.ingest.handlers.submissions import (
    AcceptedSubmission,
    accept_answer,
    accept_decline,
    accept_take,
)

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="The same key and body are accepted once; make a new one (a UUID, say) each time",
    ),
]


NO_KEY: dict[str, list[str]] = {}
"""In OpenAPI's list of ways to prove who one is: none at all will do, too."""


STORED = "Stored"
CallingPartner = Annotated[str, Depends(keys.partner)]


class Received(BaseModel):
    """A question was accepted. `again`: it had been before, and nothing was done now."""

    id: UUID = Field(description="The question's id")
    page_url: str = Field(description="The asker's own page: where the question stands, and its answer")
    again: bool


class HandedIn(BaseModel):
    """What was handed in is stored; whether an answer counts is decided next, and told to the partner."""

    question: UUID
    again: bool


SENT, KEY = TypeAdapter(ReadableQuestion), TypeAdapter[str | None](Key)


def read_question(body: object, key: str | None) -> tuple[ReadableQuestion, str | None]:
    """Raises RequestValidationError with all that is wrong, as FastAPI does."""
    try:
        return SENT.validate_python(body, from_attributes=True), KEY.validate_python(key)
    except ValidationError:
        faults = [*faults_in(KEY, key, "header", "Idempotency-Key"), *faults_in(SENT, body, "body")]
        raise RequestValidationError(faults) from None


@dataclass(frozen=True, slots=True)
class QuestionApi:
    """Questions from anybody's program."""

    door: DoorContext
    callers: Callers
    together: IntakeBatches

    def routes(self) -> list[BaseRoute]:
        ask = ServedRoute(
            self.serve,
            "/api/v1/questions",
            self.ask,
            methods=["POST"],
            status_code=201,
            tags=["questions"],
            response_description="Stored: it will be routed",
            responses=problems(400, 401, 409, 413, 415, 422, 429, 503),
            openapi_extra=examples.QUESTION | {"security": [NO_KEY]},
        )
        return [ask]

    async def serve(self, request: Request) -> Response:
        caller = await self.callers.let_in(request)
        strictly = StrictRequest(request.scope, request.receive)
        sent, key = read_question(await strictly.json(), request.headers.get("idempotency-key"))
        received = await self.ask(strictly, sent, caller, key)
        located = {"location": received.page_url}
        return Response(received.model_dump_json(), HTTPStatus.CREATED, located, "application/json")

    async def ask(
        self,
        request: Request,
        sent: ReadableQuestion,
        caller: Annotated[str | None, Depends(keys.anybody)],
        idempotency_key: Key = None,
    ) -> Received:
        """Hand in a question. 201 means that it is stored and will be routed; with a partner's key, the
        partner counts as the place where it was asked. Without a key, the caps on one asker's questions hold,
        and a text full of links is refused."""
        await self.door.paused.raise_if_paused()
        now = self.door.now()
        once = submission(
            request, await request.body(), caller or self._anybody(request), idempotency_key, sent, now
        )
        new = new_question(sent, channel="api", origin=caller, now=now)
        if caller is None and (links := links_in(new.text)) >= MANY_LINKS:
            raise Refused(f"{links} links; without a partner's key at most {MANY_LINKS - 1}", field="text")
        try:
            accepted = await self.together.accept(once, new, caps=self.door.caps, vouched=caller is not None)
        except OfSpamSender:
            async with self.door.begin() as unit:
                await hold_spam(unit, once, OF_SPAM_SENDER)
            raise
        page = self.door.intake.asker_page(accepted.question)
        return Received(id=accepted.question, page_url=page, again=accepted.again)

    def _anybody(self, request: Request) -> str:
        """Without a key each address has keys of its own, by a keyed hash: nobody takes another's."""
        sender = self.door.limits.sender(request)
        return f"anybody:{address_digests(self.door.intake.keys, sender)[0].hex()[:20]}" if sender else ""


BY_NOBODY_NAMED = TakeSubmitted()


@dataclass(frozen=True, slots=True)
class PartnerApi:
    """What only partners may do, each with its own key."""

    door: DoorContext
    callers: Callers
    handing_in: HandingIn

    def routes(self) -> APIRouter:
        routes = APIRouter(
            prefix="/api/v1/questions/{question}", tags=["partners"], route_class=self.callers.known_first()
        )
        for path, take_in, example in (
            ("/answers", self.answer, examples.ANSWER),
            ("/declines", self.decline, examples.DECLINE),
            ("/takes", self.take, examples.TAKE),
        ):
            routes.add_api_route(
                path,
                take_in,
                methods=["POST"],
                status_code=202,
                response_description=STORED,
                responses=problems(400, 401, 404, 409, 413, 415, 422, 429, 503),
                openapi_extra=example,
            )
        return routes

    async def answer(
        self,
        request: Request,
        question: UUID,
        sent: AnswerSubmitted,
        partner: CallingPartner,
        idempotency_key: Key = None,
    ) -> HandedIn:
        """Answer a question you were asked."""
        new = new_answer(sent, way="api")

        async def accept(unit: Unit, once: RawSubmission) -> AcceptedSubmission:
            await open_for_caller(unit, question, partner)
            intake = self.door.intake
            attached = await handed_in_before(unit, intake.public_url, sent.files, question, partner)
            return await accept_answer(unit, intake.wall, once, question, partner, new, attached)

        return handed_in(
            await self.handing_in.accept(request, question, partner, idempotency_key, sent, accept)
        )

    async def decline(
        self,
        request: Request,
        question: UUID,
        sent: DeclineSubmitted,
        partner: CallingPartner,
        idempotency_key: Key = None,
    ) -> HandedIn:
        """Say no to a question you were asked, perhaps naming who should be asked instead."""
        new, wall = new_decline(sent, way="api"), self.door.intake.wall

        async def accept(unit: Unit, once: RawSubmission) -> AcceptedSubmission:
            await open_for_caller(unit, question, partner)
            if sent.spam:
                return await accept_spam(unit, once, question, partner, "api")
            return await accept_decline(unit, wall, once, question, partner, new)

        return handed_in(
            await self.handing_in.accept(request, question, partner, idempotency_key, sent, accept)
        )

    async def take(
        self,
        request: Request,
        question: UUID,
        partner: CallingPartner,
        sent: TakeSubmitted = BY_NOBODY_NAMED,
        idempotency_key: Key = None,
    ) -> HandedIn:
        """Say that you are on it: from now you have the time that an answer needs. It needs no body."""

        async def accept(unit: Unit, once: RawSubmission) -> AcceptedSubmission:
            await open_for_caller(unit, question, partner)
            return await accept_take(unit, once, question, partner, "api", sent.by)

        return handed_in(
            await self.handing_in.accept(request, question, partner, idempotency_key, sent, accept)
        )


def handed_in(accepted: AcceptedSubmission) -> HandedIn:
    return HandedIn(question=accepted.question, again=accepted.again)

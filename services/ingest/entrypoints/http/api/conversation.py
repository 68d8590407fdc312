"""What is said around a question by HTTP: a partner asks back or adds, the asking one replies."""

from dataclasses import dataclass
from uuid import UUID

from fastapi import APIRouter, Request

from services.chassis.messaging.transaction import Unit
from services.contracts.partners import (
    AdditionSubmitted,
    ClarificationSubmitted,
    FollowUpSubmitted,
    ReopeningSubmitted,
    SubmittedFact,
)
from services.ingest.domain.intake import NewAnswer, RawSubmission
from services.ingest.entrypoints.http.api import examples
from services.ingest.entrypoints.http.api.handing_in import AcceptSubmission, HandingIn, submission
from services.ingest.entrypoints.http.api.keys import Callers
from services.ingest.entrypoints.http.api.problems import problems
from services.ingest.entrypoints.http.api.questions import (
    STORED,
    CallingPartner,
    HandedIn,
    Key,
    handed_in,
)
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.entrypoints.http.links import must_have_been_asked, open_for_caller
from services.ingest.handlers.conversation import accept_addition, accept_clarification, accept_reopening
from services.ingest.handlers.partner_requests import must_have_asked
from services.ingest.handlers.submissions import AcceptedSubmission, accept_follow_up


@dataclass(frozen=True, slots=True)
class ConversationApi:
    door: DoorContext
    callers: Callers
    handing_in: HandingIn

    def routes(self) -> APIRouter:
        routes = APIRouter(
            prefix="/api/v1/questions/{question}", tags=["partners"], route_class=self.callers.known_first()
        )
        for path, take_in, example in (
            ("/clarifications", self.clarification, examples.CLARIFICATION),
            ("/additions", self.addition, examples.ADDITION),
            ("/follow-ups", self.follow_up, examples.FOLLOW_UP),
            ("/reopenings", self.reopening, examples.REOPENING),
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

    async def clarification(
        self,
        request: Request,
        question: UUID,
        sent: ClarificationSubmitted,
        partner: CallingPartner,
        idempotency_key: Key = None,
    ) -> HandedIn:
        """Ask the asker of a question you have something back: its clocks stand still until they reply."""

        async def accept(unit: Unit, once: RawSubmission) -> AcceptedSubmission:
            await open_for_caller(unit, question, partner)
            return await accept_clarification(
                unit, self.door.intake.wall, once, question, partner, sent.text, "api"
            )

        return handed_in(
            await self.handing_in.accept(request, question, partner, idempotency_key, sent, accept)
        )

    async def addition(
        self,
        request: Request,
        question: UUID,
        sent: AdditionSubmitted,
        partner: CallingPartner,
        idempotency_key: Key = None,
    ) -> HandedIn:
        """Add to the answer that you gave, or correct it."""
        new = NewAnswer(sent.text, "api", sent.sources, format=sent.format)

        async def accept(unit: Unit, once: RawSubmission) -> AcceptedSubmission:
            await must_have_been_asked(unit, question, partner)
            return await accept_addition(
                unit, self.door.intake.wall, once, question, partner, new, corrects=sent.corrects
            )

        return handed_in(
            await self.handing_in.accept(request, question, partner, idempotency_key, sent, accept)
        )

    async def follow_up(
        self,
        request: Request,
        question: UUID,
        sent: FollowUpSubmitted,
        partner: CallingPartner,
        idempotency_key: Key = None,
    ) -> HandedIn:
        """Of a question you handed in for a reader of your own: what the reader adds, replies or asks."""

        async def accept(unit: Unit, once: RawSubmission) -> AcceptedSubmission:
            await must_have_asked(unit, question, partner)
            return await accept_follow_up(unit, self.door.intake.wall, once, question, sent.text, "api")

        return await self._take_in(request, question, partner, idempotency_key, sent, accept)

    async def reopening(
        self,
        request: Request,
        question: UUID,
        sent: ReopeningSubmitted,
        partner: CallingPartner,
        idempotency_key: Key = None,
    ) -> HandedIn:
        """Of a question you handed in for a reader of your own: the answer does not help, and why."""

        async def accept(unit: Unit, once: RawSubmission) -> AcceptedSubmission:
            await must_have_asked(unit, question, partner)
            return await accept_reopening(unit, self.door.intake.wall, once, question, sent.text, "api")

        return await self._take_in(request, question, partner, idempotency_key, sent, accept)

    async def _take_in(
        self,
        request: Request,
        question: UUID,
        partner: str,
        key: str | None,
        sent: SubmittedFact,
        accept: AcceptSubmission,
    ) -> HandedIn:
        """What the asking partner says of its own question."""
        raw = await request.body()
        async with self.door.begin(question) as unit:
            accepted = await accept(unit, submission(request, raw, partner, key, sent, unit.now))
        return handed_in(accepted)

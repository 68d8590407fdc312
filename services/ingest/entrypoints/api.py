"""The HTTP API, /api/v1: for programs that do not speak AMQP."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response
from pydantic import BaseModel, Field
from uuid_utils.compat import uuid7

from services.contracts.partners import PartnerQuestion
from services.ingest.domain.intake import Submission
from services.ingest.entrypoints.door import Door
from services.ingest.entrypoints.problems import MEDIA_TYPE, Problem
from services.ingest.entrypoints.reading import new_question
from services.ingest.handlers.submissions import accept_question

Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        min_length=1,
        max_length=200,
        description="The same key and body are accepted once; make a new one for each question",
        examples=["6f2c0d5e-1f0e-4f4f-9a3a-1c6f3f6b9d10"],
    ),
]

QUESTION_EXAMPLE: dict[str, Any] = {
    "text": "Où trouver les plans du moulin de Grigny avant 1850 ?",
    "private_note": "Pour un exposé la semaine prochaine.",
    "language": "fr",
    "subject": "local-history",
    "place": {"country": "FR", "postcode": "69520"},
    "publish_consent": True,
    "asker": {"mail": "ada@example.org", "name": "Ada"},
    "reference": "G-2026-17",
}


class Received(BaseModel):
    """`again` says that this had been accepted before, and nothing was done now."""

    id: UUID = Field(description="The question's id")
    page_url: str = Field(description="The asker's own page: where the question stands, and its answer")
    again: bool


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    return {status: {"model": Problem, "content": {MEDIA_TYPE: {}}} for status in statuses}


def question_routes(door: Door) -> APIRouter:
    routes = APIRouter(prefix="/api/v1", tags=["questions"])

    @routes.post("/questions", status_code=201, responses=problems(413, 422, 429, 503))
    async def ask(
        request: Request, response: Response, sent: PartnerQuestion, idempotency_key: Key = None
    ) -> Received:
        """Hand in a question. 201 means that it is stored and will be routed."""
        key = idempotency_key or str(uuid7())
        raw = await request.body()
        async with door.begin() as unit:
            submission = Submission("api", key, raw, unit.now)
            new = new_question(sent, channel="api", origin=None, now=unit.now)
            accepted = await accept_question(unit, door.intake, submission, new)
        page = door.intake.asker_page(accepted.question)
        response.headers["location"] = page
        return Received(id=accepted.question, page_url=page, again=accepted.again)

    return routes

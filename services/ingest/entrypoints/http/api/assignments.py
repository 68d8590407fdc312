"""What is assigned to the calling partner, by a cursor that skips nothing."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from pydantic import BaseModel, Field

from services.contracts.vocabulary import Facets
from services.ingest.entrypoints.http.api.keys import Callers
from services.ingest.entrypoints.http.api.keys import partner as calling_partner
from services.ingest.entrypoints.http.api.problems import problems
from services.ingest.entrypoints.http.context import DoorContext
from services.ingest.store.conversations import assignments
from services.ingest.store.conversations.assignments import OpenAssignment

CURSOR = r"^\d{1,19}-\d{1,18}$"
START = "0-0"


class AssignedQuestion(BaseModel):
    assignment_id: UUID
    question: UUID
    text: str
    private_note: str | None
    language: str | None
    subject: str | None
    due_at: datetime
    promise_at: datetime
    open: bool = Field(description="Whether an answer may still be handed in")


class AssignedPage(BaseModel):
    """`next` is the cursor for the next call, also when there is nothing new yet."""

    items: list[AssignedQuestion]
    next: str = Field(examples=["7421-18"])


@dataclass(frozen=True, slots=True)
class AssignmentApi:
    door: DoorContext
    callers: Callers

    def routes(self) -> APIRouter:
        routes = APIRouter(prefix="/api/v1", tags=["partners"], route_class=self.callers.known_first())
        routes.add_api_route("/assignments", self.assigned, responses=problems(401, 422, 429, 503))
        return routes

    async def assigned(
        self,
        partner: Annotated[str, Depends(calling_partner)],
        after: Annotated[str, Query(pattern=CURSOR, description="`next` of the call before")] = START,
        limit: Annotated[int, Query(ge=1, le=200)] = 50,
    ) -> AssignedPage:
        """The questions you were asked, the oldest first. Keep `next` and ask again from there."""
        async with self.door.begin() as unit:
            found = await assignments.after(unit.db, partner, position(after), limit)
        return AssignedPage(items=list(map(shown, found)), next=found[-1].cursor if found else after)


def position(cursor: str) -> tuple[int, int]:
    transaction, place = re.split("-", cursor)
    return int(transaction), int(place)


def shown(one: OpenAssignment) -> AssignedQuestion:
    facets = Facets.model_validate_json(one.facets)
    return AssignedQuestion(
        assignment_id=one.assignment_id,
        question=one.question,
        text=one.text,
        private_note=one.private_note,
        language=facets.language,
        subject=facets.subject,
        due_at=one.due_at,
        promise_at=one.promise_at,
        open=one.open,
    )

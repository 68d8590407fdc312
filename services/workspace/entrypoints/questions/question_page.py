"""`A question`: the whole of it, for the people of a library that was asked, and for the network's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute
from uuid_utils.compat import uuid4

from services.chassis.messaging.transaction import Unit
from services.workspace.domain import referral
from services.workspace.domain.conversation import conversation, similar
from services.workspace.domain.explained import pictures
from services.workspace.domain.mentions import uncalled
from services.workspace.domain.read_model import QuestionReadModel, read_model
from services.workspace.domain.referral import ReferralChoice, ReferredQuestion
from services.workspace.domain.steering import possible
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor
from services.workspace.handlers import explaining
from services.workspace.store import facts, libraries, people, work
from services.workspace.store.coordinator import entries, explanations, network
from services.workspace.store.library import draft_files, paragraphs
from services.workspace.store.work import Respondent

WRITES_FOR = timedelta(seconds=30)
LOOKS_FOR = timedelta(seconds=50)
STEERED_FOR = timedelta(days=2)
"""How long a question's page shows what became of a coordinator's request."""


@dataclass(frozen=True)
class QuestionPage:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        return [self.guard.get("/questions/{id:uuid}", "see a question", self.show)]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        async with self.guard.begin() as unit:
            context = await shown(unit, visitor, request.path_params["id"], self.guard.pages.zone)
        return self.guard.pages.show("question.html", visitor, request, **context)


async def shown(unit: Unit, visitor: Visitor, question: UUID, zone: ZoneInfo) -> dict[str, Any]:
    """Everything the page says; raises 404 where the question is none of this person's."""
    who = await respondent_of(unit, visitor, question)
    known = read_model((await facts.heard(unit.db, [question])).get(question, ()))
    if known is None:
        raise HTTPException(404)
    context: dict[str, Any] = {
        "id": question,
        "question": known,
        "now": unit.now,
        "respondent": who,
        "form": str(uuid4()),
        "entries": conversation(known, who.partner if who else None),
        "similar": similar(known, who.partner if who else None),
        "assignable": await _assignable(unit, known),
        "referable": await _referable(unit, known, who, zone),
        "actions": possible(known),
        "steered": (),
        "files_fault": None,
        "explained": None,
    }
    if visitor.may("see the network"):
        context["steered"] = await network.requests(unit.db, question, unit.now - STEERED_FOR)
        context |= await _explained(unit, visitor, question, known)
        context["archived"] = await entries.of_question(unit.db, question)
    if who is not None:
        context["paragraphs"] = await _offered(unit, who.partner, known.facets.get("language"))
    return context | (await _of_respondent(unit, who) if who else _OF_NOBODY)


async def _explained(
    unit: Unit, visitor: Visitor, question: UUID, known: QuestionReadModel
) -> dict[str, Any]:
    """What the router told of it; asked for anew where more has happened since."""
    await explaining.ask_if_wanted(unit, visitor.name, question, known)
    told = await explanations.latest(unit.db, question)
    names = {row["id"]: row["name"] for row in await people.libraries_ever(unit.db)}
    return {"explained": told, "pictures": pictures(told, names) if told else [], "names": names}


_OF_NOBODY: dict[str, Any] = {
    "assignment": None,
    "claim": None,
    "mine": None,
    "drafts": [],
    "kept": [],
    "attached": [],
    "notes": [],
    "present": [],
    "requests": [],
    "colleagues": [],
    "paragraphs": [],
    "library": None,
}


async def respondent_of(unit: Unit, visitor: Visitor, question: UUID) -> Respondent | None:
    """As whose respondent this person sees it; None for those of the network. Others see nothing."""
    ours = await work.ours(unit.db, question, visitor.libraries)
    if ours is not None:
        return Respondent(question, ours["partner"], visitor.person)
    if visitor.may("see the network"):
        return None
    raise HTTPException(404)


async def _of_respondent(unit: Unit, who: Respondent) -> dict[str, Any]:
    await work.see_mentions(unit.db, who.question, who.person, unit.now)
    drafts = await work.drafts(unit.db, who.question, who.partner)
    colleagues = await people.colleagues(unit.db, who.partner)
    names = [row["name"] for row in colleagues]
    notes = [
        {**row, "uncalled": uncalled(row["text"], names) if row["person"] == who.person else []}
        for row in await work.notes(unit.db, who.question, who.partner)
    ]
    return {
        "assignment": await work.ours(unit.db, who.question, [who.partner]),
        "claim": await work.claimed(unit.db, who.question, who.partner),
        "mine": next((row for row in drafts if row["person"] == who.person), None),
        "drafts": [row for row in drafts if row["person"] != who.person],
        "kept": await work.kept_beside(unit.db, who),
        "attached": await draft_files.of(unit.db, who),
        "notes": notes,
        "present": await work.present(unit.db, who, unit.now - WRITES_FOR, unit.now - LOOKS_FOR),
        "requests": await work.requests(unit.db, who.question, who.partner),
        "colleagues": colleagues,
        "library": next(iter(await people.libraries(unit.db, [who.partner])), None),
    }


async def _referable(
    unit: Unit, known: QuestionReadModel, who: Respondent | None, zone: ZoneInfo
) -> list[ReferralChoice]:
    """Libraries that the question may be referred to: all but us and those who declined it."""
    if who is None or not known.is_open:
        return []
    not_again = _declined(known) | {who.partner}
    rows = [row for row in await libraries.referable(unit.db) if row["id"] not in not_again]
    facets = known.facets
    asked = ReferredQuestion(facets.get("subject"), facets.get("language"), unit.now, zone)
    return referral.choices(rows, asked)


async def _assignable(unit: Unit, known: QuestionReadModel) -> list[Any]:
    """Libraries that a coordinator may give it to: all but those who declined it."""
    return [row for row in await people.libraries(unit.db) if row["id"] not in _declined(known)]


def _declined(known: QuestionReadModel) -> set[str]:
    return {assignment.partner for assignment in known.assignments.values() if assignment.why == "declined"}


async def _offered(unit: Unit, partner: str, language: str | None) -> list[Any]:
    """Standard paragraphs, those in the asker's language first, our own before the network's."""
    rows = await paragraphs.listed(unit.db, (partner, paragraphs.NETWORK))
    return sorted(rows, key=lambda row: row["language"] != language)

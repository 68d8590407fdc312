"""`To release`: what waits for the archive, with what looks personal marked; and what is out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import ValidationError
from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute
from uuid_utils.compat import uuid4

from services.chassis.messaging.transaction import Unit
from services.contracts.vocabulary import THEMES
from services.workspace.entrypoints.coordinator.held_page import LARGEST_NUMBER
from services.workspace.entrypoints.coordinator.steering_forms import coordinator_of
from services.workspace.entrypoints.lists_page import page_number
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor, word, words
from services.workspace.handlers import releasing
from services.workspace.handlers.releasing import ReleasedWords
from services.workspace.store.coordinator import entries

PAGE = 50
LONGEST, LONGEST_TITLE, LONGEST_LINE = 50_000, 200, 500
REQUESTS_FOR = timedelta(hours=1)
STATES = ("held", "published")
NEEDED = ("title", "question", "answer")


@dataclass(frozen=True)
class ReleasePage:
    guard: Guard

    def routes(self) -> list[BaseRoute]:
        at = "/release/{number:int}"
        return [
            self.guard.get("/release", "steer the network", self.show_all),
            self.guard.get(at, "steer the network", self.show),
            self.guard.post(at, "steer the network", self.release),
            self.guard.post(f"{at}/keep", "steer the network", self.keep),
            self.guard.post(f"{at}/withdraw", "steer the network", self.withdraw),
        ]

    async def show_all(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        asked = request.query_params
        state = "published" if asked.get("state") == "published" else "held"
        number = page_number(asked.get("page"))
        sought = (asked.get("q") or "").replace("\0", "")[:200].strip()
        async with self.guard.begin() as unit:
            rows = await entries.listed(unit.db, state, sought or None, PAGE + 1, PAGE * (number - 1))
            context: dict[str, Any] = {
                "held": await entries.held(unit.db),
                "requests": await entries.requests(unit.db, None, unit.now - REQUESTS_FOR),
            }
        return self.guard.pages.show(
            "release_list.html",
            visitor,
            request,
            **context,
            state=state,
            states=STATES,
            rows=rows[:PAGE],
            more=len(rows) > PAGE,
            number=number,
            sought=sought,
        )

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        return await self._page(request, visitor)

    async def _page(
        self, request: Request, visitor: Visitor, given: Mapping[str, str] | None = None, fault: str = ""
    ) -> Response:
        number = request.path_params["number"]
        async with self.guard.begin() as unit:
            one = await _entry(unit, number)
            if one["state"] in STATES and one["told_at"] is None:
                await releasing.ask_for_texts(unit, coordinator_of(visitor), number, one["question"])
            requests = await entries.requests(unit.db, number, unit.now - REQUESTS_FOR)
        return self.guard.pages.show(
            "release.html",
            visitor,
            request,
            status=422 if fault else 200,
            one=one,
            requests=requests,
            values=given or proposed(one["texts"] or ()),
            marked=[(text["field"], [*pieces(text["text"], text["marks"])]) for text in one["texts"] or ()],
            number_of_marks=sum(len(text["marks"]) for text in one["texts"] or ()),
            themes=THEMES,
            fault=fault,
            form=str(uuid4()),
        )

    async def release(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        """What was emptied is refused here already: nothing that stood there is ever put in its place."""
        given = {name: words(form, name, LONGEST) for name in (*NEEDED, "sources", "subject", "format")}
        if empty := next((name for name in NEEDED if not given[name].strip()), ""):
            return await self._page(request, visitor, given, empty)
        number = request.path_params["number"]
        try:
            async with self.guard.begin() as unit:
                one = await _entry(unit, number)
                await releasing.release(
                    unit,
                    coordinator_of(visitor),
                    word(form, "form"),
                    number,
                    one["question"],
                    _released(given),
                )
        except ValidationError as faulty:
            field = str(faulty.errors(include_url=False, include_input=False)[0]["loc"][0])
            return await self._page(request, visitor, given, field)
        return RedirectResponse(f"/release/{number}", 303)

    async def keep(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        return await self._decide(request, visitor, form, withdraw=False)

    async def withdraw(self, request: Request, visitor: Visitor, form: FormData) -> Response:
        return await self._decide(request, visitor, form, withdraw=True)

    async def _decide(
        self, request: Request, visitor: Visitor, form: FormData, *, withdraw: bool
    ) -> Response:
        number = request.path_params["number"]
        async with self.guard.begin() as unit:
            one = await _entry(unit, number)
            await releasing.decide(
                unit, coordinator_of(visitor), word(form, "form"), number, one["question"], withdraw=withdraw
            )
        return RedirectResponse(f"/release/{number}", 303)


async def _entry(unit: Unit, number: int) -> dict[str, Any]:
    one = await entries.one(unit.db, number) if number <= LARGEST_NUMBER else None
    if one is None:
        raise HTTPException(404)
    return one


def proposed(texts: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """What stands in the form: everything that looks personal replaced."""
    found = {text["field"]: text["proposed"] for text in texts}
    sources = "\n".join(text["proposed"] for text in texts if text["field"] == "source")
    form = next((text.get("format", "plain") for text in texts if text["field"] == "answer"), "plain")
    return {name: found.get(name, "") for name in (*NEEDED, "subject")} | {"sources": sources, "format": form}


def pieces(text: str, marks: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    """(what it looks like, words): empty where nothing personal is seen."""
    last = 0
    for mark in marks:
        yield "", text[last : mark["start"]]
        yield mark["kind"], text[mark["start"] : mark["end"]]
        last = mark["end"]
    yield "", text[last:]


def _released(given: Mapping[str, str]) -> ReleasedWords:
    lines = (" ".join(line.split())[:LONGEST_LINE] for line in given["sources"].splitlines())
    return ReleasedWords(
        title=" ".join(given["title"].split())[:LONGEST_TITLE],
        question=given["question"].strip(),
        answer=given["answer"].strip(),
        sources=tuple(filter(None, lines)),
        subject=given["subject"].strip() or None,
        format="commonmark" if given["format"] == "commonmark" else "plain",
    )

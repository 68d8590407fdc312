"""`Our month and year`: what the library gave, in the numbers of the poster."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from services.workspace.domain.referral import zone_of
from services.workspace.entrypoints.library.public_data import PublicData
from services.workspace.entrypoints.sign_in.guard import Guard, Visitor
from services.workspace.store import libraries

MEASURES = ("received", "routed", "answered", "declined", "overdue", "archived", "rated")
YEARS = range(1990, 2101)


@dataclass(frozen=True)
class LibraryFigures:
    guard: Guard
    data: PublicData = field(default_factory=PublicData)
    seen_at: str = ""
    """Where everybody sees them."""

    def routes(self) -> list[BaseRoute]:
        return [self.guard.get("/libraries/{library}/figures", "see the library", self.show)]

    async def show(self, request: Request, visitor: Visitor, _form: FormData) -> Response:
        partner = request.path_params["library"]
        async with self.guard.begin() as unit:
            known = await libraries.one(unit.db, partner)
            now = unit.now
        if known is None or not visitor.may("see the library", partner):
            raise HTTPException(404)
        today = now.astimezone(zone_of(known["record"], self.guard.pages.zone)).date()
        wish = request.query_params.get("year", "")
        year = int(wish) if wish.isascii() and wish.isdigit() and int(wish[:5]) in YEARS else today.year
        told = await self.data.year(year, partner)
        return self.guard.pages.show(
            "library_figures.html",
            visitor,
            request,
            library=known,
            year=year,
            this_year=today.year,
            rows=_rows(told or {}, today.month if year == today.year else 12),
            summary=_summary(told or {}),
            told=told is not None,
            poster=f"{self.seen_at.rstrip('/')}/figures/{year}/{partner}" if self.seen_at else "",
        )


def _rows(told: Mapping[str, Any], month: int) -> list[dict[str, Any]]:
    """Each measure: this month (or the last one of a year that is over), the year, the year before."""
    headlines, months = told.get("headlines", {}), told.get("months", {})
    return [
        {
            "measure": measure,
            "month": _of_month(months.get(measure, ()), month, headlines[measure]["n"]),
            "year": headlines[measure]["n"],
            "before": headlines[measure].get("before"),
        }
        for measure in MEASURES
        if measure in headlines
    ]


def _of_month(months: Sequence[int], month: int, year: int) -> int | None:
    """None where only the year's sum is known, as of numbers that were imported."""
    is_dated = any(months) or not year
    return months[month - 1] if is_dated and len(months) >= month else None


def _summary(told: Mapping[str, Any]) -> dict[str, Any]:
    """Share of answers within the promise, median time to an answer, stars and who gave some."""
    answered = told.get("headlines", {}).get("answered", {}).get("n", 0)
    stars = told.get("stars", ())
    rated = sum(stars)
    median = (told.get("durations", {}).get("answer_calendar") or {}).get("median")
    return {
        "kept": round(100 * told.get("kept", 0) / answered) if answered else None,
        "median": _span(median) if median is not None else None,
        "stars": round(sum(n * number for n, number in enumerate(stars, 1)) / rated, 1) if rated else None,
        "rated": rated,
    }


def _span(seconds: float) -> dict[str, int]:
    """The units to say, cut as on the public page: 45 min, 25 h, 2 d 4 h, 8 d."""
    hours = round(seconds / 3600)
    if seconds < 3600:
        return {"minutes": max(1, round(seconds / 60))}
    if hours < 48:
        return {"hours": hours}
    days, rest = divmod(hours, 24)
    return {"days": days, "hours": rest} if rest and days < 7 else {"days": days}

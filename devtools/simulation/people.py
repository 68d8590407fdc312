"""How people behave in a year that is made up: when they ask, and what partners do with what they get."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from devtools.simulation.shares import HOURS, MONTHS, WEEKDAYS
from services.chassis.working_time import IsHoliday
from services.contracts import topology
from services.router.domain.gazetteer import REGIONS
from services.router.domain.hours.calendars import Closure, Slot
from services.router.domain.partner import Partner, PartnerRole, ReachedBy
from services.router.domain.themes import THEMES

ON_A_HOLIDAY = 0.4

TEXT = "Où trouver les plans du canal de Bourgogne ?"
ANSWER = "Aux archives de la Côte-d'Or, série XIV F."
REFUSAL = "Hors de nos fonds."
ASKED_BACK = "Du canal tout entier, ou de la partie en Côte-d'Or ?"
REPLY = "De la partie en Côte-d'Or."
FOLLOW_UP = "Merci. Et peut-on en avoir des copies ?"
ADDED = "Oui, par le service de reproduction des archives."
CORRECTED = "Erratum : c'est la série XIV G."
DID_NOT_HELP = "Je cherchais les plans, et non les devis."

ASKS_BACK = 6
"""So many turns out of a hundred in which the partner asks the asker first."""
REPLIES, REPLIES_LATE = 76, 90
"""Out of a hundred asked back so many reply in time, up to so many too late, the others never."""
AFTERWARDS = (("asks again", 3), ("follows up", 10), ("is corrected", 12))
"""Out of a hundred answers: what comes up to this number."""
TERM = timedelta(days=14)
"""As long as the network waits for a reply."""


@dataclass(frozen=True, slots=True)
class Temper:
    """What a partner does with a question: out of a hundred it declines and forgets so many, and answers the
    rest after so many of its open hours in the middle."""

    declines: int
    forgets: int
    answers_in: float


TEMPERS = (Temper(4, 1, 3.0), Temper(8, 4, 6.0), Temper(15, 8, 9.0), Temper(6, 20, 11.0))
TEMPER_WEIGHTS = (40, 35, 18, 7)


@dataclass(frozen=True, slots=True)
class PlayedAction:
    """What a partner does, and after how many of its open hours."""

    what: str
    after: timedelta


def arrivals(
    chance: random.Random, year: int, count: int, zone: ZoneInfo, is_holiday: IsHoliday
) -> list[datetime]:
    """Moments at which questions are asked, in order."""
    days = [datetime(year, 1, 1, tzinfo=zone) + timedelta(days=number) for number in range(365)]
    weights = [
        MONTHS[day.month - 1] * WEEKDAYS[day.weekday()] * (ON_A_HOLIDAY if is_holiday(day.date()) else 1)
        for day in days
    ]
    chosen = chance.choices(days, weights, k=count)
    return sorted(_moment(chance, day).astimezone(UTC) for day in chosen)


def _moment(chance: random.Random, day: datetime) -> datetime:
    hour = chance.choices(range(24), HOURS)[0]
    return day.replace(hour=hour, minute=chance.randrange(60), second=chance.randrange(60))


def facets(chance: random.Random, partners: Sequence[Partner]) -> dict[str, Any]:
    """What is known of one question: most are in French, a third was asked on a partner's page."""
    known: dict[str, Any] = {
        "channel": chance.choices(["form", "mail", "facebook_page", "desk"], [45, 30, 20, 5])[0],
        "language": chance.choices(["fr", "en", "de", "es"], [91, 5, 2, 2])[0],
    }
    if chance.random() < 0.6:
        known["subject"] = chance.choice(THEMES)
    if chance.random() < 0.33:
        known["origin"] = chance.choice(partners).id
    return known


def postcode(chance: random.Random) -> str | None:
    """Six in ten say where they live."""
    department = chance.choice([code for code in REGIONS if code.isdigit() and len(code) == 2])
    return f"{department}000" if chance.random() < 0.6 else None


def action(chance: random.Random, temper: Temper) -> PlayedAction | None:
    """None: it is forgotten."""
    drawn = chance.randrange(100)
    if drawn >= 100 - ASKS_BACK:
        return PlayedAction("ask back", timedelta(hours=chance.uniform(0.2, 4)))
    if drawn < temper.declines:
        return PlayedAction("decline", timedelta(hours=chance.uniform(0.2, 6)))
    if drawn < temper.declines + temper.forgets:
        return None
    return PlayedAction("answer", timedelta(hours=chance.lognormvariate(0, 0.6) * temper.answers_in))


def action_after_answer(chance: random.Random, temper: Temper) -> PlayedAction | None:
    """What a partner does with what the asker wrote after the answer; None: it is forgotten."""
    played = action(chance, temper)
    return replace(played, what="add") if played and played.what == "answer" else played


def reply_after(chance: random.Random) -> timedelta | None:
    """When who was asked back replies, by the clock on the wall; None: never."""
    drawn = chance.randrange(100)
    if drawn < REPLIES:
        return min(timedelta(hours=chance.lognormvariate(0, 0.9) * 20), TERM - timedelta(days=1))
    return TERM + timedelta(days=chance.uniform(1, 8)) if drawn < REPLIES_LATE else None


def afterwards(chance: random.Random) -> PlayedAction | None:
    """What comes of an answer."""
    drawn, after = chance.randrange(100), timedelta(hours=chance.uniform(1, 60))
    what = next((what for what, until in AFTERWARDS if drawn < until), None)
    return PlayedAction(what, after) if what else None


def tempers(chance: random.Random, partners: Sequence[Partner]) -> dict[str, Temper]:
    return {partner.id: chance.choices(TEMPERS, TEMPER_WEIGHTS)[0] for partner in partners}


def closures(chance: random.Random, year: int) -> Iterator[Closure]:
    """Two weeks in summer, and for one in three a week of works, or of strike, that nobody foresaw."""
    summer = datetime(year, 7, 10, tzinfo=UTC).date() + timedelta(days=chance.randrange(40))
    yield Closure(summer, summer + timedelta(days=13), "summer")
    if chance.random() < 0.33:
        some_day = datetime(year, 1, 5, tzinfo=UTC).date() + timedelta(days=chance.randrange(330))
        yield Closure(some_day, some_day + timedelta(days=6), "works")


def network(chance: random.Random, count: int) -> Iterator[Partner]:
    """Partners as different as libraries are, and a coordinator."""
    departments = [code for code in REGIONS if len(code) == 2]
    for number in range(1, count + 1):
        own = chance.choice(departments)
        opens = chance.choice([540, 570, 600])
        yield Partner(
            id=f"library-{number:02d}",
            name=f"Library {number}",
            reach=ReachedBy("queue", f"partner.library-{number:02d}"),
            languages=frozenset({"fr", "en", *chance.sample(["de", "es", "it"], 1)}),
            subjects={theme: chance.randint(1, 5) for theme in chance.sample(THEMES, 5)},
            territories=frozenset({own, f"region:{REGIONS[own]}", "country:FR"}),
            capacity_per_week=chance.choice([3, 5, 5, 8, 10]),
            hours={day: (Slot(opens, 750), Slot(840, 1080)) for day in range(chance.choice([0, 1]), 6)},
        )
    yield Partner(
        id="coordination",
        name="Coordination",
        reach=ReachedBy("mail", "coordination@libraries.example"),
        role=PartnerRole.COORDINATOR,
    )


def within_reach(partner: Partner) -> Partner:
    """Nothing may go out into the world: partners are reached by their queues here."""
    if partner.role is PartnerRole.COORDINATOR:
        return replace(partner, reach=ReachedBy("mail", "coordination@sesame.localhost"))
    return replace(partner, reach=ReachedBy("queue", topology.partner_queue(partner.id)))

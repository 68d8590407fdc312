"""Made-up years: facts of a network that does not exist, to look at the pages with and to measure on.

The same seed gives the same years. Nothing here comes from a real network.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import NamedTuple, TypeVar
from uuid import UUID

from devtools.simulation.shares import HOURS, MONTHS, WEEKDAYS
from services.metrics.domain.departments import TILES
from services.metrics.domain.facts import Counted
from services.metrics.domain.times import NetworkTime

CHANNELS = {"form": 44, "mail": 22, "desk": 9, "facebook_page": 7, "mastodon": 6, "partner": 9, "api": 3}
SUBJECTS = {
    "histoire": 18,
    "litterature": 12,
    "societe": 12,
    "arts": 11,
    "droit-demarches": 9,
    "sciences": 8,
    "vie-pratique": 7,
    "sante": 6,
    "langues": 5,
    "geographie-voyages": 5,
    "technique-informatique": 4,
    "economie-emploi": 3,
}
LANGUAGES = {"fr": 88, "en": 6, "nl": 2, "es": 2, "de": 1, "it": 1}
PURPOSES = {"curiosity": 52, "study": 21, "work": 16, "school": 11}
"""As the form offers them."""
DEPARTMENTS = {
    "75": 22,
    "69": 9,
    "93": 8,
    "92": 7,
    "94": 6,
    "33": 6,
    "31": 6,
    "59": 5,
    "44": 5,
    "35": 5,
    "13": 5,
}
EFFORT = {1: 12, 2: 24, 3: 34, 4: 19, 5: 8, 6: 3}
STARS = {1: 2, 2: 4, 3: 10, 4: 31, 5: 53}
T = TypeVar("T")


class InventedPartner(NamedTuple):
    id: str
    name: str
    weight: int
    """How much of the work it takes, beside the others."""
    public: int
    """How many ask on its own page or desk, beside the others: some libraries give more than they take."""
    country: str = "FR"


PARTNERS = (
    InventedPartner("bibliotheque-des-quais", "Bibliothèque publique des Quais, Paris", 30, 24),
    InventedPartner("mediatheque-saint-elme", "Médiathèque Saint-Elme, Provence et Corse", 16, 20),
    InventedPartner("bibliotheque-langues-du-monde", "Bibliothèque des langues du monde, Strasbourg", 14, 6),
    InventedPartner("bibliotheque-du-canal", "Bibliothèque du Canal, Bruxelles", 12, 14, "BE"),
    InventedPartner("mediatheque-pont-aubry", "Médiathèque municipale de Pont-Aubry", 10, 18),
    InventedPartner(
        "bibliotheque-sambre-et-meuse", "Bibliothèque provinciale de Sambre-et-Meuse, Namur", 8, 12, "BE"
    ),
    InventedPartner("bu-sciences-garonne", "Bibliothèque universitaire des sciences de Garonne", 8, 5),
    InventedPartner("fonds-image-et-son", "Fonds de l’image et du son, Rennes", 7, 4),
    InventedPartner(
        "mediatheque-roches-noires", "Médiathèque intercommunale des Roches-Noires, La Réunion", 6, 11
    ),
    InventedPartner("centre-doc-sante", "Centre de documentation en santé publique", 5, 3),
    InventedPartner(
        "bu-droit-moselle", "Bibliothèque universitaire de droit et d’économie de la Moselle", 5, 3
    ),
)

GIVING = {partner: partner.weight for partner in PARTNERS}
ASKING = {partner: partner.public for partner in PARTNERS}


def questions_of(
    year: int, number: int, times: NetworkTime, *, until: date | None = None
) -> Iterator[Counted]:
    """Every fact of about `number` questions of one year, cut off after `until`."""
    chance = random.Random(f"sesame {year}")
    last = until or date(year + 1, 1, 31)
    for month, share in enumerate(MONTHS, 1):
        for _ in range(round(number * share / sum(MONTHS))):
            life = _life(chance, _moment(chance, year, month, times))
            yield from (fact for fact in life if fact.at.date() <= last)


def _moment(chance: random.Random, year: int, month: int, times: NetworkTime) -> datetime:
    """A believable moment: more in office hours, fewer at weekends."""
    while True:
        day = date(year, month, 1) + timedelta(days=chance.randrange(28 if month == 2 else 30))
        if chance.random() * max(WEEKDAYS) < WEEKDAYS[day.weekday()]:
            break
    hour = chance.choices(range(24), HOURS)[0]
    clock = time(hour, chance.randrange(60), chance.randrange(60), tzinfo=times.zone)
    return datetime.combine(day, clock).astimezone(UTC)


def _life(chance: random.Random, asked: datetime) -> Iterator[Counted]:
    partner, origin = _one_of(chance, GIVING), _one_of(chance, ASKING)
    question = Counted(
        "received",
        asked,
        _id(chance),
        channel=_one_of(chance, CHANNELS),
        origin=origin.id if chance.random() < 0.8 else "",
        subject=_one_of(chance, SUBJECTS),
        language=_one_of(chance, LANGUAGES),
        purpose=_one_of(chance, PURPOSES),
        department=_department(chance) if origin.country == "FR" else "",
        country=origin.country,
        received_at=asked,
        promise_at=asked + timedelta(days=_promise_days(asked)),
    )
    yield question._replace(promise_at=None)
    yield from _answers(chance, question, partner)


def _answers(chance: random.Random, question: Counted, partner: InventedPartner) -> Iterator[Counted]:
    def fact(
        kind: str, at: datetime, who: InventedPartner, detail: str = "", number: int | None = None
    ) -> Counted:
        return question._replace(
            kind=kind,
            at=at,
            event=_id(chance),
            partner=who.id,
            partner_name=who.name,
            detail=detail,
            number=number,
        )

    routed = question.at + timedelta(seconds=chance.lognormvariate(1.2, 1.3))
    yield fact("routed", routed, partner, "queue", 1)
    if chance.random() < 0.07:
        yield fact("declined", routed + timedelta(hours=chance.uniform(0.5, 20)), partner, "page")
        partner = chance.choice(PARTNERS)
        yield fact("routed", routed + timedelta(hours=21), partner, "mail", 2)
    if chance.random() > 0.972:
        yield fact("withdrawn", routed + timedelta(hours=4), partner)
        yield fact("closed", routed + timedelta(hours=4), partner, "withdrawn")
        return
    answered = routed + timedelta(hours=chance.lognormvariate(math.log(26), 0.85))
    if question.promise_at and answered > question.promise_at:
        yield fact("promise_passed", question.promise_at, partner)
    yield fact("submitted", answered, partner, chance.choices(("mail", "partner", "page"), (3, 4, 5))[0])
    yield fact("answered", answered, partner, number=_one_of(chance, EFFORT))
    published = answered + timedelta(seconds=chance.lognormvariate(1.0, 0.8))
    yield fact("published", published, partner, "mail")
    if chance.random() < 0.46:
        yield fact("archived", published + timedelta(days=2), partner, "archive")
        views = round(chance.lognormvariate(2.2, 0.9))
        yield fact("viewed", published + timedelta(days=9), partner, number=max(1, views))
    if chance.random() < 0.31:
        yield fact("rated", published + timedelta(days=1), partner, number=_one_of(chance, STARS))


def _promise_days(asked: datetime) -> int:
    """Three working days, in days of the calendar."""
    return (3, 3, 5, 5, 5, 4, 3)[asked.weekday()]


def _department(chance: random.Random) -> str:
    if chance.random() < 0.72:
        return _one_of(chance, DEPARTMENTS)
    return chance.choice(TILES).code


def _one_of(chance: random.Random, weighted: Mapping[T, int]) -> T:
    return chance.choices(list(weighted), list(weighted.values()))[0]


def _id(chance: random.Random) -> UUID:
    return UUID(int=chance.getrandbits(128), version=4)

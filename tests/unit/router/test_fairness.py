"""Over many questions everybody gets its share of the capacity among those who could have had them."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from services.router.domain.partner import Partner, ReachedBy
from services.router.domain.routing.directory import Directory
from services.router.domain.routing.loads import LoadBook
from services.router.domain.routing.rehearsal import Shares, rehearse
from services.router.domain.routing.routing_request import Network, RoutingRequest
from services.router.domain.territory import Territory

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
THEMES = ("arts", "histoire", "sciences", "sante", "litterature")
PLACES = ("75004", "69001", "13001", "31000", "35000", "59000")
TERRITORIES = ("75", "69", "13", "region:11", "region:84", "country:FR")
QUESTIONS = 10_000


def no_holidays(_country: str, _region: str | None) -> Any:
    return frozenset[date]().__contains__


def partners(chance: random.Random, count: int) -> Iterator[Partner]:
    """Libraries as different as they are: a few speak more languages, half serve a territory of their own."""
    for number in range(count):
        yield Partner(
            id=f"library-{number:02d}",
            name=f"Library {number}",
            reach=ReachedBy("mail", f"{number}@libraries.example"),
            languages=frozenset({"fr", chance.choice(["fr", "en", "de"])}),
            subjects={theme: chance.randint(1, 5) for theme in chance.sample(THEMES, 3)},
            territories=frozenset({chance.choice(TERRITORIES), "country:FR"}),
            capacity_per_week=chance.choice([10, 20, 40]),
        )


def questions(chance: random.Random) -> Iterator[tuple[datetime, RoutingRequest]]:
    for number in range(QUESTIONS):
        now = START + timedelta(minutes=17 * number)
        yield (
            now,
            RoutingRequest(
                id=str(number),
                promise_at=now + timedelta(days=3),
                place=Territory("FR", chance.choice(PLACES)) if chance.random() < 0.7 else None,
                language=chance.choices(["fr", "en", "de"], [80, 12, 8])[0],
                subject=chance.choice((*THEMES, None)),
            ),
        )


def test_every_share_is_within_five_percent_of_the_capacity_among_those_eligible() -> None:
    chance = random.Random(4)
    network = Network(Directory(partners(chance, 47), no_holidays), LoadBook(date(2026, 1, 5)))
    counted = Shares()
    for _, decision in rehearse(questions(chance), network, PARIS):
        counted.count(decision)
    assert sum(counted.got.values()) + counted.nobody == QUESTIONS
    deviations = {partner: counted.deviation(partner) for partner in counted.due}
    assert max(map(abs, deviations.values())) < 0.05, deviations

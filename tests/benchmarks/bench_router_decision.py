"""CPU of one decision: among 500 partners, and among as many as France has public libraries.

    ./sesame bench router-decision [LIBRARIES.csv]

The partners are made up, half of them serving all of the country; with a file (the ministry's list, or
others as YAML or CSV) its partners are tried too. Each network is tried twice: new, and after years, when
everybody is owed something and two in five have a question open. Wanted at the 99th percentile: 3 ms of CPU
among 500 partners, 20 ms among 15,882.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median, quantiles
from zoneinfo import ZoneInfo

from services.chassis.holiday_calendar import holidays_of
from services.router.domain.gazetteer import REGIONS
from services.router.domain.hours.calendars import Slot
from services.router.domain.partner import Partner, ReachedBy
from services.router.domain.routing.directory import Directory
from services.router.domain.routing.loads import Load, LoadBook
from services.router.domain.routing.rehearsal import rehearse
from services.router.domain.routing.routing_request import Network, RoutingRequest
from services.router.domain.territory import Territory
from services.router.domain.themes import THEMES
from services.router.files.partners import read_file

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
PARIS = ZoneInfo("Europe/Paris")
DECISIONS = 1_000
LIMITS_MS = {500: 3.0, 15_882: 20.0}


def partners(chance: random.Random, count: int) -> Iterator[Partner]:
    departments = [code for code in REGIONS if len(code) == 2]
    for number in range(count):
        own = chance.choice(departments)
        opens = chance.choice([540, 570, 600])
        yield Partner(
            id=f"library-{number}",
            name=f"Library {number}",
            reach=ReachedBy("queue", f"partner.library-{number}"),
            languages=frozenset({"fr", *chance.sample(["en", "de", "es", "it", "ar"], 2)}),
            subjects={theme: chance.randint(1, 5) for theme in chance.sample(THEMES, 4)},
            territories=frozenset({own, "country:FR"} if chance.random() < 0.5 else {own}),
            capacity_per_week=chance.choice([5, 10, 20, None]),
            hours={
                day: (Slot(opens, 750), Slot(840, 1080 + 30 * chance.randint(0, 3))) for day in range(1, 6)
            },
        )


def questions(chance: random.Random) -> Iterator[tuple[datetime, RoutingRequest]]:
    """One in four does not say where the asker lives: then everybody is looked at."""
    for number in range(DECISIONS):
        now = START + timedelta(minutes=20 * number)
        postcode = f"{chance.randint(1, 95):02d}{chance.randint(0, 999):03d}"
        place = Territory("FR", postcode) if chance.random() < 0.75 else None
        subject = chance.choice([*THEMES, None])
        yield now, RoutingRequest(str(number), now + timedelta(days=4), place, "fr", subject)


def held(chance: random.Random, wanted: Sequence[Partner]) -> Iterator[tuple[str, Load]]:
    for partner in wanted:
        credit = round(chance.gauss(0, 0.7), 6)
        yield partner.id, Load(chance.choice([0, 0, 1, 2]), chance.choice([0, 0, 0, 1, 2]), credit)


def cpu_milliseconds(wanted: Sequence[Partner], loads: Mapping[str, Load]) -> list[float]:
    """Of each decision after the first hundred, with the loads that the earlier ones made."""
    network = Network(Directory(wanted, holidays_of), LoadBook.holding(date(2026, 3, 2), loads))
    took, before = [], time.thread_time()
    for _ in rehearse(questions(random.Random(7)), network, PARIS):
        took.append((time.thread_time() - before) * 1000)
        before = time.thread_time()
    return took[100:]


def report(label: str, took: Sequence[float], limit: float | None) -> bool:
    percentile = quantiles(took, n=100)[98]
    wanted = f"   wanted < {limit:g}" if limit else ""
    print(f"{label:<36} median {median(took):7.3f} ms   p99 {percentile:7.3f} ms{wanted}")
    return limit is None or percentile < limit


def tried(label: str, wanted: Sequence[Partner]) -> Iterator[bool]:
    limit = LIMITS_MS.get(len(wanted))
    yield report(f"{len(wanted)} {label}, new", cpu_milliseconds(wanted, {}), limit)
    loads = dict(held(random.Random(5), wanted))
    yield report(f"{len(wanted)} {label}, in use", cpu_milliseconds(wanted, loads), limit)


def main() -> int:
    networks = [("made up", list(partners(random.Random(3), count))) for count in LIMITS_MS]
    networks += [(f"of {Path(name).name}", read_file(Path(name))[0]) for name in sys.argv[1:]]
    kept = [within for label, wanted in networks for within in tried(label, wanted)]
    return 0 if all(kept) else 1


if __name__ == "__main__":
    sys.exit(main())

"""Route questions without sending anything: what the network would do, and who would get how much."""

from __future__ import annotations

from collections import Counter, defaultdict, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from services.router.domain.routing.decision import Decision, decide
from services.router.domain.routing.loads import LoadBook, shares, week_of
from services.router.domain.routing.routing_request import Network, RoutingRequest

USUAL_ANSWER_TIME = timedelta(days=1)


def rehearse(
    questions: Iterable[tuple[datetime, RoutingRequest]], network: Network, zone: ZoneInfo
) -> Iterator[tuple[RoutingRequest, Decision]]:
    """Decide one after another, in order of time. Each question is open for a day, then it is answered."""
    book, open_ones = network.book, deque[tuple[datetime, str]]()
    for now, asked in questions:
        book = _answered(book.turned(week_of(now, zone)), open_ones, now)
        decision = decide(asked, replace(network, book=book), now)
        if decision.chosen:
            partner = decision.chosen.partner.id
            book = book.given(partner, decision.capacities)
            open_ones.append((now + USUAL_ANSWER_TIME, partner))
        yield asked, decision


def _answered(book: LoadBook, open_ones: deque[tuple[datetime, str]], now: datetime) -> LoadBook:
    while open_ones and open_ones[0][0] <= now:
        book = book.ended(open_ones.popleft()[1])
    return book


@dataclass
class Shares:
    """Questions each partner got, beside its share of capacity among those who could have had them."""

    got: Counter[str] = field(default_factory=Counter)
    due: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    nobody: int = 0

    def count(self, decision: Decision) -> None:
        if decision.chosen is None:
            self.nobody += 1
            return
        self.got[decision.chosen.partner.id] += 1
        for partner, share in shares(decision.capacities):
            self.due[partner] += share

    def deviation(self, partner: str) -> float:
        """How far from its due the partner is, as a part of it: 0.05 is five percent too much."""
        due = self.due.get(partner, 0.0)
        return self.got[partner] / due - 1 if due else 0.0

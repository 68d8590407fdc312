"""What came of a year, in the numbers that a network is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median, quantiles
from typing import Any

from services.contracts.envelope import Event
from services.contracts.router import QuestionAnswered, QuestionRouted
from services.router.domain.working_time import Clock


@dataclass
class Report:
    asked: int = 0
    facts: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    attempts: Counter[int] = field(default_factory=Counter)
    in_time: int = 0
    working_hours: list[float] = field(default_factory=list)

    @property
    def unanswered(self) -> int:
        return self.asked - self.facts["question.answered"] - self.facts["question.closed"]

    def count(self, event: Event[Any]) -> None:
        self.facts[event.type.removesuffix(".v1")] += 1
        if isinstance(event.data, QuestionRouted):
            self.given[event.data.partner.id] += 1
            self.attempts[event.data.attempt] += 1

    def answered(self, fact: QuestionAnswered, working_days: Clock) -> None:
        self.answers[fact.partner.id] += 1
        self.in_time += fact.answered_at <= fact.promise_at
        took = working_days.between(fact.facets.received_at, fact.answered_at)
        self.working_hours.append(took / timedelta(hours=1))

    def lines(self, states: Counter[str]) -> Iterator[str]:
        total = sum(self.answers.values())
        yield f"{self.asked} questions asked; {dict(sorted(states.items()))}"
        yield "facts: " + ", ".join(f"{name} {number}" for name, number in sorted(self.facts.items()))
        if total:
            yield f"answered within the promise: {self.in_time / total:.1%} of {total}"
            middle, slow = median(self.working_hours), _p90(self.working_hours)
            yield f"working hours to the answer: median {middle:.1f}, 90th percentile {slow:.1f}"
        yield "partners asked per question: " + ", ".join(
            f"{count} at least {number}×" for number, count in sorted(self.attempts.items())
        )


def _p90(hours: list[float]) -> float:
    return quantiles(hours, n=10)[8] if len(hours) > 1 else hours[0]

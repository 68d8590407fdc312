"""What came of a year, in the numbers that a network is asked for."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median, quantiles
from typing import Any

from rich.table import Table

from services.chassis.working_time import WorkingClock
from services.contracts.envelope import Event
from services.contracts.router import QuestionAnswered, QuestionRouted
from services.router.domain.partner import Partner, PartnerRole

ENDED = ("answered", "out_of_scope", "no_reply")


@dataclass
class Report:
    asked: int = 0
    facts: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    answers: Counter[str] = field(default_factory=Counter)
    attempts: Counter[int] = field(default_factory=Counter)
    in_time: int = 0
    working_hours: list[float] = field(default_factory=list)

    def count(self, event: Event[Any]) -> None:
        self.facts[event.type.removesuffix(".v1")] += 1
        if isinstance(event.data, QuestionRouted):
            self.given[event.data.partner.id] += 1
            self.attempts[event.data.attempt] += 1

    def answered(self, fact: QuestionAnswered, working_days: WorkingClock) -> None:
        """The waiting for the asker is no part of the time it took."""
        self.answers[fact.partner.id] += 1
        self.in_time += fact.answered_at <= fact.promise_at
        waited = timedelta(seconds=fact.waited_working_seconds or 0)
        took = working_days.between(fact.facets.received_at, fact.answered_at) - waited
        self.working_hours.append(took / timedelta(hours=1))

    def table(self, states: Mapping[str, int]) -> Table:
        """The year in a few lines; `states`: how many questions ended how."""
        table = Table(show_header=False, title="The year")
        table.add_column(style="bold")
        table.add_column()
        for row in self._rows(states):
            table.add_row(*row)
        return table

    def _rows(self, states: Mapping[str, int]) -> Iterator[tuple[str, str]]:
        yield "questions asked", str(self.asked)
        yield "now", ", ".join(f"{number} {state.replace('_', ' ')}" for state, number in states.items())
        if self.working_hours:
            middle, slow = median(self.working_hours), _p90(self.working_hours)
            share = self.in_time / len(self.working_hours)
            yield "answered within the promise", f"{share:.1%}"
            yield "working hours to the answer", f"half within {middle:.1f}, nine in ten within {slow:.1f}"
        yield "partners asked", ", ".join(self._attempts())
        for name, what in HAPPENED.items():
            if self.facts[name]:
                yield what, str(self.facts[name])

    def _attempts(self) -> Iterator[str]:
        for number, reached in sorted(self.attempts.items()):
            if only := reached - self.attempts[number + 1]:
                yield f"{number} for {only} questions" if number == 1 else f"{number} for {only}"


HAPPENED = {
    "question.reminded": "reminders",
    "question.declined": "refusals by partners",
    "question.overdue": "times somebody's time ran out",
    "answer.refused": "answers after the first",
    "question.unroutable": "times the coordinator was asked",
    "question.paused": "times an asker was asked back",
    "question.resumed": "replies in time",
    "question.reopened": "times a question was opened again",
    "follow_up.routed": "follow-ups to a partner",
    "follow_up.unhandled": "follow-ups nobody saw to",
    "answer.added": "additions to answers",
    "answer.corrected": "corrections of answers",
}


def by_partner(report: Report, wanted: Sequence[Partner]) -> Table:
    """Whoever was asked most comes first."""
    table = Table("partner", title="The partners")
    for title in ("a week at most", "asked", "answered", "of those asked"):
        table.add_column(title, justify="right")
    for partner in sorted(wanted, key=lambda partner: (-report.given[partner.id], partner.id)):
        if partner.role is not PartnerRole.COORDINATOR:
            table.add_row(partner.id, *_numbers(report, partner))
    return table


def _numbers(report: Report, partner: Partner) -> Iterator[str]:
    asked, answered = report.given[partner.id], report.answers[partner.id]
    yield "-" if partner.capacity_per_week is None else str(partner.capacity_per_week)
    yield str(asked)
    yield str(answered)
    yield f"{answered / asked:.0%}" if asked else "-"


def _p90(hours: list[float]) -> float:
    return quantiles(hours, n=10)[8] if len(hours) > 1 else hours[0]

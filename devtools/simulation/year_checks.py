"""What must be true when a year is over: nothing without an end, nothing untold, nothing uncounted."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from dataclasses import dataclass

from rich.table import Table

from devtools.simulation.conversations import Conversations
from devtools.simulation.platform_stage import Services
from devtools.simulation.report import ENDED, Report
from services.contracts.notifier import QuestionAssigned, QuestionPublished

MAILED = {
    "clarification": "question.paused",
    "clarification_reminder": "clarification.reminded",
    "addition": "answer.added",
    "correction": "answer.corrected",
}
"""Kind of mail → the fact that it tells its asker, once: but for what the answer overtook."""


@dataclass(frozen=True)
class YearCheck:
    what: str
    found: int
    wanted: int

    @property
    def good(self) -> bool:
        return self.found == self.wanted


async def checks_of(
    stage: Services, report: Report, talk: Conversations, states: Mapping[str, int], year: int
) -> AsyncIterator[YearCheck]:
    """`states`: how many questions the router holds in each."""
    counted = await stage.counted()
    ended = sum(number for state, number in states.items() if state in ENDED)
    yield YearCheck("questions that came to an end", ended, report.asked)
    routed = report.facts["question.routed"]
    yield YearCheck(
        "questions that reached a partner's queue", stage.listener.letters[QuestionAssigned.wire], routed
    )
    yield YearCheck("answers that reached their askers", _told(stage), report.facts["question.answered"])
    for kind, fact in MAILED.items():
        told = stage.mails[kind] + await stage.idle.overtaken(kind)
        yield YearCheck(f"mails to askers: {kind}", told, report.facts[fact])
    for one in _checks_of_conversations(report, talk):
        yield one
    yield YearCheck("facts that metrics counted", counted, stage.to_count)
    received = await stage.received(year, report.asked)
    yield YearCheck(f"questions in the key figures of {year}", received, report.asked)
    yield YearCheck("promises kept, as metrics counted them", await stage.idle.raised("kept"), report.in_time)
    yield YearCheck("dead letters", await stage.dead_letters(), 0)


def _told(stage: Services) -> int:
    """Out to the asker; an answer in the archive is one more fact about the same answer."""
    out = (event for event in stage.listener.facts if isinstance(event.data, QuestionPublished))
    return len({event.data.answer_id for event in out if event.data.place != "archive"})


def _checks_of_conversations(report: Report, talk: Conversations) -> Iterator[YearCheck]:
    """No clock ran while an asker was waited for, and whoever wrote again was heard."""
    yield YearCheck(
        "answers that say how long was waited", talk.waited_rightly, report.facts["question.answered"]
    )
    yield YearCheck("promises put off by just the waiting", talk.put_off_rightly, talk.resumed)
    yield YearCheck("follow-ups without an end", len(talk.unhandled), 0)


def table_of(checks: Sequence[YearCheck]) -> Table:
    table = Table("", title="The four services at its end")
    for title in ("found", "wanted"):
        table.add_column(title, justify="right")
    table.add_column("")
    for one in checks:
        table.add_row(one.what, str(one.found), str(one.wanted), "" if one.good else "[red]differs[/]")
    return table

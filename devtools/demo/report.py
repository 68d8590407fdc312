"""What the demonstration shows at its end: key figures, and where to look."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable, Mapping

from rich.console import Console
from rich.table import Table

from devtools.demo.watch import Seen, Watch

RECEIVED, ROUTED = "question.received.v1", "question.routed.v1"
ANSWERED, PUBLISHED = "question.answered.v1", "question.published.v1"

Passed = Mapping[str, Seen]


def show(watch: Watch, console: Console) -> None:
    console.print(_by_channel(watch), _by_partner(watch))
    seconds = watch.seconds_between(RECEIVED, PUBLISHED)
    if len(seconds) > 1:
        median, p95 = statistics.median(seconds), statistics.quantiles(seconds, n=20)[-1]
        console.print(f"received → published: median {median:.2f} s, 95th percentile {p95:.2f} s")


def _by_channel(watch: Watch) -> Table:
    groups: dict[str, list[Passed]] = defaultdict(list)
    for passed in watch.questions.values():
        if RECEIVED in passed:
            groups[passed[RECEIVED].data["facets"]["channel"]].append(passed)
    table = _table("channel", "received", "routed", "answered", "published", "median s", "95 % within s")
    for channel, questions in sorted(groups.items()):
        table.add_row(channel, *_counts(questions), *_times(questions))
    everything = [passed for questions in groups.values() for passed in questions]
    table.add_section()
    table.add_row("all", *_counts(everything), *_times(everything))
    return table


def _by_partner(watch: Watch) -> Table:
    answered: dict[str, int] = defaultdict(int)
    names: dict[str, str] = {}
    for passed in watch.questions.values():
        if ANSWERED in passed:
            partner = passed[ANSWERED].data["partner"]
            names[partner["id"]] = partner["name"]
            answered[partner["id"]] += 1
    table = _table("partner", "answered", "declined")
    for partner in sorted(names, key=lambda one: -answered[one]):
        table.add_row(names[partner], str(answered[partner]), str(watch.declines[partner]))
    return table


def _table(first: str, *numbers: str) -> Table:
    table = Table(first)
    for number in numbers:
        table.add_column(number, justify="right")
    return table


def _counts(questions: Iterable[Passed]) -> list[str]:
    counted = list(questions)
    return [
        str(sum(wire in passed for passed in counted)) for wire in (RECEIVED, ROUTED, ANSWERED, PUBLISHED)
    ]


def _times(questions: Iterable[Passed]) -> list[str]:
    seconds = sorted(
        passed[PUBLISHED].at - passed[RECEIVED].at
        for passed in questions
        if PUBLISHED in passed and RECEIVED in passed
    )
    if not seconds:
        return ["", ""]
    return [f"{statistics.median(seconds):.2f}", f"{seconds[int(0.95 * (len(seconds) - 1))]:.2f}"]

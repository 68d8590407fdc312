"""`./sesame router explain QUESTION`: who was asked, by what numbers, who was not and why, until when."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable, Iterator
from functools import partial
from textwrap import fill

from rich.console import Console
from rich.table import Table

from services.router.commands.coordinating import CommandContext, question_id, run
from services.router.domain.question.question_report import (
    DecisionRecord,
    exclusion_line,
    in_zone,
    parts_that_count,
    question_lines,
    span_line,
    sum_of,
    weights_line,
    why_line,
)
from services.router.handlers.explanation import Explained, explain


def register(things: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = things.add_parser("explain", help="why a question went where it went, in numbers")
    parser.add_argument("question", type=question_id)
    parser.set_defaults(run=lambda chosen: run(partial(show, chosen)))


async def show(chosen: argparse.Namespace, there: CommandContext) -> int:
    async with there.transactions.begin() as unit:
        explained = await explain(there.context, unit, chosen.question)
    if explained is None:
        print(f"sesame: there is no question {chosen.question}", file=sys.stderr)
        return 1
    console = Console()
    for line in _life(explained, there):
        print(line)
    for told in explained.decisions:
        _print_decision(console, told, there, explained.question.facets.get("language"))
    return 0


def _life(explained: Explained, there: CommandContext) -> Iterator[str]:
    zone, question = there.settings.zone, explained.question
    yield from question_lines(question, zone)
    for row in explained.history:
        yield f"  {in_zone(row['at'], zone)} {row['what']} by {row['actor']}: {row['reason'] or '-'}"
    yield ""
    yield f"the promise: {sum_of(explained.promise)} on working days"
    yield from (span_line(span, zone) for span in explained.promise)
    for assignment, spans in explained.assignments:
        yield f"the time of {assignment.partner}: {sum_of(spans)} while it is open, until the promise at most"
        yield from (span_line(span, zone) for span in spans)


def _print_decision(
    console: Console, told: DecisionRecord, there: CommandContext, language: str | None
) -> None:
    counting, others = parts_that_count(told)
    when = in_zone(told.decided_at, there.settings.zone)
    console.print()
    print(f"decided {when} among the {told.tier}: {told.chosen or 'nobody'}, best of {told.eligible}")
    if told.candidates:
        console.print(_table(told, counting))
        _say(console, [why_line(told, counting)])
    if told.weights:
        _say(console, [f"weights then: {weights_line(told.weights)}"])
    if others:
        print(f"no points to anybody: {', '.join(others)}")
    if told.excluded:
        print("not asked")
    _say(console, (exclusion_line(told, why, language) for why in told.excluded))


def _table(told: DecisionRecord, counting: Iterable[str]) -> Table:
    names = list(counting)
    table = Table()
    table.add_column("partner", overflow="fold")
    for title in ("total", *names):
        table.add_column(title, justify="right", no_wrap=True)
    for candidate in told.candidates:
        points = (f"{candidate['parts'][name][0]:g}" for name in names)
        table.add_row(candidate["partner"], f"{candidate['total']:g}", *points)
    return table


def _say(console: Console, lines: Iterable[str]) -> None:
    for line in lines:
        print(fill(line, max(console.width, 40), subsequent_indent="    ", break_on_hyphens=False))

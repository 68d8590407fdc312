"""The year that a coordinator plays is one of the real services: everything in it comes to its end."""

import argparse
import io
import random
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rich.console import Console

from devtools.commands.year import play, register
from devtools.servers.folders import throwaway_folder
from devtools.simulation import people
from devtools.simulation.clock import SharedClock
from devtools.simulation.platform_stage import services
from devtools.simulation.stage import Asking


def chosen(*arguments: str) -> argparse.Namespace:
    top = argparse.ArgumentParser()
    register(top.add_subparsers())
    return top.parse_args(["year", *arguments])


def test_all_processes_see_the_clock_move(tmp_path: Path) -> None:
    ours = SharedClock.made(tmp_path / "clock")
    theirs = SharedClock(tmp_path / "clock")
    before = theirs.now()
    ours.set(before.replace(year=2026))
    assert theirs.now() == before.replace(year=2026)


async def test_no_question_of_a_year_is_left_without_an_end_an_answer_told_and_counted() -> None:
    """The coordinator is asked often here: there is one library, which forgets and declines."""
    few = chosen("--year", "2026", "--questions", "12", "--made-up", "1", "--step", "12", "--seed", "6")
    with throwaway_folder() as folder:
        report, ends = await play(few, folder, Console(file=io.StringIO()))
    assert [end for end in ends if not end.good] == []
    assert report.asked == 12
    assert report.facts["question.routed"] >= 12


async def test_time_moves_on_while_the_coordinators_next_mail_waits_its_quarter() -> None:
    """Of two matters within ten minutes the second waits for a clock that we alone move."""
    morning = datetime(2026, 3, 3, 9, tzinfo=UTC)
    with throwaway_folder() as folder:
        async with services(folder) as stage:
            await stage.go_to(morning)
            await stage.change(list(people.network(random.Random(1), 0)))
            for minutes in (0, 10):
                asked_at = morning + timedelta(minutes=minutes)
                await stage.go_to(asked_at)
                await stage.ask(Asking(asked_at, people.TEXT, {"channel": "form"}, None))
                await stage.heard()
            assert stage.mails["unroutable"] == 1
            await stage.go_to(morning + timedelta(minutes=16))
            await stage.heard()
            assert stage.mails["unroutable"] == 2

"""The year that a coordinator plays is one of the real services: everything in it comes to its end."""

import argparse
import io
from pathlib import Path

from rich.console import Console

from devtools.commands.year import play, register
from devtools.servers.folders import throwaway_folder
from devtools.simulation.clock import SharedClock


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

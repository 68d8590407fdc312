"""What commands print can be used by the next one."""

from __future__ import annotations

import subprocess
import sys

import pytest
from rich.table import Table

from services.chassis.terminal import harmless, operator_console, printing_harmlessly

ID = "01a21108-e935-7130-893a-d6bc8473e330"


def test_a_table_in_a_pipe_breaks_no_id_and_cuts_none_off(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("id", "question", "reason")
    table.add_row(ID, ID, "a reason of many words " * 5)
    operator_console().print(table)
    assert capsys.readouterr().out.count(ID) == 2


def test_what_a_stranger_wrote_commands_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    with printing_harmlessly():
        print("\x1b]0;owned\x07\x9b2J", "\u202etxt", "[red]é[/red]\t:bug:")
        table = Table("from")
        table.add_row("[bold]\x1b[2J[/bold] :bug:")
        operator_console().print(table)
    said = capsys.readouterr().out
    assert said.startswith("\\u001b]0;owned\\u0007\\u009b2J \\u202etxt [red]é[/red]\t:bug:\n")
    assert "[bold]\\u001b[2J[/bold] :bug:" in said


def test_ends_of_lines_stay_as_they_are() -> None:
    assert harmless("a;b\r\nc\rd\n") == "a;b\r\nc\\u000dd\n"


def test_who_reads_no_further_ends_a_command_without_a_word() -> None:
    lines = "from services.chassis.terminal import printing_harmlessly\nwith printing_harmlessly():\n"
    lines += "    for n in range(100_000): print(n)"
    with subprocess.Popen(
        [sys.executable, "-c", lines], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as command:
        assert command.stdout is not None
        command.stdout.readline()
        command.stdout.close()
        assert command.stderr is not None
        assert command.stderr.read() == b""
        assert command.wait(30) == 141

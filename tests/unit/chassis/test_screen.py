"""What commands print can be used by the next one."""

from __future__ import annotations

import pytest
from rich.table import Table

from services.chassis.terminal import operator_console

ID = "01a21108-e935-7130-893a-d6bc8473e330"


def test_a_table_in_a_pipe_breaks_no_id_and_cuts_none_off(capsys: pytest.CaptureFixture[str]) -> None:
    table = Table("id", "question", "reason")
    table.add_row(ID, ID, "a reason of many words " * 5)
    operator_console().print(table)
    assert capsys.readouterr().out.count(ID) == 2

"""Addresses that people noted yesterday lead there today."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from devtools.servers.ports import LOOPBACK, free_port, kept_ports


def test_ports_are_the_same_at_the_next_start(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = free_port()
    file.write_text(f'{{"broker": {first + 1000}}}')
    assert kept_ports(file)("broker") == first + 1000
    other = kept_ports(file)("database")
    assert f'"database": {other}' in file.read_text()


def test_a_port_that_somebody_took_is_replaced_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "ports.json"
    with socket.create_server((LOOPBACK, 0)) as somebody:
        taken = somebody.getsockname()[1]
        file.write_text(f'{{"broker": {taken}}}')
        assert kept_ports(file)("broker") != taken
    assert f"port {taken} of broker is taken" in capsys.readouterr().out

import os
import stat
from pathlib import Path

import pytest

from devtools import cli
from devtools.cli import parser
from devtools.servers.running_settings import NOTE, OPERATOR, announced, environment_of

RUNNING = {
    "ingest": {"SESAME_AMQP_URL": "amqp://one", "SESAME_DATABASE_URL": "postgresql://ingest"},
    "router": {"SESAME_AMQP_URL": "amqp://one", "SESAME_DATABASE_URL": "postgresql://router"},
}


def test_a_second_command_finds_its_service_only_while_it_runs(tmp_path: Path) -> None:
    with announced(tmp_path, RUNNING):
        assert environment_of("router", tmp_path) == RUNNING["router"]
    assert environment_of("router", tmp_path) == {}


def test_a_command_of_no_service_finds_the_broker(tmp_path: Path) -> None:
    with announced(tmp_path, RUNNING):
        assert environment_of("chassis", tmp_path)["SESAME_AMQP_URL"] == "amqp://one"


def test_who_names_a_server_gets_no_setting_of_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "KEPT", tmp_path)
    monkeypatch.delenv("SESAME_AMQP_URL", raising=False)
    monkeypatch.setenv("SESAME_DATABASE_URL", "postgresql://mine")
    with announced(tmp_path, RUNNING):
        cli._take_environment_of("router")
    assert "SESAME_AMQP_URL" not in os.environ


def test_the_passwords_in_it_are_for_the_owner_only(tmp_path: Path) -> None:
    with announced(tmp_path, RUNNING):
        assert stat.S_IMODE((tmp_path / NOTE).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("command", "owner"),
    [
        ("doctor", OPERATOR),
        ("partners list", OPERATOR),
        ("trace 01a2105c-dd2b-7217-a6f3-56606b70e2eb", OPERATOR),
        ("router guess bonjour", "router"),
        ("demo", None),
    ],
)
def test_every_command_knows_whose_addresses_it_needs(command: str, owner: str | None) -> None:
    assert parser().parse_args(command.split()).owner == owner


def test_addresses_are_read_after_the_command_and_not_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """They may come from a platform that runs beside."""
    monkeypatch.setenv("SESAME_AMQP_URL", "amqp://before")
    assert parser().parse_args(["dead-letters", "list"]).amqp_url is None

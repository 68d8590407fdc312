"""Promises about the notifier's settings: a wrong one stops the start and says which."""

from __future__ import annotations

import pytest

from services.chassis.settings import load
from services.notifier.sending import channels, workers
from services.notifier.settings import NotifierSettings

LEAST = {
    "SESAME_AMQP_URL": "amqp://localhost",
    "SESAME_DATABASE_URL": "postgresql://localhost",
    "SESAME_LINK_SECRET": "a secret that only tests and nobody know",
}


def settings(monkeypatch: pytest.MonkeyPatch, **more: str) -> NotifierSettings:
    for name, value in {**LEAST, **more}.items():
        monkeypatch.setenv(name, value)
    return load(NotifierSettings)


def test_empty_variables_are_as_good_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    empty = dict.fromkeys(
        ("SESAME_FACEBOOK_PAGE_TOKEN", "SESAME_SMTP_PASSWORD", "SESAME_MASTODON_URL"),
        "",
    )
    read = settings(monkeypatch, **empty, SESAME_SMTP_USER="")
    assert channels.set_up(read) == {"facebook_group"}
    server = workers.smtp_of(read)
    assert (server.user, server.password) == (None, None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SESAME_WEBHOOK_PRIVATE_NETWORKS", "10.0.0.0/99"),
        ("SESAME_SMTP_SECURITY", "ssl"),
        ("SESAME_LINK_SECRET", "short"),
        ("SESAME_LINK_SECRET", f"{'k' * 40},{'k' * 31}"),
        ("SESAME_SIGN_IN_SECRET", "k" * 31),
        ("SESAME_LEASE_SECONDS", "30"),
    ],
)
def test_wrong_setting_stops_the_start_with_its_name(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str
) -> None:
    with pytest.raises(SystemExit):
        settings(monkeypatch, **{name: value})
    assert name in capsys.readouterr().err


def test_first_of_several_keys_signs_and_all_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    new, old = "n" * 32, "o" * 32
    assert settings(monkeypatch, SESAME_LINK_SECRET=f"{new}, {old}").keys == (new.encode(), old.encode())

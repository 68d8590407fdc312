"""Settings go into logs only as far as they are no secrets."""

import pytest

from services.chassis.settings import ServiceSettings, load
from services.ingest.settings import IngestSettings
from services.notifier.settings import NotifierSettings

LEAST = {
    "SESAME_AMQP_URL": "amqp://me:hunter2@localhost",
    "SESAME_DATABASE_URL": "postgresql://me:hunter2@localhost",
    "SESAME_LINK_SECRET": "the hunter2 of this network and of no other",
}


@pytest.mark.parametrize(
    ("kind", "wrong", "named"),
    [
        (NotifierSettings, {"SESAME_LINK_SECRET": "hunter2"}, "SESAME_LINK_SECRET"),
        (NotifierSettings, {"SESAME_SMTP_PORT": "many"}, "SESAME_SMTP_PORT: "),
        (IngestSettings, {"SESAME_LINK_SECRET": "hunter2"}, "SESAME_LINK_SECRET"),
        (IngestSettings, {"SESAME_MASTODON_URL": "https://social.example"}, "SESAME_MASTODON_URL needs"),
    ],
)
def test_a_wrong_setting_is_named_and_shows_no_secret(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    kind: type[ServiceSettings],
    wrong: dict[str, str],
    named: str,
) -> None:
    for name, value in (LEAST | wrong).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit):
        load(kind)
    said = capsys.readouterr().err
    assert said.startswith(named)
    assert "hunter2" not in said


def test_settings_that_are_shown_show_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (
        LEAST | {"SESAME_IMAP_PASSWORD": "hunter2", "SESAME_MAIL_DOMAIN": "a.example"}
    ).items():
        monkeypatch.setenv(name, value)
    shown = repr(IngestSettings())
    assert "hunter2" not in shown
    assert "a.example" in shown
